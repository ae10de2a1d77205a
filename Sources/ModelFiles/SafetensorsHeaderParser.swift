/// Parses the JSON of a safetensors header, and nothing wider than that.
///
/// The grammar is an object of tensors, `"name": {"dtype": …, "shape": […], "data_offsets": […]}`,
/// and of one optional `"__metadata__"` of strings. A general JSON parser would hide duplicate names
/// and rounded integers, which are ways for a header to lie.
/// - Source: https://github.com/huggingface/safetensors (README, "Format"), RFC 8259.
struct SafetensorsHeaderParser {
  struct Tensor {
    var name: String
    var type: String
    var shape: [Int]
    var begin: Int
    var end: Int
  }
  typealias Problem = SafetensorsError.Problem

  private let bytes: [UInt8]
  /// The header's place in the file, for the messages.
  private let start: Int
  private var position = 0

  init(bytes: [UInt8], start: Int) {
    self.bytes = bytes
    self.start = start
  }

  /// The tensors in the order of the header, and the metadata.
  mutating func parse() throws(Wrapped) -> (tensors: [Tensor], metadata: [String: String]) {
    var tensors: [Tensor] = []
    var metadata: [String: String]?
    var names: Set<String> = []
    // The format: the header begins with "{", without a space before it.
    guard bytes.first == UInt8(ascii: "{") else { throw damage("no \"{\" at the beginning") }
    try object { parser, name throws(Wrapped) in
      guard names.insert(name).inserted else { throw Wrapped(.duplicateName(name)) }
      if name == "__metadata__" {
        metadata = try parser.strings()
      } else {
        tensors.append(try parser.tensor(name: name))
      }
    }
    skipSpace()
    guard position == bytes.count else { throw damage("text after the last \"}\"") }
    return (tensors, metadata ?? [:])
  }

  private mutating func strings() throws(Wrapped) -> [String: String] {
    var result: [String: String] = [:]
    try object { parser, key throws(Wrapped) in
      let value = try parser.string()
      guard result.updateValue(value, forKey: key) == nil else {
        throw Wrapped(.duplicateName(key))
      }
    }
    return result
  }

  private mutating func tensor(name: String) throws(Wrapped) -> Tensor {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    try object { parser, key throws(Wrapped) in
      switch key {
      case "dtype" where type == nil: type = try parser.string()
      case "shape" where shape == nil: shape = try parser.integers()
      case "data_offsets" where offsets == nil: offsets = try parser.integers()
      default: throw parser.damage("unexpected \"\(key)\" in tensor \"\(name)\"")
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw damage("tensor \"\(name)\" needs dtype, shape and two data_offsets")
    }
    return Tensor(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
  }

  // MARK: JSON

  private mutating func object(
    _ member: (inout SafetensorsHeaderParser, String) throws(Wrapped) -> Void
  ) throws(Wrapped) {
    try expect("{")
    if next(is: "}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try member(&self, key)
    } while next(is: ",")
    try expect("}")
  }

  private mutating func integers() throws(Wrapped) -> [Int] {
    var result: [Int] = []
    try expect("[")
    if next(is: "]") { return result }
    repeat { result.append(try integer()) } while next(is: ",")
    try expect("]")
    return result
  }

  private mutating func integer() throws(Wrapped) -> Int {
    skipSpace()
    let first = position
    var value = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
      let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isTooLargeToo) = product.addingReportingOverflow(Int(bytes[position] - 0x30))
      guard !isTooLarge, !isTooLargeToo else { throw damage("a number too large") }
      value = sum
      position += 1
    }
    guard position > first else { throw damage("a whole number was expected") }
    return value
  }

  private mutating func string() throws(Wrapped) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw damage("a string that isn't UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
      case ..<0x20: throw damage("a control character in a string")
      default: text.append(byte)
      }
    }
    throw damage("a string without an end")
  }

  private mutating func escape() throws(Wrapped) -> Unicode.Scalar {
    guard position < bytes.count else { throw damage("a string without an end") }
    let letter = bytes[position]
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try escapedScalar()
    default: throw damage("an unknown escape in a string")
    }
  }

  /// What follows `\u`: four hexadecimal digits, or two such groups for a surrogate pair.
  private mutating func escapedScalar() throws(Wrapped) -> Unicode.Scalar {
    var code = try hexadecimal()
    if (0xD800..<0xDC00).contains(code), bytes[position...].starts(with: Array("\\u".utf8)) {
      position += 2
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else { throw damage("half a surrogate pair") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw damage("half a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(Wrapped) -> UInt32 {
    let digits = bytes[position...].prefix(4)
    let text = String(decoding: digits, as: UTF8.self)
    guard digits.count == 4, !text.hasPrefix("+"), let code = UInt32(text, radix: 16) else {
      throw damage("\\u without four hexadecimal digits")
    }
    position += 4
    return code
  }

  private mutating func expect(_ sign: Unicode.Scalar) throws(Wrapped) {
    guard next(is: sign) else {
      throw damage(sign == "\"" ? "a string was expected" : "\"\(sign)\" was expected")
    }
  }

  private mutating func next(is sign: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, UInt32(bytes[position]) == sign.value else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private func damage(_ what: String) -> Wrapped {
    Wrapped(.notAHeader(what, byte: start + position))
  }

  /// A problem on its way to whoever knows the file's path.
  struct Wrapped: Error {
    let problem: Problem
    init(_ problem: Problem) { self.problem = problem }
  }
}
