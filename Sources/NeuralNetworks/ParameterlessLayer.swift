public import Tensors

/// A layer without parameters: a function of its input, and how a gradient comes back through it.
public protocol ParameterlessLayer: Layer {
  /// The layer's function.
  func output(of input: Tensor) -> Tensor

  /// The gradient of the input, from the one of the output.
  ///
  /// - `kept`: the layer's output if `keepsOutput`, else its input.
  func inputGradient(_ gradient: Tensor, _ kept: Tensor) -> Tensor

  /// Whether the way back needs the output, not the input.
  static var keepsOutput: Bool { get }
}

extension ParameterlessLayer {
  /// The input is kept, by default.
  public static var keepsOutput: Bool { false }

  /// The input's shape, by default.
  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] { inputShape }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let output = output(of: input)
    let keepsAll = !phase.isTraining
    return (
      output,
      Trace(
        input: keepsAll || !Self.keepsOutput ? input : nil,
        output: keepsAll || Self.keepsOutput ? output : nil)
    )
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    guard wanted.contains(.input) else { return Gradients() }
    let kept =
      Self.keepsOutput
      ? required(trace.output, "the output", of: "\(Self.self)")
      : required(trace.input, "the input", of: "\(Self.self)")
    return Gradients(input: inputGradient(gradient, kept))
  }
}
