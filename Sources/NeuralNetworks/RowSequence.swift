public import Tensors

/// An image as a sequence of its rows, the first one first.
///
/// - Input: `[N, H, W, C]`. Output: `[N, H, W · C]`, the channels of a pixel side by side.
public struct RowSequence: Layer {
  /// The reshaping.
  public init() {}

  public func outputShape(for inputShape: [Int]) -> [Int] {
    precondition(inputShape.count == 3, "rows are taken of images [H, W, C], not \(inputShape)")
    return [inputShape[0], inputShape[1] * inputShape[2]]
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let output = input.reshaped(
      to: [input.shape[0]] + outputShape(for: Array(input.shape.dropFirst())))
    return (output, Trace(input: input, output: phase.isTraining ? nil : output))
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    guard wanted.contains(.input) else { return Gradients() }
    let shape = required(trace.input, "the input", of: "RowSequence").shape
    return Gradients(input: gradient.reshaped(to: shape))
  }
}
