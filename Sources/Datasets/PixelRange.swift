/// How a byte of a picture becomes a scalar of a tensor.
public enum PixelRange: String, Sendable, CaseIterable {
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

  /// The scalars of as many bytes.
  func convert(_ bytes: UnsafeBufferPointer<UInt8>, into scalars: UnsafeMutableBufferPointer<Float>)
  {
    let factor: Float = self == .zeroToOne ? 1 : 2
    let offset: Float = self == .zeroToOne ? 0 : 255
    for index in bytes.indices { scalars[index] = (factor * Float(bytes[index]) - offset) / 255 }
  }
}
