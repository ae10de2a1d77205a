import Logging
import TensorBoard
