import CheckedArithmetic
public import Tensors

/// An image as one row of scalars, in PyTorch's order: channel, row, column.
///
/// - Input: `[N, H, W, C]`, or `[N, n]`, which stays. Output: `[N, C · H · W]`, index
///   `c · H · W + y · W + x`.
public struct Flatten: ParameterlessLayer {
  /// The reshaping.
  public init() {}

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    guard let count = inputShape.checkedProduct else {
      throw ShapeError(takes: "arrays of a possible size", gets: inputShape)
    }
    return [count]
  }

  public func output(of input: Tensor) -> Tensor {
    let (batch, positions, channels) = Self.sizes(input.shape)
    let rows = [batch, input.shape.dropFirst().reduce(1, *)]
    guard positions > 1, channels > 1 else { return input.reshaped(to: rows) }
    return Kernels.transposedImages(input, batch: batch, rows: positions, columns: channels)
      .reshaped(to: rows)
  }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    let (batch, positions, channels) = Self.sizes(input.shape)
    guard positions > 1, channels > 1 else { return gradient.reshaped(to: input.shape) }
    return Kernels.transposedImages(gradient, batch: batch, rows: channels, columns: positions)
      .reshaped(to: input.shape)
  }

  /// Of images; one channel for rows.
  private static func sizes(_ shape: [Int]) -> (batch: Int, positions: Int, channels: Int) {
    shape.count == 4 ? (shape[0], shape[1] * shape[2], shape[3]) : (shape[0], 1, 1)
  }
}
