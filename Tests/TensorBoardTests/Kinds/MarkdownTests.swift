import EventFiles
import TensorBoard
import Testing

@Suite struct MarkdownTests {
  @Test(arguments: [
    ("plain text, 1.5 (ok)!", "plain text, 1.5 (ok)!"), ("a*b_c`d", #"a\*b\_c\`d"#),
    ("<b>&", "&lt;b&gt;&amp;"), ("# a # b", "\\# a # b"), ("- a", #"\- a"#), ("-1.5", #"\-1.5"#),
    ("12. a", #"12\. a"#), ("3) a", #"3\) a"#), ("12 a", "12 a"), ("a|b\\c[d]", #"a\|b\\c\[d\]"#),
    ("   x", "x"), ("", ""), ("=", #"\="#),
  ])
  func `text is shown as it is`(_ text: String, _ wanted: String) {
    #expect(Markdown.escaped(text) == wanted)
  }

  @Test func `a table has a line a row`() throws {
    #expect(
      try Markdown.table(header: ["a", "b|c"], rows: [["1", "two\nlines"], ["", "*"]])
        == """
        | a | b\\|c |
        | --- | --- |
        | 1 | two<br>lines |
        |  | \\* |
        """)
    #expect(
      try Markdown.table(header: ["*a*"], rows: [], isEscaped: false) == "| *a* |\n| --- |")
  }

  @Test func `a table is a text`() throws {
    #expect(
      try Summary.table("t", header: ["a"], rows: [["1"]])
        == .text("t", Markdown.table(header: ["a"], rows: [["1"]])))
  }

  @Test func `ragged tables are refused`() {
    #expect(throws: SummaryError.empty(tag: "t", what: "columns")) {
      try Summary.table("t", header: [], rows: [])
    }
    #expect(
      throws: SummaryError.wrongCount(
        tag: "t", what: "cells in row 1", got: 1, expected: "2, one a column")
    ) { try Summary.table("t", header: ["a", "b"], rows: [["1", "2"], ["3"]]) }
    #expect(throws: SummaryError.empty(tag: "table", what: "columns")) {
      try Markdown.table(header: [], rows: [])
    }
  }
}
