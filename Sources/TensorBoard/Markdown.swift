/// Pieces of Markdown for texts and descriptions.
public enum Markdown {
  /// A line of text that Markdown shows as it is: none of its characters means anything.
  public static func escaped(_ text: String) -> String {
    var result = ""
    // What means something only where a line begins: headings, lists, rules.
    var start = text.drop { $0 == " " }
    if let first = start.first, "#+-=".contains(first) {
      result = "\\\(first)"
      start = start.dropFirst()
    } else if case let number = start.prefix(while: \.isNumber), !number.isEmpty,
      case let rest = start.dropFirst(number.count), let mark = rest.first, ".)".contains(mark)
    {
      result = "\(number)\\\(mark)"
      start = rest.dropFirst()
    }
    for character in start {
      switch character {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\\", "`", "*", "_", "[", "]", "|": result += "\\\(character)"
      default: result.append(character)
      }
    }
    return result
  }

  /// A table; its cells are shown as they are.
  ///
  /// - Parameters:
  ///   - header: The columns' names.
  ///   - rows: Cells, as many in each row as there are columns. A line feed starts a new line in the
  ///     cell.
  ///   - isEscaped: False where cells are Markdown. A `|` in one must then be written `\|`.
  /// - Throws: `SummaryError` where there is no column, or a row has more or fewer cells.
  public static func table(
    header: [String], rows: [[String]], isEscaped: Bool = true
  ) throws(SummaryError) -> String {
    try table("table", header: header, rows: rows, isEscaped: isEscaped)
  }

  fileprivate static func table(
    _ tag: String, header: [String], rows: [[String]], isEscaped: Bool
  ) throws(SummaryError) -> String {
    guard !header.isEmpty else { throw .empty(tag: tag, what: "columns") }
    for (index, row) in rows.enumerated() where row.count != header.count {
      throw .wrongCount(
        tag: tag, what: "cells in row \(index)", got: row.count,
        expected: "\(header.count), one a column")
    }
    func line(_ cells: [String]) -> String {
      "| " + cells.map { cell($0, isEscaped: isEscaped) }.joined(separator: " | ") + " |"
    }
    let rule = "|" + String(repeating: " --- |", count: header.count)
    return ([line(header), rule] + rows.map(line)).joined(separator: "\n")
  }

  private static func cell(_ text: String, isEscaped: Bool) -> String {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { isEscaped ? escaped(String($0)) : String($0) }
      .joined(separator: "<br>")
  }
}

extension Summary {
  /// A table, for the dashboard Text; its cells are shown as they are.
  ///
  /// - Throws: `SummaryError` where there is no column, or a row has more or fewer cells.
  public static func table(
    _ tag: String, header: [String], rows: [[String]]
  ) throws(SummaryError) -> Summary {
    text(tag, try Markdown.table(tag, header: header, rows: rows, isEscaped: true))
  }
}
