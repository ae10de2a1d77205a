import Metrics
import TensorBoard
