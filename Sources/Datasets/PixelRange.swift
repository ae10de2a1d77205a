/// How a byte of an image becomes a scalar of a tensor.
public enum PixelRange: String, Sendable, CaseIterable, Codable {
  /// `byte / 255`: black is 0, white 1.
  case zeroToOne = "0..1"
  /// `(2 byte - 255) / 255`: black is -1, white 1.
  case minusOneToOne = "-1..1"

  /// The scalar of black.
  public var lowest: Float { self == .zeroToOne ? 0 : -1 }

  /// The scalar of the byte, rounded once.
  public func scalar(of byte: UInt8) -> Float {
    self == .zeroToOne ? Float(byte) / 255 : (2 * Float(byte) - 255) / 255
  }

  /// The scalar of each byte: exact, and faster than to divide.
  var table: [Float] { self == .zeroToOne ? Self.zeroToOneTable : Self.minusOneToOneTable }

  private static let zeroToOneTable = (0...255).map { zeroToOne.scalar(of: UInt8($0)) }
  private static let minusOneToOneTable = (0...255).map { minusOneToOne.scalar(of: UInt8($0)) }
}
