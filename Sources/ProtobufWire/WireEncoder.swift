/// Writes protobuf fields into one growing buffer.
///
/// Nothing is left out: whether a field at its default is written is the message's decision.
/// A nested message is written in place, and its length put before it afterwards.
///
/// - Source: <https://protobuf.dev/programming-guides/encoding/>.
package struct WireEncoder: ~Copyable, Sendable {
  private var buffer: ByteBuffer

  /// An empty encoder, with room for a number of bytes.
  package init(reservingCapacity capacity: Int = 0) {
    buffer = ByteBuffer(capacity: capacity)
  }

  /// The number of bytes written so far.
  package var count: Int { buffer.count }

  /// The number of bytes there is memory for.
  package var capacity: Int { buffer.capacity }

  /// What was written so far, copied.
  package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Forgets what was written and keeps the memory.
  package mutating func removeAll() { buffer.count = 0 }

  /// Calls `body` with what was written so far.
  package func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: buffer.start, count: buffer.count))
  }

  /// Calls `body` with what was written so far, to change it: to frame messages.
  package mutating func withUnsafeMutableBytes<Result>(
    _ body: (UnsafeMutableRawBufferPointer) -> Result
  ) -> Result {
    body(UnsafeMutableRawBufferPointer(start: buffer.start, count: buffer.count))
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
    var value = value
    value.withUTF8 { encode(UnsafeRawBufferPointer($0), field: field) }
  }

  /// Writes bytes.
  package mutating func encode(_ value: [UInt8], field: Int) {
    value.withUnsafeBytes { encode($0, field: field) }
  }

  private mutating func encode(_ value: UnsafeRawBufferPointer, field: Int) {
    appendKey(field, .lengthDelimited)
    appendVarint(UInt64(value.count))
    buffer.append(value)
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
  @inlinable
  package mutating func encode(_ message: some WireMessage, field: Int) {
    let start = beginMessage(field: field)
    message.encode(into: &self)
    endMessage(from: start)
  }

  /// Writes a nested message, whose fields `body` writes.
  @inlinable
  package mutating func encodeMessage(field: Int, _ body: (inout WireEncoder) -> Void) {
    let start = beginMessage(field: field)
    body(&self)
    endMessage(from: start)
  }

  /// Keeps a byte for a message's length, and returns its place.
  @usableFromInline
  package mutating func beginMessage(field: Int) -> Int {
    appendKey(field, .lengthDelimited)
    buffer.append(0 as UInt8)
    return buffer.count - 1
  }

  /// Puts the length of what was written since into its place.
  @usableFromInline
  package mutating func endMessage(from start: Int) {
    let length = UInt64(buffer.count - start - 1)
    if length < 0x80 {
      buffer[start] = UInt8(length)
    } else {
      // The length takes more bytes than the one kept for it.
      buffer.makeRoom(of: varintSize(length) - 1, at: start)
      var position = start
      var rest = length
      while rest >= 0x80 {
        buffer[position] = UInt8(truncatingIfNeeded: rest) | 0x80
        rest >>= 7
        position += 1
      }
      buffer[position] = UInt8(rest)
    }
  }

  /// Appends bytes as they are, without a field's key.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) { buffer.append(bytes) }

  /// Appends four little-endian bytes, without a field's key.
  package mutating func appendLittleEndian(_ value: UInt32) { buffer.append(value.littleEndian) }

  /// Appends eight little-endian bytes, without a field's key.
  package mutating func appendLittleEndian(_ value: UInt64) { buffer.append(value.littleEndian) }

  private mutating func appendKey(_ field: Int, _ type: WireType) {
    appendVarint(UInt64(field) << 3 | UInt64(type.rawValue))
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      buffer.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    buffer.append(UInt8(rest))
  }

  private func varintSize(_ value: UInt64) -> Int {
    (UInt64.bitWidth - (value | 1).leadingZeroBitCount + 6) / 7
  }
}
