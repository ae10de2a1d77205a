import CommandSupport
import Files

/// Where an export's bytes go: stdout, or a file that gets its name when it is whole.
final class ExportSink {
  private var waiting: [UInt8] = []
  private var file: AtomicFile?
  private static let chunk = 1 << 20

  /// - Parameter output: nil for stdout.
  init(_ output: OutputFile?) throws {
    waiting.reserveCapacity(Self.chunk + 4096)
    if let output { file = try AtomicFile(path: output.path) }
  }

  /// Adds what `body` appends.
  @inline(__always)
  func add(_ body: (inout [UInt8]) -> Void) throws {
    body(&waiting)
    if waiting.count >= Self.chunk { try flush() }
  }

  /// Adds bytes.
  func add(_ bytes: [UInt8]) throws { try add { $0 += bytes } }

  private func flush() throws {
    if file == nil { try Console.write(waiting) }
    try waiting.withUnsafeBytes { try file?.write($0) }
    waiting.removeAll(keepingCapacity: true)
  }

  /// Writes the rest, and gives a file its name; without it nothing is left behind.
  func finish() throws {
    try flush()
    try file.take()?.commit()
  }
}

/// Text as CSV and JSON have it.
enum Quoted {
  /// A field of a CSV line (RFC 4180): quoted where it must be.
  static func csv(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }

  /// A string of JSON (RFC 8259).
  static func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 32:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension [UInt8] {
  /// Adds the shortest text that reads back as the same number.
  @inline(__always)
  mutating func append(_ number: Double, isSingle: Bool) {
    var text = isSingle ? Float(number).description : number.description
    text.withUTF8 { bytes in
      // 3.0 is 3 everywhere else.
      let isWhole =
        bytes.count > 2 && bytes[bytes.count - 2] == 0x2E && bytes[bytes.count - 1] == 0x30
      append(contentsOf: UnsafeBufferPointer(rebasing: bytes.dropLast(isWhole ? 2 : 0)))
    }
  }

  /// Adds a whole number.
  @inline(__always)
  mutating func append(integer number: Int) {
    guard number >= 0 else { return append(text: number.description) }
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    Swift.withUnsafeMutableBytes(of: &digits) { digits in
      var rest = number
      var at = digits.count
      repeat {
        at -= 1
        digits[at] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
        rest /= 10
      } while rest > 0
      append(contentsOf: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(digits)[at...]))
    }
  }

  /// The same for JSON, which has no word for what isn't finite: TensorBoard's own strings.
  @inline(__always)
  mutating func appendJSON(_ number: Double, isSingle: Bool) {
    guard number.isFinite else {
      let text = number.isNaN ? "\"NaN\"" : number > 0 ? "\"Infinity\"" : "\"-Infinity\""
      return append(contentsOf: text.utf8)
    }
    append(number, isSingle: isSingle)
  }

  mutating func append(text: String) { append(contentsOf: text.utf8) }
}
