public import Tensors

/// The mean of each channel over the whole image.
///
/// - Input: `[N, H, W, C]`. Output: `[N, 1, 1, C]`.
/// - Source: Lin, Chen & Yan, "Network In Network", ICLR 2014, arXiv 1312.4400, §3.2.
public struct GlobalAveragePool2D: Layer {
  /// The mean.
  public init() {}

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages()
    return [1, 1, inputShape[2]]
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    precondition(input.rank == 4, "images are [N, H, W, C], got shape \(input.shape)")
    let (batch, channels) = (input.shape[0], input.shape[3])
    let positions = input.shape[1] * input.shape[2]
    let output = Tensor(uninitializedShape: [batch, 1, 1, channels]) { y in
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
    return (output, Trace(input: input, output: phase.isTraining ? nil : output))
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    guard wanted.contains(.input) else { return Gradients() }
    let shape = required(trace.input, "the input", of: "GlobalAveragePool2D").shape
    let (positions, channels) = (shape[1] * shape[2], shape[3])
    let share = 1 / Float(max(1, positions))
    return Gradients(
      input: Tensor(uninitializedShape: shape) { dx in
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
      })
  }
}
