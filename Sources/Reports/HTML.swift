/// Pieces that a page has in many places.
enum HTML {
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
