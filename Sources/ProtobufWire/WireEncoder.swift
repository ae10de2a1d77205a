/// Writes protobuf fields into one growing buffer.
///
/// Nothing is left out: whether a field at its default is written is the message's decision.
/// A nested message is written in place, and its length put before it afterwards.
///
/// - Source: <https://protobuf.dev/programming-guides/encoding/>.
package struct WireEncoder: Sendable {
  /// What was written so far. May be changed too, to frame messages.
  package var bytes: [UInt8]

  /// An empty encoder, with room for a number of bytes.
  package init(reservingCapacity capacity: Int = 0) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  /// Writes an unsigned integer, or an enumeration's value.
  package mutating func encode(_ value: UInt64, field: Int) {
    appendKey(field, .varint)
    appendVarint(value)
  }

  /// Writes a signed integer (`int32` or `int64`); a negative one takes ten bytes.
  package mutating func encode(_ value: Int, field: Int) {
    encode(UInt64(bitPattern: Int64(value)), field: field)
  }

  /// Writes a truth value.
  package mutating func encode(_ value: Bool, field: Int) {
    encode(value ? 1 as UInt64 : 0, field: field)
  }

  /// Writes a `float`.
  package mutating func encode(_ value: Float, field: Int) {
    appendKey(field, .fixed32)
    appendLittleEndian(value.bitPattern)
  }

  /// Writes a `double`.
  package mutating func encode(_ value: Double, field: Int) {
    appendKey(field, .fixed64)
    appendLittleEndian(value.bitPattern)
  }

  /// Writes a string.
  package mutating func encode(_ value: String, field: Int) {
    appendKey(field, .lengthDelimited)
    appendVarint(UInt64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  /// Writes bytes.
  package mutating func encode(_ value: [UInt8], field: Int) {
    appendKey(field, .lengthDelimited)
    appendVarint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// Writes a packed repeated `double`.
  package mutating func encode(packed values: [Double], field: Int) {
    appendKey(field, .lengthDelimited)
    appendVarint(UInt64(values.count * 8))
    for value in values { appendLittleEndian(value.bitPattern) }
  }

  /// Writes a packed repeated `float`.
  package mutating func encode(packed values: [Float], field: Int) {
    appendKey(field, .lengthDelimited)
    appendVarint(UInt64(values.count * 4))
    for value in values { appendLittleEndian(value.bitPattern) }
  }

  /// Writes packed repeated integers, signed or (by their bits) unsigned.
  package mutating func encode(packed values: [Int64], field: Int) {
    encodeMessage(field: field) { encoder in
      for value in values { encoder.appendVarint(UInt64(bitPattern: value)) }
    }
  }

  /// Writes a nested message.
  package mutating func encode(_ message: some WireMessage, field: Int) {
    encodeMessage(field: field) { message.encode(into: &$0) }
  }

  /// Writes a nested message, whose fields `body` writes.
  package mutating func encodeMessage(field: Int, _ body: (inout WireEncoder) -> Void) {
    appendKey(field, .lengthDelimited)
    let start = bytes.count
    bytes.append(0)
    body(&self)
    var length = bytes.count - start - 1
    if length < 0x80 {
      bytes[start] = UInt8(length)
      return
    }
    var prefix: [UInt8] = []
    while length >= 0x80 {
      prefix.append(UInt8(truncatingIfNeeded: length) | 0x80)
      length >>= 7
    }
    prefix.append(UInt8(length))
    bytes.replaceSubrange(start...start, with: prefix)
  }

  /// Appends a little-endian integer without a field key.
  package mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func appendKey(_ field: Int, _ type: WireType) {
    appendVarint(UInt64(field) << 3 | UInt64(type.rawValue))
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
