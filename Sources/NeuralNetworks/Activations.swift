public import Tensors

/// `max(0, x)`.
///
/// - Input and output: any shape, the same one.
public struct ReLU: Layer {
  /// The rectifier.
  public init() {}

  public func outputShape(for inputShape: [Int]) -> [Int] { inputShape }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    elementwise(.relu, input, phase)
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    elementwiseBackward(.relu, gradient, trace, wanted)
  }
}

/// The hyperbolic tangent.
///
/// - Input and output: any shape, the same one.
public struct Tanh: Layer {
  /// The tangent.
  public init() {}

  public func outputShape(for inputShape: [Int]) -> [Int] { inputShape }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    elementwise(.tanh, input, phase)
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    elementwiseBackward(.tanh, gradient, trace, wanted)
  }
}

/// The logistic function, `1 / (1 + exp(-x))`.
///
/// - Input and output: any shape, the same one.
public struct Sigmoid: Layer {
  /// The logistic function.
  public init() {}

  public func outputShape(for inputShape: [Int]) -> [Int] { inputShape }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    elementwise(.sigmoid, input, phase)
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    elementwiseBackward(.sigmoid, gradient, trace, wanted)
  }
}

private func elementwise(
  _ function: Kernels.Function, _ input: Tensor, _ phase: Phase
) -> (output: Tensor, trace: Trace) {
  let output = Kernels.apply(function, input)
  return (output, Trace(input: phase.isTraining ? nil : input, output: output))
}

/// The derivatives of all three follow from the output.
private func elementwiseBackward(
  _ function: Kernels.Function, _ gradient: Tensor, _ trace: Trace, _ wanted: GradientKinds
) -> Gradients {
  guard wanted.contains(.input) else { return Gradients() }
  let output = required(trace.output, "the output", of: "\(function)")
  return Gradients(input: Kernels.gradient(of: function, output: output, gradient))
}
