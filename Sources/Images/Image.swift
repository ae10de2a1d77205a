/// An image of 8-bit pixels in memory: gray or RGB, with or without an alpha channel.
///
/// `pixels` holds the rows from the top, each pixel's channels side by side: `[height, width,
/// channels]` in row-major order.
public struct Image: Sendable, Equatable {
  /// Pixels in a row.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA.
  public let channels: Int
  /// The bytes, `height * width * channels` of them.
  public internal(set) var pixels: [UInt8]

  /// An image of these bytes.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0 && (1...4).contains(channels),
      "an image has at least 1x1 pixels of 1 to 4 channels, got \(width)x\(height)x\(channels)")
    precondition(
      pixels.count == width * height * channels,
      "\(width)x\(height)x\(channels) takes \(width * height * channels) bytes, got \(pixels.count)"
    )
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// An image of one colour.
  public init(width: Int, height: Int, channels: Int, filledWith color: Color) {
    let pixel = color.components(channels: channels)
    self.init(
      width: width, height: height, channels: channels,
      pixels: pixel.count == 1
        ? [UInt8](repeating: pixel[0], count: width * height)
        : (0..<width * height).flatMap { _ in pixel })
  }

  /// The colour of a pixel; column `x` counts from the left, row `y` from the top.
  public subscript(x: Int, y: Int) -> Color {
    get {
      let at = offset(x, y)
      switch channels {
      case 1: return Color(gray: pixels[at])
      case 2: return Color(gray: pixels[at], alpha: pixels[at + 1])
      case 3: return Color(red: pixels[at], green: pixels[at + 1], blue: pixels[at + 2])
      default:
        return Color(
          red: pixels[at], green: pixels[at + 1], blue: pixels[at + 2], alpha: pixels[at + 3])
      }
    }
    set {
      let at = offset(x, y)
      for (channel, byte) in newValue.components(channels: channels).enumerated() {
        pixels[at + channel] = byte
      }
    }
  }

  /// The same image with another number of channels.
  ///
  /// Gray to RGB repeats the byte, RGB to gray takes the luma of ITU-R BT.601; a new alpha channel
  /// is opaque, and one that goes is dropped without blending.
  public func converted(toChannels target: Int) -> Image {
    precondition((1...4).contains(target), "an image has 1 to 4 channels, got \(target)")
    guard target != channels else { return self }
    var result = [UInt8]()
    result.reserveCapacity(width * height * target)
    let hasAlpha = channels.isMultiple(of: 2)
    for at in stride(from: 0, to: pixels.count, by: channels) {
      let red = pixels[at]
      let green = channels < 3 ? red : pixels[at + 1]
      let blue = channels < 3 ? red : pixels[at + 2]
      if target < 3 {
        result.append(channels < 3 ? red : Color.luma(red: red, green: green, blue: blue))
      } else {
        result.append(red)
        result.append(green)
        result.append(blue)
      }
      if target.isMultiple(of: 2) { result.append(hasAlpha ? pixels[at + channels - 1] : 255) }
    }
    return Image(width: width, height: height, channels: target, pixels: result)
  }

  private func offset(_ x: Int, _ y: Int) -> Int {
    precondition(
      (0..<width).contains(x) && (0..<height).contains(y),
      "pixel (\(x), \(y)) lies outside an image of \(width)x\(height)")
    return (y * width + x) * channels
  }
}

extension Image: CustomStringConvertible {
  /// Size and kind: `28x28 gray`.
  public var description: String { Self.describe(width, height, channels: channels) }

  /// Size and kind in words, as messages give them.
  package static func describe(_ width: Int, _ height: Int, channels: Int) -> String {
    let kinds = ["gray", "gray with alpha", "RGB", "RGBA"]
    return "\(width)x\(height) \(kinds[channels - 1])"
  }
}
