import EventFiles
import TextOutput

/// A cell of a table of a report: what it shows, and what a spreadsheet gets.
struct TableCell {
  /// What is read.
  var text = ""
  /// A second, smaller line below: where the best value was.
  var detail = ""
  /// What it is sorted by, and the number of a CSV file; nil where that is the text.
  var value: Double?
  /// Whether it is the best of its column.
  var isBest = false
  /// Whether it tells of something bad.
  var isBad = false

  var html: String {
    var classes: [String] = value == nil ? [] : ["n"]
    if isBest { classes.append("best") }
    if isBad { classes.append("bad") }
    let attributes =
      (classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\"")
      + (value.map { " data-v=\"\($0)\"" } ?? "")
    let shown =
      isBest
      ? "<b title=\"best of all\">★\u{A0}\(Markup.escaped(text))</b>" : Markup.escaped(text)
    return
      "<td\(attributes)>\(shown)\(detail.isEmpty ? "" : " <small>\(Markup.escaped(detail))</small>")</td>"
  }

  /// Columns of letters that it takes.
  var width: Int { max(text.count + (isBest ? 2 : 0), detail.count) }
}

/// A column of a table of a report.
struct TableColumn {
  /// What stands above several columns: a metric's tag.
  var group = ""
  var title: String
  /// A cell a row; nil where the row has nothing.
  var cells: [TableCell?]

  /// Columns of letters that it takes, with the space between columns.
  var width: Int {
    let longestWord = title.split(whereSeparator: { "_/- ".contains($0) }).map(\.count).max() ?? 0
    return max(longestWord, cells.lazy.map { min($0?.width ?? 0, 24) }.max() ?? 0) + 2
  }
}

/// A table of a report: its rows' names, and columns that are shown in as many tables as it takes for none
/// to be cut at 1280 pixels or on A4 paper.
struct ReportTable {
  /// A row's name.
  struct Row {
    var name: String
    /// What the row's file is called, where its name is short.
    var title: String
    /// Classes of the sample of its curve; nil for none.
    var styleClass: String?
    /// The number of the run's style, by which a filter hides its curves.
    var number: Int?
  }

  /// What a row is: "run".
  var rowTitle: String
  var rows: [Row]
  var columns: [TableColumn]

  /// Columns of letters beside the rows' names.
  private static let width = 96

  /// The columns of each table: those of a group stay together.
  private var parts: [[TableColumn]] {
    var parts: [[TableColumn]] = [[]]
    var used = 0
    var start = columns.startIndex
    while start < columns.endIndex {
      let group = columns[start].group
      let end =
        group.isEmpty
        ? start + 1 : columns[start...].firstIndex { $0.group != group } ?? columns.endIndex
      let width = columns[start..<end].reduce(0) { $0 + $1.width }
      if used > 0, used + width > Self.width {
        parts.append([])
        used = 0
      }
      parts[parts.count - 1] += columns[start..<end]
      used += width
      start = end
    }
    return parts
  }

  /// The tables; rows in this order.
  func html(_ order: some Collection<Int>) -> String {
    parts.map { HTML.scrolling(html($0, order)) }.joined()
  }

  private func html(_ columns: [TableColumn], _ order: some Collection<Int>) -> String {
    var groups = "<td></td>"
    var start = columns.startIndex
    while start < columns.endIndex {
      let group = columns[start].group
      let end = columns[start...].firstIndex { $0.group != group } ?? columns.endIndex
      groups +=
        group.isEmpty
        ? "<td colspan=\"\(end - start)\"></td>"
        : "<th scope=\"colgroup\" colspan=\"\(end - start)\">\(Markup.escaped(group))</th>"
      start = end
    }
    let heads = ([rowTitle] + columns.map(\.title)).enumerated().map { number, title in
      "<th scope=\"col\" data-column=\"\(number)\">\(Markup.escaped(title))</th>"
    }
    var html = "<table class=\"runs\">\n<thead>\n"
    if groups.contains("<th") { html += "<tr>\(groups)</tr>\n" }
    html += "<tr>\(heads.joined())</tr>\n</thead>\n<tbody>\n"
    for index in order {
      let row = rows[index]
      let sample = row.styleClass.map { HTML.sample($0) } ?? ""
      html +=
        "<tr data-row=\"\(index)\"\(row.number.map { " data-run=\"\($0)\"" } ?? "")>"
        + "<th scope=\"row\" title=\"\(Markup.escaped(row.title))\">\(sample)\(Markup.escaped(row.name))</th>"
        + columns.map { $0.cells[index]?.html ?? "<td></td>" }.joined() + "</tr>\n"
    }
    return html + "</tbody>\n</table>"
  }

  /// A line a row, numbers to their last digit.
  func csv(_ order: some Collection<Int>) -> String {
    let heads = columns.map { $0.group.isEmpty ? $0.title : "\($0.group) \($0.title)" }
    let lines = order.map { index in
      ([rows[index].title]
        + columns.map { column in
          guard let cell = column.cells[index] else { return "" }
          return cell.value.map { Format.exact($0) } ?? cell.text
        }).map { CSV.field($0) }.joined(separator: ",")
    }
    return ([([rowTitle] + heads).map { CSV.field($0) }.joined(separator: ",")] + lines)
      .joined(separator: "\n") + "\n"
  }

  /// A `tabular` of the package booktabs, numbers as the page shows them.
  func latex(_ order: some Collection<Int>) -> String {
    func row(_ cells: [String]) -> String { "  " + cells.joined(separator: " & ") + " \\\\\n" }
    let heads = columns.map { $0.group.isEmpty ? $0.title : "\($0.group) (\($0.title))" }
    var text =
      "\\begin{tabular}{l\(columns.map { $0.cells.contains { $0?.value != nil } ? "r" : "l" }.joined())}\n"
      + "  \\toprule\n" + row(([rowTitle] + heads).map(Self.latex)) + "  \\midrule\n"
    for index in order {
      text += row(
        [Self.latex(rows[index].name)]
          + columns.map { column in
            let cell = column.cells[index] ?? TableCell()
            return cell.isBest ? "\\textbf{\(Self.latex(cell.text))}" : Self.latex(cell.text)
          })
    }
    return text + "  \\bottomrule\n\\end{tabular}\n"
  }

  /// A text whose signs command nothing in LaTeX.
  static func latex(_ text: String) -> String {
    let signs: [Character: String] = [
      "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
      "±": "$\\pm$", "\n": " ",
    ]
    return SafeText.visible(text).map { character in
      signs[character] ?? ("&%$#_{}".contains(character) ? "\\\(character)" : "\(character)")
    }.joined()
  }

  /// Links that save the table: they need no script and no server.
  func links(_ name: String, _ order: some Collection<Int>) -> String {
    let files = [
      ("csv", "CSV", "text/csv", csv(order)), ("tex", "LaTeX", "text/plain", latex(order)),
    ]
    let links = files.map { ending, title, type, text in
      "<a download=\"\(name).\(ending)\" "
        + "href=\"data:\(type);charset=utf-8;base64,\(Self.base64(text))\">\(title)</a>"
    }
    return "<span class=\"save\">Save as \(links.joined(separator: " "))</span>"
  }

  private static func base64(_ text: String) -> String { ImageFile.base64(Array(text.utf8)) }
}
