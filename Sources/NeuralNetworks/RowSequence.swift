public import Tensors

/// An image as a sequence of its rows, the first one first.
///
/// - Input: `[N, H, W, C]`. Output: `[N, H, W · C]`, the channels of a pixel side by side.
public struct RowSequence: Layer {
  /// The reshaping.
  public init() {}

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages()
    return [inputShape[0], inputShape[1] * inputShape[2]]
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    precondition(input.rank == 4, "rows are taken of images [N, H, W, C], not \(input.shape)")
    let output = input.reshaped(
      to: [input.shape[0], input.shape[1], input.shape[2] * input.shape[3]])
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
