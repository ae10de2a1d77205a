/// A colour of 8 bits a component, not premultiplied.
public struct Color: Sendable, Hashable {
  /// Red, 0 to 255.
  public var red: UInt8
  /// Green, 0 to 255.
  public var green: UInt8
  /// Blue, 0 to 255.
  public var blue: UInt8
  /// Opacity: 0 is transparent, 255 opaque.
  public var alpha: UInt8

  /// A colour of red, green and blue.
  public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  /// A gray: 0 is black, 255 white.
  public init(gray: UInt8, alpha: UInt8 = 255) {
    self.init(red: gray, green: gray, blue: gray, alpha: alpha)
  }

  /// Black.
  public static let black = Color(gray: 0)
  /// White.
  public static let white = Color(gray: 255)
  /// The middle between black and white.
  public static let gray = Color(gray: 128)
  /// Nothing: transparent black.
  public static let clear = Color(gray: 0, alpha: 0)

  /// The luma, 0 to 255.
  public var luma: UInt8 { Self.luma(red: red, green: green, blue: blue) }

  /// The luma of ITU-R BT.601, `(299 R + 587 G + 114 B) / 1000`, rounded in 16-bit fixed point.
  ///
  /// The weights are those of Pillow's mode `L`, so both give the same bytes.
  package static func luma(red: UInt8, green: UInt8, blue: UInt8) -> UInt8 {
    let sum = UInt32(red) * 19595 + UInt32(green) * 38470 + UInt32(blue) * 7471 + 0x8000
    return UInt8(truncatingIfNeeded: sum >> 16)
  }

  /// The bytes of a pixel of 1 to 4 channels.
  func components(channels: Int) -> [UInt8] {
    switch channels {
    case 1: [luma]
    case 2: [luma, alpha]
    case 3: [red, green, blue]
    default: [red, green, blue, alpha]
    }
  }
}
