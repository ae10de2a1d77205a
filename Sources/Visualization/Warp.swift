public import Tensors

/// An image moved, enlarged and turned.
///
/// - Formula: the pixel at row `y`, column `x` is what the image has, bilinear, at row
///   `c + (cos · u + sin · v) / scale` and column `c + (-sin · u + cos · v) / scale`, with
///   `u = y - c - down`, `v = x - c - right` and `c` the middle, `(side - 1) / 2`. Outside is 0 or a
///   fill.
public struct Warp: Sendable, Equatable {
  /// Pixels downwards.
  public var down = 0.0
  /// Pixels to the right.
  public var right = 0.0
  /// Above 1 enlarges, below 1 shrinks.
  public var scale = 1.0
  /// Degrees.
  public var rotation = 0.0

  /// The image as it is.
  public init() {}

  /// An image moved down, or up where negative.
  public static func moved(down: Double) -> Warp {
    var warp = Warp()
    warp.down = down
    return warp
  }

  /// An image enlarged.
  public static func scaled(by scale: Double) -> Warp {
    precondition(scale > 0, "a scale is above 0, got \(scale)")
    var warp = Warp()
    warp.scale = scale
    return warp
  }

  /// An image turned by so many degrees.
  public static func rotated(by degrees: Double) -> Warp {
    var warp = Warp()
    warp.rotation = degrees
    return warp
  }

  /// The image warped, `[1, H, W, C]`.
  ///
  /// - `fill`: what lies outside, one scalar a channel; nil for 0.
  public func applied(to image: Tensor, fill: [Float]? = nil) -> Tensor {
    precondition(
      image.rank == 4 && image.shape[0] == 1, "one image is warped, not shape \(image.shape)")
    let (height, width, channels) = (image.shape[1], image.shape[2], image.shape[3])
    let fill = fill ?? Array(repeating: 0, count: channels)
    return image.withUnsafeBufferPointer { pixels in
      func scalar(_ y: Int, _ x: Int, _ channel: Int) -> Double {
        guard y >= 0, x >= 0, y < height, x < width else { return Double(fill[channel]) }
        return Double(pixels[(y * width + x) * channels + channel])
      }
      return Tensor(uninitializedShape: image.shape) { result in
        result.initialize(repeating: 0)
        forEachPixel(height: height, width: width) { pixel, row, column, shareY, shareX in
          for channel in 0..<channels {
            let upper =
              scalar(row, column, channel) * (1 - shareX)
              + scalar(row, column + 1, channel) * shareX
            let lower =
              scalar(row + 1, column, channel) * (1 - shareX)
              + scalar(row + 1, column + 1, channel) * shareX
            result[pixel * channels + channel] = Float(upper * (1 - shareY) + lower * shareY)
          }
        }
      }
    }
  }

  /// The gradient by an image, from the one by the image warped, `[1, H, W, C]`.
  func gradient(of warped: Tensor) -> Tensor {
    let (height, width, channels) = (warped.shape[1], warped.shape[2], warped.shape[3])
    var sums = [Double](repeating: 0, count: warped.count)
    warped.withUnsafeBufferPointer { warped in
      forEachPixel(height: height, width: width) { pixel, row, column, shareY, shareX in
        for (y, x, share) in [
          (row, column, (1 - shareY) * (1 - shareX)), (row, column + 1, (1 - shareY) * shareX),
          (row + 1, column, shareY * (1 - shareX)), (row + 1, column + 1, shareY * shareX),
        ] where y >= 0 && x >= 0 && y < height && x < width {
          for channel in 0..<channels {
            sums[(y * width + x) * channels + channel] +=
              share * Double(warped[pixel * channels + channel])
          }
        }
      }
    }
    return Tensor(shape: warped.shape, scalars: sums.map { Float($0) })
  }

  /// Calls `body` with each pixel, and the upper left one of the four that it is mixed of.
  private func forEachPixel(
    height: Int, width: Int,
    _ body: (_ pixel: Int, _ row: Int, _ column: Int, _ shareY: Double, _ shareX: Double) -> Void
  ) {
    let (cosine, sine) = Self.direction(rotation)
    let (middleY, middleX) = (Double(height - 1) / 2, Double(width - 1) / 2)
    for y in 0..<height {
      for x in 0..<width {
        let (u, v) = (Double(y) - middleY - down, Double(x) - middleX - right)
        let sourceY = middleY + (cosine * u + sine * v) / scale
        let sourceX = middleX + (-sine * u + cosine * v) / scale
        let (top, left) = (sourceY.rounded(.down), sourceX.rounded(.down))
        body(y * width + x, Int(top), Int(left), sourceY - top, sourceX - left)
      }
    }
  }

  /// Cosine and sine; exact for quarter turns, so that these move whole pixels.
  private static func direction(_ degrees: Double) -> (cosine: Double, sine: Double) {
    let turn = degrees.truncatingRemainder(dividingBy: 360)
    let angle = turn * .pi / 180
    let (cosine, sine) = (Double.cosine(angle), Double.sine(angle))
    return turn.truncatingRemainder(dividingBy: 90) == 0
      ? (cosine.rounded(), sine.rounded()) : (cosine, sine)
  }
}
