extension Image {
  /// The image with each pixel repeated `factor` times in both directions.
  public func enlarged(by factor: Int) -> Image {
    precondition(factor > 0, "an image is enlarged by 1 or more, got \(factor)")
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

  /// A part of the image; what lies outside it is of the `fill` colour.
  public func cropped(x: Int, y: Int, width: Int, height: Int, fill: Color = .black) -> Image {
    var result = Image(width: width, height: height, channels: channels, filledWith: fill)
    result.paste(self, x: -x, y: -y)
    return result
  }

  /// The image mirrored left to right.
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
}
