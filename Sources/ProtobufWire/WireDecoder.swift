/// A field's number and layout, without its value.
package struct WireField: Sendable, Equatable {
  /// The number that the message's definition gives it.
  package var number: Int
  /// How the value is laid out.
  package var type: WireType
  /// Where the field begins, in bytes from the start of the outermost message.
  package var position: Int
}

/// Reads protobuf fields from bytes that can't be trusted.
///
/// Reads nothing outside them, reserves no more memory than they take, and goes no deeper than
/// `depthLimit` nested messages. A loop over `nextField()` reads each value, or skips it:
///
/// ```swift
/// while let field = try decoder.nextField() {
///   switch (field.number, field.type) {
///   case (1, .fixed64): wallTime = try decoder.double()
///   default: try decoder.skip(field)
///   }
/// }
/// ```
///
/// - Source: <https://protobuf.dev/programming-guides/encoding/>.
package struct WireDecoder: Sendable {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int
  private let origin: Int
  private let depthLeft: Int

  /// Messages in messages up to this depth are read, as protobuf's own parsers do by default.
  package static let depthLimit = 100

  /// A decoder of one message.
  package init(_ bytes: [UInt8]) { self.init(bytes, in: 0..<bytes.count) }

  /// A decoder of the message in a part of `bytes`.
  package init(_ bytes: [UInt8], in range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= bytes.count,
      "bytes \(range) lie outside the \(bytes.count) given")
    self.init(bytes, range, origin: range.lowerBound, depthLeft: Self.depthLimit)
  }

  private init(_ bytes: [UInt8], _ range: Range<Int>, origin: Int, depthLeft: Int) {
    self.bytes = bytes
    self.origin = origin
    self.depthLeft = depthLeft
    position = range.lowerBound
    end = range.upperBound
  }

  /// Bytes read so far, from the start of the outermost message.
  package var offset: Int { place }

  /// The next field, whose value must be read or skipped before the one after it; nil at the end.
  package mutating func nextField() throws(WireError) -> WireField? {
    guard position < end else { return nil }
    let start = place
    let key = try varint()
    guard let type = WireType(rawValue: UInt8(key & 7)) else {
      throw .badWireType(UInt8(key & 7), position: start)
    }
    let number = key >> 3
    guard number >= 1, number < 1 << 29 else { throw .badFieldNumber(position: start) }
    return WireField(number: Int(number), type: type, position: start)
  }

  /// Steps over the value of a field.
  package mutating func skip(_ field: WireField) throws(WireError) {
    switch field.type {
    case .varint: _ = try varint()
    case .fixed64: _ = try advance(by: 8)
    case .fixed32: _ = try advance(by: 4)
    case .lengthDelimited: _ = try range()
    case .groupStart: try skipGroup(field)
    case .groupEnd: throw .unbalancedGroup(position: field.position)
    }
  }

  /// Groups that lie in one another are kept in a list: a loop instead of a recursion.
  private mutating func skipGroup(_ field: WireField) throws(WireError) {
    var open = [field.number]
    while let innermost = open.last {
      guard let next = try nextField() else { throw .unbalancedGroup(position: field.position) }
      switch next.type {
      case .groupStart:
        guard open.count < depthLeft else {
          throw .nestedTooDeep(limit: Self.depthLimit, position: next.position)
        }
        open.append(next.number)
      case .groupEnd:
        guard next.number == innermost else { throw .unbalancedGroup(position: next.position) }
        open.removeLast()
      default:
        try skip(next)
      }
    }
  }
}

// Values, each right after its field was returned.
extension WireDecoder {
  /// An unsigned integer or an enumeration's value.
  package mutating func varint() throws(WireError) -> UInt64 {
    if position < end, bytes[position] < 0x80 {
      defer { position += 1 }
      return UInt64(bytes[position])
    }
    let start = place
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end {
      let byte = bytes[position]
      if shift == 63, byte > 1 { throw .varintTooLong(position: start) }
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw .truncated(position: start)
  }

  /// A signed integer.
  package mutating func integer() throws(WireError) -> Int {
    Int(truncatingIfNeeded: Int64(bitPattern: try varint()))
  }

  /// A truth value.
  package mutating func bool() throws(WireError) -> Bool { try varint() != 0 }

  /// A `float`.
  package mutating func float() throws(WireError) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: littleEndian(at: try advance(by: 4), width: 4)))
  }

  /// A `double`.
  package mutating func double() throws(WireError) -> Double {
    Double(bitPattern: littleEndian(at: try advance(by: 8), width: 8))
  }

  /// A string; what isn't UTF-8 in it becomes U+FFFD.
  package mutating func string() throws(WireError) -> String {
    String(decoding: bytes[try range()], as: UTF8.self)
  }

  /// Bytes.
  package mutating func byteArray() throws(WireError) -> [UInt8] { Array(bytes[try range()]) }

  /// A nested message.
  package mutating func message<Message: WireMessage>(
    _ type: Message.Type = Message.self
  ) throws(WireError) -> Message {
    var nested = try nestedDecoder()
    return try Message(from: &nested)
  }

  /// A decoder of a nested message.
  package mutating func nestedDecoder() throws(WireError) -> WireDecoder {
    let start = place
    guard depthLeft > 1 else { throw .nestedTooDeep(limit: Self.depthLimit, position: start) }
    return WireDecoder(bytes, try range(), origin: origin, depthLeft: depthLeft - 1)
  }

  /// Adds the values of a repeated `double`, packed or one alone.
  package mutating func appendDoubles(
    to values: inout [Double], _ field: WireField
  ) throws(WireError) {
    guard field.type == .lengthDelimited else { return values.append(try double()) }
    for start in try fixedWidthStarts(8) {
      values.append(Double(bitPattern: littleEndian(at: start, width: 8)))
    }
  }

  /// Adds the values of a repeated `float`, packed or one alone.
  package mutating func appendFloats(
    to values: inout [Float], _ field: WireField
  ) throws(WireError) {
    guard field.type == .lengthDelimited else { return values.append(try float()) }
    for start in try fixedWidthStarts(4) {
      let bits = littleEndian(at: start, width: 4)
      values.append(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    }
  }

  /// Adds the values of repeated integers, packed or one alone.
  package mutating func appendIntegers(
    to values: inout [Int64], _ field: WireField
  ) throws(WireError) {
    guard field.type == .lengthDelimited else {
      return values.append(Int64(bitPattern: try varint()))
    }
    var packed = WireDecoder(bytes, try range(), origin: origin, depthLeft: depthLeft)
    while packed.position < packed.end {
      values.append(Int64(bitPattern: try packed.varint()))
    }
  }

  private mutating func fixedWidthStarts(_ width: Int) throws(WireError) -> StrideTo<Int> {
    let start = place
    let range = try range()
    guard range.count.isMultiple(of: width) else {
      throw .unevenLength(range.count, position: start)
    }
    return stride(from: range.lowerBound, to: range.upperBound, by: width)
  }

  private mutating func range() throws(WireError) -> Range<Int> {
    let start = place
    let length = try varint()
    guard length <= UInt64(end - position) else { throw .truncated(position: start) }
    let first = position
    position += Int(length)
    return first..<position
  }

  /// Where `count` bytes begin, which are then behind.
  private mutating func advance(by count: Int) throws(WireError) -> Int {
    guard count <= end - position else { throw .truncated(position: place) }
    defer { position += count }
    return position
  }

  /// Where the decoder stands, as errors tell it.
  private var place: Int { position - origin }

  private func littleEndian(at start: Int, width: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(bytes[start + index]) << UInt64(8 * index) }
    return value
  }
}
