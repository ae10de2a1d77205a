import TextOutput

/// Rows of text in aligned columns, for a terminal.
package struct TextTable: Sendable {
  /// On which side of its column a cell stands.
  package enum Alignment: Sendable {
    /// Words.
    case left
    /// Numbers.
    case right
  }

  private let titles: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// A table with these columns; the titles may all be empty for a table without a head.
  package init(_ columns: (title: String, alignment: Alignment)...) { self.init(columns) }

  /// A table with these columns; the titles may all be empty for a table without a head.
  package init(_ columns: [(title: String, alignment: Alignment)]) {
    titles = columns.map { SafeText.visible($0.title) }
    alignments = columns.map(\.alignment)
  }

  /// Adds a row, one cell a column.
  package mutating func add(_ cells: String...) { add(cells) }

  /// Adds a row, one cell a column; control characters in it become visible.
  package mutating func add(_ cells: [String]) {
    precondition(
      cells.count == titles.count, "a row has \(titles.count) cells, got \(cells.count)")
    rows.append(cells.map { SafeText.visible($0) })
  }

  /// The lines of the table, without spaces at their ends.
  package func rendered() -> String {
    let all = titles.allSatisfy(\.isEmpty) ? rows : [titles] + rows
    let widths = titles.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = zip(row, zip(widths, alignments)).map { cell, format in
        let space = String(repeating: " ", count: format.0 - cell.count)
        return format.1 == .left ? cell + space : space + cell
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
