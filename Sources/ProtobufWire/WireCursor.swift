/// Reads protobuf fields from memory that stays where it is, without allocating: for messages that are
/// read by the million. `WireDecoder` says what is wrong with a message; a cursor only that something is.
///
/// - Source: <https://protobuf.dev/programming-guides/encoding/>.
package struct WireCursor {
  @usableFromInline var position: UnsafeRawPointer
  @usableFromInline let end: UnsafeRawPointer

  /// A field's number and type, as they stand before its value: `number << 3 | type`.
  package typealias Key = UInt32

  /// A cursor at the start of a message; nil for memory that isn't there.
  @inlinable
  package init?(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return nil }
    position = start
    end = start + bytes.count
  }

  /// Where the next field begins.
  @inlinable package var place: UnsafeRawPointer { position }

  /// The next field's key; 0 at the end, nil where there is none.
  @inlinable @inline(__always)
  package mutating func nextKey() -> Key? {
    guard position < end else { return 0 }
    guard let key = varint(), key >> 3 > 0, key <= UInt64(Key.max) else { return nil }
    return Key(truncatingIfNeeded: key)
  }

  /// The value of a field of wire type 0.
  @inlinable @inline(__always)
  package mutating func varint() -> UInt64? {
    guard position < end else { return nil }
    let first = position.load(as: UInt8.self)
    guard first >= 0x80 else {
      position += 1
      return UInt64(first)
    }
    return longVarint()
  }

  @usableFromInline
  mutating func longVarint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end, shift < 64 {
      let byte = position.load(as: UInt8.self)
      if shift == 63, byte > 1 { return nil }
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  /// The bits of a field of wire type 1.
  @inlinable @inline(__always)
  package mutating func fixed64() -> UInt64? {
    guard end - position >= 8 else { return nil }
    defer { position += 8 }
    return UInt64(littleEndian: position.loadUnaligned(as: UInt64.self))
  }

  /// The bits of a field of wire type 5.
  @inlinable @inline(__always)
  package mutating func fixed32() -> UInt32? {
    guard end - position >= 4 else { return nil }
    defer { position += 4 }
    return UInt32(littleEndian: position.loadUnaligned(as: UInt32.self))
  }

  /// The content of a field of wire type 2.
  @inlinable @inline(__always)
  package mutating func bytes() -> UnsafeRawBufferPointer? {
    guard let length = varint(), length <= UInt64(end - position) else { return nil }
    defer { position += Int(length) }
    return UnsafeRawBufferPointer(start: position, count: Int(length))
  }

  /// Steps over the value of a field; false where it isn't whole, or a group.
  @inlinable @inline(__always)
  package mutating func skip(_ key: Key) -> Bool {
    switch key & 7 {
    case 0: varint() != nil
    case 1: fixed64() != nil
    case 2: bytes() != nil
    case 5: fixed32() != nil
    default: false
    }
  }
}
