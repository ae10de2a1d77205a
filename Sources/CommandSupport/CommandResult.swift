package import Charts
package import NumPyFiles
package import TensorBoard
package import TextOutput

/// What a command found, described once: `Outputs` makes a text, JSON, CSV, arrays, images and a
/// TensorBoard run of it.
///
/// ```swift
/// var result = CommandResult()
/// result.fact("layer", layer)
/// result.table(filters, columns: [
///   Column("filter", key: "filter") { $0.number },
///   Column("mean", .number(3), key: "mean") { $0.mean },
/// ])
/// result.array("mean", shape: [filters.count], filters.map(\.mean))
/// result.draw(sheet, tag: "maps")
/// ```
package struct CommandResult {
  /// Names and texts above everything else, for people.
  private var facts: [(name: String, text: String)] = []
  /// Tables and sentences below the facts, for people.
  private var sections: [String] = []
  /// Objects about the whole: JSON has them before the rows.
  package var summary: [JSON] = []
  /// An object a row, for JSON and CSV.
  package var rows: [JSON] = []
  /// The file of each array, made when it is asked for.
  private(set) var arrays: [String: () -> [UInt8]] = [:]
  /// What is drawn, as a PNG or as SVG.
  package var drawing: Drawing?
  /// The network, for TensorBoard's Graphs.
  package var graph: Graph?
  /// What TensorBoard shows.
  private(set) var logged: [(summary: () throws -> Summary, step: Int?)] = []

  /// Nothing found yet.
  package init() {}

  /// Adds a name and a text; nil adds nothing.
  package mutating func fact(_ name: String, _ text: String?) {
    if let text { facts.append((name, text)) }
  }

  /// Adds a paragraph below the facts; nil adds nothing.
  package mutating func section(_ text: String?) {
    if let text { sections.append(text) }
  }

  /// Adds rows: to the text as a table, to JSON and CSV as objects.
  ///
  /// - Parameters:
  ///   - title: a line above the table.
  ///   - shown: rows of the text's table; nil for all, 0 for no table.
  ///   - remedy: how to see the rest.
  package mutating func table<Row>(
    _ rows: [Row], title: String? = nil, shown: Int? = nil, remedy: String = "",
    columns: [Column<Row>]
  ) {
    let keyed = columns.compactMap { column in column.key.map { ($0, column.value) } }
    if !keyed.isEmpty {
      self.rows += rows.map { row in
        .object(
          keyed.compactMap { key, value in
            value(row).json.map { JSON.Member(key: key, value: $0) }
          })
      }
    }
    let count = min(shown ?? rows.count, rows.count)
    guard count > 0 else { return section(title) }
    let visible = columns.compactMap { column in column.title.map { ($0, column) } }
    var table = TextTable(visible.map { ($0.0, $0.1.style.alignment) })
    for row in rows[..<count] {
      table.add(visible.map { $0.1.style.text(of: $0.1.value(row).json) })
    }
    let rest = rows.count - count
    let lines = [
      title, table.rendered(), rest > 0 ? "(\(Format.count(rest)) more; \(remedy))" : nil,
    ]
    section(lines.compactMap(\.self).joined(separator: "\n"))
  }

  /// Adds an array for `--npy`, whose scalars are made only when it is asked for.
  package mutating func array<Scalar: NumPyScalar>(
    _ name: String, shape: [Int], _ scalars: @escaping @autoclosure () -> [Scalar]
  ) {
    array(name) { (shape, scalars()) }
  }

  /// The same where the shape comes with the scalars.
  package mutating func array<Scalar: NumPyScalar>(
    _ name: String, _ make: @escaping () -> (shape: [Int], scalars: [Scalar])
  ) {
    arrays[name] = {
      let array = make()
      return NumPyFile.bytes(of: array.scalars, shape: array.shape)
    }
  }

  /// Adds an array of one dimension.
  package mutating func array<Scalar: NumPyScalar>(_ name: String, _ scalars: [Scalar]) {
    array(name, shape: [scalars.count], scalars)
  }

  /// Sets what is drawn, and logs it under a tag.
  package mutating func draw(_ drawing: Drawing, tag: String) {
    self.drawing = drawing
    log(try .image(tag, drawing.image()))
  }

  /// Adds to the TensorBoard run; without a step at the checkpoint's.
  package mutating func log(
    _ summary: @escaping @autoclosure () throws -> Summary, step: Int? = nil
  ) {
    logged.append((summary, step))
  }

  /// For people: the facts, then the sections.
  package var text: String {
    var table = TextTable([("", .left), ("", .left)])
    for fact in facts { table.add(fact.name, fact.text) }
    return ((facts.isEmpty ? [] : [table.rendered()]) + sections).joined(separator: "\n\n")
  }

  /// For programs: an object a line.
  package var json: String { (summary + rows).map(\.text).joined(separator: "\n") }

  /// For spreadsheets: a head, then a line a row.
  package var csv: String { CSV.table(rows) }
}

/// A column of a table: what it is called for people and for programs, and what stands in it.
package struct Column<Row> {
  let title: String?
  let style: CellStyle
  let key: String?
  let value: (Row) -> any JSONRepresentable

  /// - Parameters:
  ///   - title: for people; nil leaves the column out of the text.
  ///   - key: for programs; nil leaves it out of JSON and CSV.
  package init(
    _ title: String?, _ style: CellStyle = .plain, key: String? = nil,
    _ value: @escaping (Row) -> any JSONRepresentable
  ) {
    self.title = title
    self.style = style
    self.key = key
    self.value = value
  }
}

/// How a table's cells are written for people.
package enum CellStyle: Sendable {
  /// As they are, on the left.
  case words
  /// As they are, on the right.
  case plain
  /// With thousands apart.
  case count
  /// With so many significant digits.
  case number(Int)
  /// With so many decimals.
  case fixed(Int)
  /// The same with a sign.
  case change(Int)
  /// A share of one.
  case percent

  var alignment: TextTable.Alignment { if case .words = self { .left } else { .right } }

  /// The text of a cell; a hyphen where there is no value.
  func text(of value: JSON?) -> String {
    switch value {
    case nil, .null: "-"
    case .string(let text): text
    case .bool(let value): value ? "yes" : "no"
    case .integer(let value): text(of: Double(value), whole: value)
    case .number(let value): text(of: value)
    case .single(let value): text(of: Double(value))
    case .array(let values): values.map { text(of: $0) }.joined(separator: " ")
    case .object(let members): members.map { text(of: $0.value) }.joined(separator: " ")
    }
  }

  private func text(of number: Double, whole: Int? = nil) -> String {
    switch self {
    case .words, .plain: whole.map(String.init) ?? Format.exact(number)
    case .count: whole.map(Format.count) ?? Format.number(number)
    case .number(let digits): Format.number(number, digits: digits)
    case .fixed(let decimals): Format.fixed(number, decimals: decimals)
    case .change(let decimals): Format.change(number, decimals: decimals)
    case .percent: Format.percent(number)
    }
  }
}
