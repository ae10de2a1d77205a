public import Tensors

/// `x` where it is positive, `slope · x` elsewhere.
///
/// - Input and output: any shape, the same one.
/// - Source: Maas, Hannun & Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models", ICML
///   2013 workshop.
public struct LeakyReLU: Layer {
  /// What negative scalars are multiplied by.
  public let slope: Float

  /// - Parameter slope: 0.01 in PyTorch and in ONNX.
  public init(slope: Float = 0.01) { self.slope = slope }

  public func outputShape(for inputShape: [Int]) -> [Int] { inputShape }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let output = Kernels.leakyReLU(input, slope: slope)
    return (output, Trace(input: input, output: phase.isTraining ? nil : output))
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    guard wanted.contains(.input) else { return Gradients() }
    let input = required(trace.input, "the input", of: "LeakyReLU")
    return Gradients(input: Kernels.leakyReLUGradient(input, slope: slope, gradient))
  }
}
