public import Tensors

/// The mean of each channel over the whole image.
///
/// - Input: `[N, H, W, C]`. Output: `[N, 1, 1, C]`.
/// - Source: Lin, Chen & Yan, "Network In Network", ICLR 2014, arXiv 1312.4400, §3.2.
public struct GlobalAveragePool2D: ParameterlessLayer {
  /// The mean.
  public init() {}

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages()
    return [1, 1, inputShape[2]]
  }

  public func output(of input: Tensor) -> Tensor {
    precondition(input.rank == 4, "images are [N, H, W, C], got shape \(input.shape)")
    let (batch, channels) = (input.shape[0], input.shape[3])
    let positions = input.shape[1] * input.shape[2]
    return Tensor(uninitializedShape: [batch, 1, 1, channels]) { y in
      input.withUnsafeBufferPointer { x in
        Parallel.forEach(batch) { image in
          var sums = [Double](repeating: 0, count: channels)
          for position in 0..<positions {
            let first = (image * positions + position) * channels
            for channel in 0..<channels { sums[channel] += Double(x[first + channel]) }
          }
          for channel in 0..<channels {
            y[image * channels + channel] = Float(sums[channel] / Double(positions))
          }
        }
      }
    }
  }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    let shape = input.shape
    let (positions, channels) = (shape[1] * shape[2], shape[3])
    let share = 1 / Float(max(1, positions))
    return Tensor(uninitializedShape: shape) { dx in
      gradient.withUnsafeBufferPointer { dy in
        Parallel.forEach(shape[0]) { image in
          for position in 0..<positions {
            let first = (image * positions + position) * channels
            for channel in 0..<channels {
              dx[first + channel] = dy[image * channels + channel] * share
            }
          }
        }
      }
    }
  }
}
