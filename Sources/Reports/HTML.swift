/// Texts and numbers as a page has them.
enum HTML {
  /// Text between tags or in an attribute's quotes; characters that HTML forbids become U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count + 16)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case _ where !isAllowed(scalar): result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Whether a page may hold a character: no controls, no noncharacters (HTML Standard, §13.2.3.5), none
  /// that turns the direction of what follows it.
  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0xFDD0...0xFDEF, 0x202A...0x202E, 0x2066...0x2069: false
    default: scalar.value & 0xFFFE != 0xFFFE
    }
  }

  /// A JavaScript string's content in JSON, safe within `<script>`.
  static func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      // Nothing can end the element or begin a comment in it.
      case "<", ">", "&", "\u{2028}", "\u{2029}": result += unicode(scalar.value)
      case _ where !isAllowed(scalar):
        result += scalar.value < 0x20 ? unicode(scalar.value) : "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func unicode(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// A table that scrolls in itself where it is wider than the page.
  static func scrolling(_ table: String) -> String {
    "<div class=\"scroll\" tabindex=\"0\">\n\(table)\n</div>\n"
  }

  /// A coloured sample of a run's line, and its name.
  static func sample(_ styleClass: String) -> String {
    "<svg class=\"sample\" viewBox=\"0 0 24 8\" aria-hidden=\"true\">"
      + "<path class=\"curve \(styleClass)\" d=\"M1 4H23\"/></svg>"
  }
}
