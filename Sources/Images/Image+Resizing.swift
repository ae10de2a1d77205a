extension Image {
  /// The image at another size: bilinear interpolation, widened where the image gets smaller so that
  /// it has no aliases.
  ///
  /// Rows first, then columns, in 22-bit fixed point, rounded to bytes after each, as
  /// Pillow's `resize` with `BILINEAR` and so torchvision's `Resize(antialias=True)` of such images do
  /// it: the same bytes, or within one level where Pillow takes columns first. An alpha channel is resized as the others are, by itself.
  public func resized(toWidth newWidth: Int, height newHeight: Int) -> Image {
    precondition(
      newWidth > 0 && newHeight > 0,
      "an image has at least 1x1 pixels, got \(newWidth)x\(newHeight)")
    return resized(toWidth: newWidth).resized(toHeight: newHeight)
  }

  private func resized(toWidth newWidth: Int) -> Image {
    guard newWidth != width else { return self }
    let weights = TriangleWeights(from: width, to: newWidth)
    let (rows, stride, newStride) = (height, width * channels, newWidth * channels)
    let bytes = [UInt8](unsafeUninitializedCapacity: rows * newStride) { bytes, count in
      pixels.withUnsafeBufferPointer { pixels in
        weights.values.withUnsafeBufferPointer { values in
          for newX in 0..<newWidth {
            let taps = weights.taps(of: newX)
            for y in 0..<rows {
              let first = y * stride + weights.first[newX] * channels
              for channel in 0..<channels {
                var sum = TriangleWeights.half
                var at = first + channel
                for tap in taps {
                  sum &+= values[tap] &* Int32(pixels[at])
                  at += channels
                }
                bytes[y * newStride + newX * channels + channel] = TriangleWeights.byte(sum)
              }
            }
          }
        }
      }
      count = rows * newStride
    }
    return Image(width: newWidth, height: height, channels: channels, pixels: bytes)
  }

  private func resized(toHeight newHeight: Int) -> Image {
    guard newHeight != height else { return self }
    let weights = TriangleWeights(from: height, to: newHeight)
    let stride = width * channels
    var sums = [Int32](repeating: 0, count: stride)
    let bytes = [UInt8](unsafeUninitializedCapacity: newHeight * stride) { bytes, count in
      pixels.withUnsafeBufferPointer { pixels in
        sums.withUnsafeMutableBufferPointer { sums in
          for newY in 0..<newHeight {
            sums.update(repeating: TriangleWeights.half)
            var row = weights.first[newY] * stride
            for tap in weights.taps(of: newY) {
              let weight = weights.values[tap]
              for at in 0..<stride { sums[at] &+= weight &* Int32(pixels[row + at]) }
              row += stride
            }
            for at in 0..<stride {
              bytes[newY * stride + at] = TriangleWeights.byte(sums[at])
            }
          }
        }
      }
      count = newHeight * stride
    }
    return Image(width: width, height: newHeight, channels: channels, pixels: bytes)
  }
}

/// Along one direction: which old pixels a new one is mixed of, and how much of each.
///
/// A triangle over the old pixels around the new one's centre, that reaches one pixel to each side, or
/// one new pixel where those are larger; cut off at the borders.
private struct TriangleWeights {
  /// The first old pixel of each new one.
  private(set) var first: [Int] = []
  /// Where the weights of each new pixel begin in `values`, and where the last one's end.
  private var starts = [0]
  /// Those of each new pixel, in units of 2^-22; they add up to about one, so that 255 times their sum
  /// fits in 32 bits.
  private(set) var values: [Int32] = []

  private static let bits = 22
  /// What makes cutting off the low bits a rounding.
  static let half: Int32 = 1 << (bits - 1)

  /// The byte of a weighted sum that began with a half.
  static func byte(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> bits) }

  init(from old: Int, to new: Int) {
    let scale = Double(old) / Double(new)
    let reach = max(1, scale)
    for place in 0..<new {
      let center = (Double(place) + 0.5) * scale
      let start = max(0, Int(center - reach + 0.5))
      let end = min(old, Int(center + reach + 0.5))
      let heights = (start..<end).map { pixel in
        max(0, 1 - abs((Double(pixel) - center + 0.5) / reach))
      }
      let sum = heights.reduce(0, +)
      first.append(start)
      values += heights.map { Int32(0.5 + $0 / sum * Double(1 << Self.bits)) }
      starts.append(values.count)
    }
  }

  /// The places of a new pixel's weights in `values`.
  func taps(of place: Int) -> Range<Int> { starts[place]..<starts[place + 1] }
}
