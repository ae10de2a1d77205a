/// How the numbers of an image's pixels follow each other.
public enum PixelLayout: Sendable {
  /// `[height, width, channels]`: the channels of a pixel side by side.
  case channelsLast
  /// `[channels, height, width]`: one plane after the other, as PyTorch has them.
  case channelsFirst
}

extension Image {
  /// An image of bytes: an array, a slice, `Data`, or any other collection.
  ///
  /// Their number says whether there is 1 channel (gray), 2 (gray and alpha), 3 (RGB) or 4 (RGBA).
  ///
  /// - Throws: `ImageError.wrongCount` where there are no such channels.
  public init(
    _ bytes: some Collection<UInt8>, width: Int, height: Int, layout: PixelLayout = .channelsLast
  ) throws(ImageError) {
    guard width > 0, height > 0,
      case let (pixels, overflow) = width.multipliedReportingOverflow(by: height),
      !overflow, (1...4).contains(bytes.count / pixels), bytes.count.isMultiple(of: pixels)
    else { throw .wrongCount(width: width, height: height, count: bytes.count) }
    let channels = bytes.count / pixels
    let bytes = Array(bytes)
    self.init(
      width: width, height: height, channels: channels,
      pixels: layout == .channelsLast || channels == 1
        ? bytes : bytes.indices.map { bytes[$0 % channels * pixels + $0 / channels] })
  }

  /// An image of floating-point numbers, a byte each.
  ///
  /// - `range`: What becomes black and white: `0...1`, or `-1...1`. What lies outside becomes
  ///   one of the two, NaN black.
  /// - Throws: `ImageError.wrongCount` where their number isn't that of 1 to 4 channels.
  public init(
    _ numbers: some Collection<some BinaryFloatingPoint>, width: Int, height: Int,
    layout: PixelLayout = .channelsLast, range: ClosedRange<Double> = 0...1
  ) throws(ImageError) {
    let scale = 255 / (range.upperBound - range.lowerBound)
    let bytes = numbers.map { number in
      // max(0, NaN) is 0 in this order.
      UInt8(min(255, max(0, (Double(number) - range.lowerBound) * scale)) + 0.5)
    }
    try self.init(bytes, width: width, height: height, layout: layout)
  }
}
