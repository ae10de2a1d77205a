import CheckedArithmetic
public import Tensors

/// Images at another size: each row and column of the output is one of the input's, or a mean of two
/// neighbours.
///
/// - Input: `[N, H, W, C]`. Output: `[N, H', W', C]`.
/// - Source: `torch.nn.Upsample`; ONNX, operator `Resize`.
public struct Upsample: ParameterlessLayer {
  /// How a place between pixels gets its value.
  public enum Mode: String, Sendable, CaseIterable {
    case nearest, bilinear
  }

  /// Which place of the input belongs to one of the output: pixels are areas with their middle at one
  /// half, points from edge to edge, or areas whose first corner counts.
  public enum Coordinates: String, Sendable, CaseIterable {
    case halfPixel = "half_pixel"
    case alignCorners = "align_corners"
    case asymmetric
  }

  /// Which of the pixels beside a place is the nearest one.
  public enum Rounding: String, Sendable, CaseIterable {
    case floor, ceil
    case halfDown = "round_prefer_floor"
    case halfUp = "round_prefer_ceil"
  }

  /// The output's rows and columns.
  public let size: Extent
  /// How a place between pixels gets its value.
  public let mode: Mode
  /// Which place of the input belongs to one of the output.
  public let coordinates: Coordinates
  /// For `nearest`.
  public let rounding: Rounding
  /// Rows and columns of the output for one of the input, where that isn't the quotient of the sizes.
  public let scale: [Double]?

  /// - `coordinates`: by default PyTorch's for the mode. `scale`: nil for the quotient of the sizes.
  public init(
    size: Extent, mode: Mode = .nearest, coordinates: Coordinates? = nil,
    rounding: Rounding = .floor, scale: [Double]? = nil
  ) {
    precondition(size.height > 0 && size.width > 0, "images of \(size)")
    precondition(
      scale.map { $0.count == 2 && $0.allSatisfy { $0 > 0 && $0.isFinite } } ?? true,
      "a scale for rows and one for columns, got \(scale ?? [])")
    (self.size, self.mode, self.rounding, self.scale) = (size, mode, rounding, scale)
    self.coordinates = coordinates ?? (mode == .nearest ? .asymmetric : .halfPixel)
  }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages()
    guard inputShape.allSatisfy({ $0 > 0 }) else {
      throw ShapeError(takes: "images that aren't empty", gets: inputShape)
    }
    return [size.height, size.width, inputShape[2]]
  }

  public func output(of input: Tensor) -> Tensor {
    let shape = input.shape
    let (rows, columns) = (taps(0, of: shape[1]), taps(1, of: shape[2]))
    let channels = shape[3]
    return Tensor(uninitializedShape: [shape[0], size.height, size.width, channels]) { y in
      input.withUnsafeBufferPointer { x in
        Parallel.forEach(shape[0] * size.height) { line in
          let (image, row) = (line / size.height, rows[line % size.height])
          let base = image * shape[1]
          let (above, below) = ((base + row.low) * shape[2], (base + row.high) * shape[2])
          for (place, column) in columns.enumerated() {
            let aboveLow = (above + column.low) * channels
            let aboveHigh = (above + column.high) * channels
            let belowLow = (below + column.low) * channels
            let belowHigh = (below + column.high) * channels
            let start = (line * size.width + place) * channels
            for channel in 0..<channels {
              let upper =
                x[aboveLow + channel] * (1 - column.share)
                + x[aboveHigh + channel] * column.share
              let lower =
                x[belowLow + channel] * (1 - column.share)
                + x[belowHigh + channel] * column.share
              y[start + channel] = upper * (1 - row.share) + lower * row.share
            }
          }
        }
      }
    }
  }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    let shape = input.shape
    let (rows, columns) = (taps(0, of: shape[1]), taps(1, of: shape[2]))
    let channels = shape[3]
    var dx = Tensor(zeros: shape)
    dx.withUnsafeMutableBufferPointer { dx in
      gradient.withUnsafeBufferPointer { dy in
        for line in 0..<shape[0] * size.height {
          let (base, row) = (line / size.height * shape[1], rows[line % size.height])
          for (place, column) in columns.enumerated() {
            let start = (line * size.width + place) * channels
            for (y, rowShare) in [(row.low, 1 - row.share), (row.high, row.share)]
            where rowShare != 0 {
              for (x, share) in [(column.low, 1 - column.share), (column.high, column.share)]
              where share != 0 {
                let target = ((base + y) * shape[2] + x) * channels
                for channel in 0..<channels {
                  dx[target + channel] += dy[start + channel] * rowShare * share
                }
              }
            }
          }
        }
      }
    }
    return dx
  }

  /// Of what each row (axis 0) or column (1) of the output is a mean: two of the input's, and the second
  /// one's share.
  private func taps(_ axis: Int, of old: Int) -> [(low: Int, high: Int, share: Float)] {
    let new = axis == 0 ? size.height : size.width
    let scale = self.scale?[axis] ?? Double(new) / Double(old)
    return (0..<new).map { index in
      var place =
        switch coordinates {
        case .halfPixel: (Double(index) + 0.5) / scale - 0.5
        case .alignCorners: new > 1 ? Double(index) * Double(old - 1) / Double(new - 1) : 0
        case .asymmetric: Double(index) / scale
        }
      place = min(max(0, place), Double(old - 1))
      guard mode == .nearest else {
        let low = Int(place)
        return (low, min(old - 1, low + 1), Float(place - Double(low)))
      }
      let nearest: Double
      switch rounding {
      case .floor: nearest = place.rounded(.down)
      case .ceil: nearest = place.rounded(.up)
      case .halfDown: nearest = (place - 0.5).rounded(.up)
      case .halfUp: nearest = (place + 0.5).rounded(.down)
      }
      let low = min(max(0, Int(nearest)), old - 1)
      return (low, low, 0)
    }
  }
}
