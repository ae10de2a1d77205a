/// Text that anyone may have written, for terminals and as names of files.
package enum SafeText {
  /// Whether a character commands a terminal or turns the direction of text: C0 and C1 controls, DEL,
  /// and the overrides, embeddings, isolates and marks of direction.
  ///
  /// - Source: ECMA-48; Unicode Standard Annex #9, table 1.
  package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// The text with its control characters visible: `\n`, `\t`, `\u{1b}`.
  ///
  /// - Parameter keepsLines: line ends and tabs stay as they are.
  package static func visible(_ text: String, keepsLines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where keepsLines, "\t" where keepsLines: result.unicodeScalars.append(scalar)
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where isControl(scalar): result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The text as one component of a path: no separator, nothing that commands a terminal, nothing that
  /// is hidden, means a directory or is taken for a flag, and no longer than a file system takes.
  ///
  /// Characters that can't stand are `_`. A name that is too long is cut, and ends with digits made of
  /// all of it, so that two names that begin alike stay two.
  /// - Parameter limit: bytes of UTF-8 at most; most file systems take 255, of which an extension needs
  ///   a few.
  package static func fileName(_ text: String, limit: Int = 200) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isUnsafe = isControl(scalar) || ["/", "\\", ":", "\u{2028}", "\u{2029}"].contains(scalar)
      result.unicodeScalars.append(isUnsafe ? "_" : scalar)
    }
    if result.isEmpty { return "_" }
    if result.hasPrefix(".") || result.hasPrefix("-") { result = "_" + result.dropFirst() }
    guard result.utf8.count > limit else { return result }
    // FNV-1a (Fowler, Noll, Vo): short, and the same everywhere.
    let hash = text.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    let ending = "-" + hexadecimal(hash, digits: 8)
    var cut = ""
    for scalar in result.unicodeScalars {
      guard cut.utf8.count + UTF8.width(scalar) + ending.utf8.count <= limit else { break }
      cut.unicodeScalars.append(scalar)
    }
    return cut + ending
  }

  static func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
