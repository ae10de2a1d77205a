public import Tensors

/// An image as a sequence of its rows, the first one first.
///
/// - Input: `[N, H, W, C]`. Output: `[N, H, W · C]`, the channels of a pixel side by side.
public struct RowSequence: ParameterlessLayer {
  /// The reshaping.
  public init() {}

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages()
    return [inputShape[0], inputShape[1] * inputShape[2]]
  }

  public func output(of input: Tensor) -> Tensor {
    precondition(input.rank == 4, "rows are taken of images [N, H, W, C], not \(input.shape)")
    return input.reshaped(
      to: [input.shape[0], input.shape[1], input.shape[2] * input.shape[3]])
  }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    gradient.reshaped(to: input.shape)
  }
}
