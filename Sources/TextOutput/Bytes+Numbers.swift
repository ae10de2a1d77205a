// Numbers written straight into bytes: exports have millions of them.
extension [UInt8] {
  /// Adds a text.
  package mutating func append(text: String) { append(contentsOf: text.utf8) }

  /// Adds the shortest text that reads back as the same number, as `Format.exact` gives it.
  package mutating func append(exact number: Double, isSingle: Bool) {
    var text = isSingle ? Float(number).description : number.description
    text.withUTF8 { bytes in
      let isWhole =
        bytes.count > 2 && bytes[bytes.count - 2] == 0x2E && bytes[bytes.count - 1] == 0x30
      append(contentsOf: UnsafeBufferPointer(rebasing: bytes.dropLast(isWhole ? 2 : 0)))
    }
  }

  /// Adds a whole number.
  package mutating func append(integer number: Int) {
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

  /// Adds a number as JSON has it; what isn't finite becomes a string.
  package mutating func append(json number: Double, isSingle: Bool) {
    guard number.isFinite else {
      return append(
        text: number.isNaN ? "\"NaN\"" : number > 0 ? "\"Infinity\"" : "\"-Infinity\"")
    }
    append(exact: number, isSingle: isSingle)
  }
}
