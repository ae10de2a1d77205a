import Foundation
import Testing

@testable import Reports

@Suite struct ReportTableTests {
  private func table(_ columns: Int) -> ReportTable {
    let names = (0..<columns).map { "metric/\($0 / 2)" }
    return ReportTable(
      rowTitle: "run",
      rows: [.init(name: "a", title: "a"), .init(name: "b", title: "b")],
      columns: names.enumerated().map { number, name in
        TableColumn(
          group: name, title: number.isMultiple(of: 2) ? "best" : "last",
          cells: [TableCell(text: "0.1234", detail: "at 1,000", value: 0.1234), nil])
      })
  }

  @Test func `what is too wide is several tables of the same rows, groups whole`() {
    #expect(table(4).html(0..<2).components(separatedBy: "<table").count == 2)
    let html = table(24).html([1, 0])
    let tables = html.components(separatedBy: "<table").dropFirst()
    #expect(tables.count == 3)
    for table in tables {
      #expect(table.contains("<tr data-row=\"1\"><th scope=\"row\" title=\"b\">b</th><td></td>"))
      #expect(
        table.components(separatedBy: ">best<").count
          == table.components(separatedBy: ">last<").count)
    }
  }

  @Test func `LaTeX's signs command nothing`() {
    #expect(
      ReportTable.latex("a_b & 5 % $x$ {y} \\z ~ ^ # ±\u{1B}")
        == "a\\_b \\& 5 \\% \\$x\\$ \\{y\\} \\textbackslash{}z \\textasciitilde{} "
        + "\\textasciicircum{} \\# $\\pm$\\textbackslash{}u\\{1b\\}")
  }

  @Test func `a spreadsheet computes nothing`() {
    var table = table(2)
    table.rows[0].title = "=1+1"
    #expect(table.csv(0..<2).split(separator: "\n")[1].hasPrefix("'=1+1,"))
  }
}
