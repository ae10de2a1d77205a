import Files
import ProtobufWire

/// Reads the fields of protobuf messages that lie in a file, through a small window: a model's
/// numbers, which are most of it, stay on the disk until they are asked for.
struct WireFile: Sendable {
  /// A field and where its value lies in the file.
  struct Field: Sendable {
    /// The number that the message's definition gives it.
    let number: Int
    /// How the value is laid out.
    let type: WireType
    /// The value's bytes: a message's, string's or array's content; a scalar's encoding.
    let value: Range<Int>
  }

  /// The file.
  let file: OpenFile
  private var window: [UInt8] = []
  private var windowStart = 0

  private static let windowSize = 64 << 10
  /// A key and a length take ten bytes each at most.
  private static let longestHead = 20

  /// A file of which nothing is read yet.
  init(path: String) throws(FileError) {
    file = try OpenFile(reading: path)
  }

  /// Calls `body` with each field of the message in a range of the file.
  ///
  /// - Throws: `ONNXProblem.damaged` where the bytes are no message, and what `body` throws.
  mutating func forEachField(
    in message: Range<Int>, _ body: (inout WireFile, Field) throws -> Void
  ) throws {
    var position = message.lowerBound
    while position < message.upperBound {
      let field = try field(at: position, end: message.upperBound)
      position = field.value.upperBound
      try body(&self, field)
    }
  }

  private mutating func field(at position: Int, end: Int) throws -> Field {
    try load(position..<min(end, position + Self.longestHead))
    let start = position - windowStart
    var decoder = WireDecoder(window, in: start..<min(end - windowStart, start + Self.longestHead))
    do {
      guard let field = try decoder.nextField() else { throw ONNXProblem.damaged(byte: position) }
      let head = decoder.offset
      let value: Range<Int>
      switch field.type {
      case .varint:
        _ = try decoder.varint()
        value = position + head..<position + decoder.offset
      case .fixed32: value = position + head..<position + head + 4
      case .fixed64: value = position + head..<position + head + 8
      case .lengthDelimited:
        let length = try decoder.varint()
        let first = position + decoder.offset
        guard length <= UInt64(max(0, end - first)) else {
          throw ONNXProblem.damaged(byte: position)
        }
        value = first..<first + Int(length)
      case .groupStart, .groupEnd: throw ONNXProblem.damaged(byte: position)
      }
      guard value.upperBound <= end else { throw ONNXProblem.damaged(byte: position) }
      return Field(number: field.number, type: field.type, value: value)
    } catch is WireError {
      throw ONNXProblem.damaged(byte: position)
    }
  }

  /// Makes sure that the window holds a short range.
  private mutating func load(_ range: Range<Int>) throws {
    let end = windowStart + window.count
    if range.lowerBound >= windowStart, range.upperBound <= end { return }
    let count = max(range.count, min(Self.windowSize, file.size - range.lowerBound))
    window = try file.bytes(at: range.lowerBound, count: count)
    windowStart = range.lowerBound
  }

  // MARK: Values

  /// The bytes of a value.
  mutating func bytes(_ range: Range<Int>) throws -> [UInt8] {
    guard range.count <= Self.windowSize else {
      return try file.bytes(at: range.lowerBound, count: range.count)
    }
    try load(range)
    return Array(window[range.lowerBound - windowStart..<range.upperBound - windowStart])
  }

  /// A string; what isn't UTF-8 in it becomes U+FFFD.
  ///
  /// - Throws: `ONNXProblem.damaged` when it isn't of that type, or longer than a name can be.
  mutating func string(_ field: Field) throws -> String {
    guard field.type == .lengthDelimited, field.value.count <= Self.windowSize else {
      throw ONNXProblem.damaged(byte: field.value.lowerBound)
    }
    return String(decoding: try bytes(field.value), as: UTF8.self)
  }

  /// A signed integer.
  mutating func integer(_ field: Field) throws -> Int {
    guard field.type == .varint, let value = try integers(field, most: 1).first else {
      throw ONNXProblem.damaged(byte: field.value.lowerBound)
    }
    return value
  }

  /// A `float`.
  mutating func float(_ field: Field) throws -> Float {
    guard field.type == .fixed32 else { throw ONNXProblem.damaged(byte: field.value.lowerBound) }
    let bits = try bytes(field.value).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return Float(bitPattern: bits)
  }

  /// The values of a repeated integer, packed or one alone.
  ///
  /// - Parameter most: More are an error.
  mutating func integers(_ field: Field, most: Int) throws -> [Int] {
    guard field.type == .varint || field.type == .lengthDelimited, field.value.count <= most * 10
    else { throw ONNXProblem.damaged(byte: field.value.lowerBound) }
    let bytes = try bytes(field.value)
    var values: [Int] = []
    var value: UInt64 = 0
    var shift: UInt64 = 0
    for byte in bytes {
      guard shift < 63 || shift == 63 && byte <= 1 else {
        throw ONNXProblem.damaged(byte: field.value.lowerBound)
      }
      value |= UInt64(byte & 0x7F) << shift
      shift += 7
      if byte < 0x80 {
        values.append(Int(truncatingIfNeeded: Int64(bitPattern: value)))
        (value, shift) = (0, 0)
      }
    }
    guard shift == 0, values.count <= most else {
      throw ONNXProblem.damaged(byte: field.value.lowerBound)
    }
    return values
  }
}
