extension Image {
  /// The picture with each pixel repeated `factor` times in both directions.
  public func enlarged(by factor: Int) -> Image {
    precondition(factor > 0, "a picture is enlarged by 1 or more, got \(factor)")
    guard factor > 1 else { return self }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pixels.count * factor * factor)
    for y in 0..<height {
      let start = bytes.count
      for x in 0..<width {
        let pixel = (y * width + x) * channels
        for _ in 0..<factor { bytes += pixels[pixel..<pixel + channels] }
      }
      let row = bytes[start...]
      for _ in 1..<factor { bytes += row }
    }
    return Image(
      width: width * factor, height: height * factor, channels: channels, pixels: bytes)
  }

  /// A part of the picture; what lies outside it is of the `fill` colour.
  public func cropped(x: Int, y: Int, width: Int, height: Int, fill: Color = .black) -> Image {
    var result = Image(width: width, height: height, channels: channels, filledWith: fill)
    result.paste(self, x: -x, y: -y)
    return result
  }

  /// The picture mirrored left to right.
  public func mirrored() -> Image {
    var result = self
    for y in 0..<height {
      for x in 0..<width {
        let (to, from) = ((y * width + x) * channels, (y * width + width - 1 - x) * channels)
        for channel in 0..<channels { result.pixels[to + channel] = pixels[from + channel] }
      }
    }
    return result
  }

  /// The picture at another size: each new pixel is the mean of the area it covers, its sums exact
  /// and rounded once (a box filter, so a smaller picture has no aliases).
  public func resized(toWidth newWidth: Int, height newHeight: Int) -> Image {
    precondition(
      newWidth > 0 && newHeight > 0,
      "a picture has at least 1x1 pixels, got \(newWidth)x\(newHeight)")
    guard newWidth != width || newHeight != height else { return self }
    let columns = Self.areaWeights(from: width, to: newWidth)
    let rows = Self.areaWeights(from: height, to: newHeight)
    // In units of 1/new pixel, an area has width x height parts.
    let area = width * height
    var bytes: [UInt8] = []
    bytes.reserveCapacity(newWidth * newHeight * channels)
    for row in rows {
      for column in columns {
        for channel in 0..<channels {
          var sum = area / 2
          for (y, vertical) in row {
            for (x, horizontal) in column {
              sum += vertical * horizontal * Int(pixels[(y * width + x) * channels + channel])
            }
          }
          bytes.append(UInt8(sum / area))
        }
      }
    }
    return Image(width: newWidth, height: newHeight, channels: channels, pixels: bytes)
  }

  /// For each new pixel, the old ones that it covers, and how much of each; the weights of a new
  /// pixel add up to `count`.
  private static func areaWeights(from count: Int, to newCount: Int) -> [[(Int, Int)]] {
    (0..<newCount).map { new in
      let (start, end) = (new * count, (new + 1) * count)
      return (start / newCount...(end - 1) / newCount).map { old in
        (old, min(end, (old + 1) * newCount) - max(start, old * newCount))
      }
    }
  }
}
