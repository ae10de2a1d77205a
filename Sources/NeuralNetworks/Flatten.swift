import CheckedArithmetic
public import Tensors

/// An image as one row of scalars, in PyTorch's order: channel, row, column.
///
/// - Input: `[N, H, W, C]`, or `[N, n]`, which stays. Output: `[N, C · H · W]`, index
///   `c · H · W + y · W + x`.
public struct Flatten: Layer {
  /// The reshaping.
  public init() {}

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    guard let count = inputShape.checkedProduct else {
      throw ShapeError(takes: "arrays of a possible size", gets: inputShape)
    }
    return [count]
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let output = Self.moved(input, to: .channelsFirst, imageShape: input.shape)
    return (
      output.reshaped(to: [input.shape[0], input.count / max(1, input.shape[0])]),
      Trace(input: input, output: phase.isTraining ? nil : output)
    )
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    guard wanted.contains(.input) else { return Gradients() }
    let shape = required(trace.input, "the input", of: "Flatten").shape
    return Gradients(input: unflattened(gradient, to: shape))
  }

  /// Rows in PyTorch's order back to images of `[N, H, W, C]`.
  package func unflattened(_ rows: Tensor, to shape: [Int]) -> Tensor {
    Self.moved(rows, to: .channelsLast, imageShape: shape).reshaped(to: shape)
  }

  private enum Order { case channelsFirst, channelsLast }

  private static func moved(_ x: Tensor, to order: Order, imageShape shape: [Int]) -> Tensor {
    guard shape.count == 4, shape[3] > 1, shape[1] * shape[2] > 1 else { return x }
    let (positions, channels) = (shape[1] * shape[2], shape[3])
    return order == .channelsFirst
      ? Kernels.transposedImages(x, batch: shape[0], rows: positions, columns: channels)
      : Kernels.transposedImages(x, batch: shape[0], rows: channels, columns: positions)
  }
}
