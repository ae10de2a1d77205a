/// Text that anyone may have written, in pages and drawings.
package enum Markup {
  /// Text between tags or in an attribute's quotes, as HTML and XML both read it; characters that may
  /// not stand there become U+FFFD. Line ends and tabs stay.
  package static func escaped(_ text: String) -> String { escaped(text, keepsLines: true) }

  /// The same on one line: line ends and tabs become spaces.
  package static func escapedLine(_ text: String) -> String { escaped(text, keepsLines: false) }

  private static func escaped(_ text: String, keepsLines: Bool) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count + 16)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n" where !keepsLines, "\t" where !keepsLines: result += " "
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case _ where !isAllowed(scalar): result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Whether a page may hold a character: no controls, no noncharacters (HTML Standard, §13.2.3.5; XML
  /// 1.0, §2.2), none that turns the direction of what follows it.
  package static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    !SafeText.isControl(scalar) && !(0xFDD0...0xFDEF).contains(scalar.value)
      && scalar.value & 0xFFFE != 0xFFFE
  }
}
