public import Tensors

/// Pooling over windows of any size, whose positions may lie apart: those that `MaxPool2D` and
/// `AveragePool2D` don't take. The first maximum in row-major order wins a tie; positions outside the image are never
/// the maximum.
///
/// - Input: `[N, H, W, C]`. Output: `[N, (H - extent) / stride + 1, (W - extent) / stride + 1, C]`, with
///   padding counted in `H` and `W`, and `extent = (size - 1) · dilation + 1`.
public struct WidePool2D: ParameterlessLayer {
  /// What is made of a window.
  public enum Kind: Sendable, Equatable {
    case max
    /// The mean; whether positions in the padding count as zeros.
    case average(countsPadding: Bool)
  }

  /// What is made of a window.
  public let kind: Kind
  /// A window's rows and columns.
  public let size: Extent
  /// Steps from window to window.
  public let stride: Extent
  /// How far windows reach over the image's edges.
  public let padding: Padding
  /// Pixels from one row or column of a window to its next.
  public let dilation: Extent
  /// Whether a last window that reaches over the edge counts (`ceil_mode`).
  public let roundsUp: Bool

  /// - `padding`: on each side less than the window; none where it is dilated.
  public init(
    _ kind: Kind, size: Extent, stride: Extent? = nil, padding: Padding = 0, dilation: Extent = 1,
    roundsUp: Bool = false
  ) {
    precondition(
      padding == 0
        || dilation == 1 && max(padding.top, padding.bottom) < size.height
          && max(padding.left, padding.right) < size.width,
      "padding \(padding) for windows of \(size.text), dilated by \(dilation.text)")
    self.kind = kind
    self.size = size
    self.stride = stride ?? size
    self.padding = padding
    self.dilation = dilation
    self.roundsUp = roundsUp
  }

  /// The pixels that a window reaches over.
  public var extent: Extent { size.dilated(by: dilation) }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages()
    let output = try inputShape.windows(
      of: size, stride: stride, padding: padding, dilation: dilation, roundsUp: roundsUp)
    return [output.height, output.width, inputShape[2]]
  }

  public func output(of input: Tensor) -> Tensor {
    let channels = input.shape[3]
    let output = outputSize(input.shape)
    return Tensor(uninitializedShape: [input.shape[0], output.height, output.width, channels]) {
      y in
      input.withUnsafeBufferPointer { x in
        Parallel.forEach(input.shape[0] * output.height) { line in
          for column in 0..<output.width {
            let window = window(line, column, output, input.shape)
            let start = (line * output.width + column) * channels
            for channel in 0..<channels {
              switch kind {
              case .max: y[start + channel] = x[largest(window, channel, x)]
              case .average:
                var sum = 0.0
                for place in window.places { sum += Double(x[place + channel]) }
                y[start + channel] = Float(sum / Double(window.count))
              }
            }
          }
        }
      }
    }
  }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    let channels = input.shape[3]
    let output = outputSize(input.shape)
    var dx = Tensor(zeros: input.shape)
    dx.withUnsafeMutableBufferPointer { dx in
      input.withUnsafeBufferPointer { x in
        gradient.withUnsafeBufferPointer { dy in
          for line in 0..<input.shape[0] * output.height {
            for column in 0..<output.width {
              let window = window(line, column, output, input.shape)
              let start = (line * output.width + column) * channels
              for channel in 0..<channels {
                switch kind {
                case .max: dx[largest(window, channel, x)] += dy[start + channel]
                case .average:
                  let share = dy[start + channel] / Float(window.count)
                  for place in window.places { dx[place + channel] += share }
                }
              }
            }
          }
        }
      }
    }
    return dx
  }

  private func outputSize(_ shape: [Int]) -> Extent {
    let output = Extent.windows(
      of: size, over: Extent(height: shape[1], width: shape[2]), stride: stride, padding: padding,
      dilation: dilation, roundsUp: roundsUp)
    guard let output, output.height > 0, output.width > 0 else {
      preconditionFailure("windows of \(size.text) don't fit into images of shape \(shape)")
    }
    return output
  }

  /// The first scalars of the pixels in a window, in row-major order, and by what a sum is divided.
  private func window(
    _ line: Int, _ column: Int, _ output: Extent, _ shape: [Int]
  ) -> (places: [Int], count: Int) {
    let (image, row) = (line / output.height, line % output.height)
    let top = row * stride.height - padding.top
    let left = column * stride.width - padding.left
    func inside(_ start: Int, _ size: Int, _ step: Int, _ length: Int) -> [Int] {
      (0..<size).map { start + $0 * step }.filter { (0..<length).contains($0) }
    }
    let rows = inside(top, size.height, dilation.height, shape[1])
    let columns = inside(left, size.width, dilation.width, shape[2])
    let places = rows.flatMap { y in
      columns.map { ((image * shape[1] + y) * shape[2] + $0) * shape[3] }
    }
    guard kind == .average(countsPadding: true) else { return (places, max(1, places.count)) }
    // What a window covers beyond the padding never counts.
    let counted =
      inside(
        top + padding.top, size.height, dilation.height, shape[1] + padding.top + padding.bottom
      )
      .count
      * inside(
        left + padding.left, size.width, dilation.width, shape[2] + padding.left + padding.right
      ).count
    return (places, max(1, counted))
  }

  private func largest(
    _ window: (places: [Int], count: Int), _ channel: Int, _ x: UnsafeBufferPointer<Float>
  ) -> Int {
    var best = window.places[0] + channel
    for place in window.places.dropFirst() where x[place + channel] > x[best] {
      best = place + channel
    }
    return best
  }
}
