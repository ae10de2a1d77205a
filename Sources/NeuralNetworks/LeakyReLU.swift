public import Tensors

/// `x` where it is positive, `slope · x` elsewhere.
///
/// - Input and output: any shape, the same one.
/// - Source: Maas, Hannun & Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models", ICML
///   2013 workshop.
public struct LeakyReLU: ParameterlessLayer {
  /// What negative scalars are multiplied by.
  public let slope: Float

  /// - Parameter slope: 0.01 in PyTorch and in ONNX.
  public init(slope: Float = 0.01) { self.slope = slope }

  public func output(of input: Tensor) -> Tensor { Kernels.leakyReLU(input, slope: slope) }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    Kernels.leakyReLUGradient(input, slope: slope, gradient)
  }
}
