public import Tensors

/// The mean over windows.
///
/// - Input: `[N, H, W, C]`. Output: `[N, (H - size) / stride + 1, (W - size) / stride + 1, C]`, with
///   padding counted in `H` and `W`. What a window covers beyond the padding never counts.
public struct AveragePool2D: ParameterlessLayer {
  /// A window's rows and columns.
  public let size: Extent
  /// Steps from window to window.
  public let stride: Extent
  /// How far windows reach over the image's edges.
  public let padding: Padding
  /// Whether positions outside the image count as zeros (`count_include_pad`).
  public let countsPadding: Bool
  /// Whether a last window that reaches over the edge counts (`ceil_mode`).
  public let roundsUp: Bool

  /// - `stride`: by default the window's size, so that windows don't overlap.
  public init(
    size: Extent, stride: Extent? = nil, padding: Padding = 0,
    countsPadding: Bool = true, roundsUp: Bool = false
  ) {
    self.size = size
    self.stride = stride ?? size
    self.padding = padding
    self.countsPadding = countsPadding
    self.roundsUp = roundsUp
  }

  /// Square windows side by side.
  public init(_ side: Int) { self.init(size: Extent(side)) }

  private func geometry(for inputShape: [Int]) -> PoolingGeometry {
    PoolingGeometry(
      input: inputShape, window: size, stride: stride, padding: padding, roundsUp: roundsUp)
  }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages()
    let output = try inputShape.windows(
      of: size, stride: stride, padding: padding, roundsUp: roundsUp)
    return [output.height, output.width, inputShape[2]]
  }

  public func output(of input: Tensor) -> Tensor {
    Kernels.averagePool(
      input, geometry(for: Array(input.shape.dropFirst())), countsPadding: countsPadding)
  }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    Kernels.averageUnpool(
      gradient, geometry(for: Array(input.shape.dropFirst())), countsPadding: countsPadding)
  }
}
