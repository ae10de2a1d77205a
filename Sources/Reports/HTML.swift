import Charts

/// Texts and numbers as a page has them.
enum HTML {
  /// Text between tags or in an attribute's quotes.
  static func escaped(_ text: String) -> String { Markup.escaped(text, keepsLines: true) }

  /// A JavaScript string's content in JSON, safe within `<script>`.
  static func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      // Nothing can end the element or begin a comment in it.
      case "<", ">", "&", "\u{2028}", "\u{2029}": result += unicode(scalar.value)
      case _ where !Markup.isAllowed(scalar):
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
