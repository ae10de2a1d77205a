import TextOutput

/// Markdown as HTML, made safe: every letter of the text is escaped, tags in it are shown
/// as they are written, and links and images become text, so that the page refers to nothing outside.
///
/// Headings, paragraphs, lists, quotations, rules, code and tables (GitHub Flavored Markdown, §4 and 5).
struct MarkdownPage {
  private let lines: [Substring]
  /// How deep lists and quotations may lie in each other.
  private let depth: Int

  init(_ text: String) {
    self.init(text.split(separator: "\n", omittingEmptySubsequences: false), 0)
  }

  private init(_ lines: [Substring], _ depth: Int) {
    self.lines = lines.map { $0.hasSuffix("\r") ? $0.dropLast() : $0 }
    self.depth = depth
  }

  /// The elements.
  func html() -> String {
    var html = ""
    var at = 0
    var paragraph: [Substring] = []
    func endParagraph() {
      if !paragraph.isEmpty { html += "<p>\(Self.joined(paragraph))</p>\n" }
      paragraph = []
    }
    while at < lines.count {
      let line = lines[at]
      let text = Self.unindented(line)
      let indent = line.count - text.count
      if text.isEmpty {
        endParagraph()
        at += 1
      } else if let fence = Self.fence(text) {
        endParagraph()
        html += code(&at, fence)
      } else if indent >= 4, paragraph.isEmpty {
        html += indentedCode(&at)
      } else if let heading = Self.heading(text) {
        endParagraph()
        // The page's own headings are h1 to h3.
        let level = min(6, heading.level + 3)
        html += "<h\(level)>\(MarkdownText(heading.text).html())</h\(level)>\n"
        at += 1
      } else if Self.isRule(text) {
        endParagraph()
        html += "<hr>\n"
        at += 1
      } else if text.first == ">", depth < 6 {
        endParagraph()
        html += quotation(&at)
      } else if let list = Self.listItem(line), depth < 6,
        paragraph.isEmpty || !list.isOrdered || list.number == 1
      {
        endParagraph()
        html += self.list(&at, list)
      } else if at + 1 < lines.count, paragraph.isEmpty, let table = table(&at) {
        html += table
      } else {
        paragraph.append(line)
        at += 1
      }
    }
    endParagraph()
    return html
  }

  /// A line without the spaces and tabs in front: what tells the blocks apart, here and where they are read.
  private static func unindented(_ line: Substring) -> Substring {
    line.drop { $0 == " " || $0 == "\t" }
  }

  /// Lines of a paragraph; two spaces or a backslash at the end break it.
  private static func joined(_ lines: [Substring]) -> String {
    let text = lines.enumerated().map { index, line -> String in
      let content = unindented(line)
      guard index < lines.count - 1 else { return String(content) }
      return content.hasSuffix("  ") ? "\(content)<br>" : "\(content)\n"
    }.joined()
    return MarkdownText(text[...]).html()
  }

  // MARK: Code

  private static func fence(_ text: Substring) -> (mark: Character, count: Int)? {
    guard let mark = text.first, mark == "`" || mark == "~" else { return nil }
    let count = text.prefix { $0 == mark }.count
    guard count >= 3, mark == "~" || !text.dropFirst(count).contains("`") else { return nil }
    return (mark, count)
  }

  private func code(_ at: inout Int, _ fence: (mark: Character, count: Int)) -> String {
    var code: [Substring] = []
    at += 1
    while at < lines.count {
      let text = lines[at].drop { $0 == " " }
      at += 1
      let closing = text.prefix { $0 == fence.mark }.count
      if closing >= fence.count, text.dropFirst(closing).allSatisfy(\.isWhitespace) { break }
      code.append(lines[at - 1])
    }
    return "<pre><code>\(Markup.escaped(code.joined(separator: "\n")))</code></pre>\n"
  }

  private func indentedCode(_ at: inout Int) -> String {
    var code: [Substring] = []
    while at < lines.count, lines[at].hasPrefix("    ") || lines[at].hasPrefix("\t") {
      code.append(lines[at].hasPrefix("\t") ? lines[at].dropFirst() : lines[at].dropFirst(4))
      at += 1
    }
    // Behind a mix of spaces and a tab.
    if code.isEmpty {
      code.append(lines[at])
      at += 1
    }
    return "<pre><code>\(Markup.escaped(code.joined(separator: "\n")))</code></pre>\n"
  }

  // MARK: Headings, rules, quotations

  private static func heading(_ text: Substring) -> (level: Int, text: Substring)? {
    let level = text.prefix { $0 == "#" }.count
    let rest = text.dropFirst(level)
    guard (1...6).contains(level), rest.first.map({ $0 == " " || $0 == "\t" }) ?? true else {
      return nil
    }
    var content = rest.drop(while: \.isWhitespace)
    while content.last?.isWhitespace == true || content.last == "#" { content = content.dropLast() }
    return (level, content)
  }

  private static func isRule(_ text: Substring) -> Bool {
    guard let mark = text.first, "-*_".contains(mark) else { return false }
    let letters = text.filter { !$0.isWhitespace }
    return letters.count >= 3 && letters.allSatisfy { $0 == mark }
  }

  private func quotation(_ at: inout Int) -> String {
    var inner: [Substring] = []
    while at < lines.count {
      let text = Self.unindented(lines[at])
      guard text.first == ">" else { break }
      let rest = text.dropFirst()
      inner.append(rest.first == " " ? rest.dropFirst() : rest)
      at += 1
    }
    return "<blockquote>\n\(MarkdownPage(inner, depth + 1).html())</blockquote>\n"
  }

  // MARK: Lists

  private struct Item {
    var isOrdered: Bool
    var number: Int
    var mark: Character
    /// Columns up to the text.
    var width: Int
    var text: Substring
  }

  private static func listItem(_ line: Substring) -> Item? {
    let text = line.drop { $0 == " " }
    let indent = line.count - text.count
    guard indent < 4, let first = text.first else { return nil }
    func item(_ markWidth: Int, _ isOrdered: Bool, _ number: Int, _ mark: Character) -> Item? {
      let rest = text.dropFirst(markWidth)
      guard rest.isEmpty || rest.first == " " || rest.first == "\t" else { return nil }
      let content = unindented(rest)
      let spaces = min(4, max(1, rest.count - content.count))
      return Item(
        isOrdered: isOrdered, number: number, mark: mark, width: indent + markWidth + spaces,
        text: content)
    }
    if "-*+".contains(first) { return item(1, false, 0, first) }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard (1...9).contains(digits.count), let number = Int(digits),
      let mark = text.dropFirst(digits.count).first, ".)".contains(mark)
    else { return nil }
    return item(digits.count + 1, true, number, mark)
  }

  private func list(_ at: inout Int, _ first: Item) -> String {
    let tag = first.isOrdered ? "ol" : "ul"
    let start = first.isOrdered && first.number != 1 ? " start=\"\(first.number)\"" : ""
    var html = "<\(tag)\(start)>\n"
    while at < lines.count, let item = Self.listItem(lines[at]), item.mark == first.mark,
      item.isOrdered == first.isOrdered, !Self.isRule(lines[at].drop { $0 == " " })
    {
      var inner = [item.text]
      at += 1
      while at < lines.count {
        let line = lines[at]
        let indent = line.prefix { $0 == " " }.count
        if line.allSatisfy(\.isWhitespace) {
          // A blank line belongs to the item if what follows is indented.
          guard at + 1 < lines.count,
            lines[at + 1].prefix(while: { $0 == " " }).count >= item.width
          else { break }
          inner.append("")
        } else if indent >= min(item.width, 2), Self.listItem(line) != nil || indent >= item.width {
          inner.append(line.dropFirst(min(indent, item.width)))
        } else if Self.listItem(line) == nil, !(inner.last?.isEmpty ?? true),
          Self.fence(line) == nil, Self.heading(line) == nil
        {
          inner.append(line)
        } else {
          break
        }
        at += 1
      }
      let content = MarkdownPage(inner, depth + 1).html()
      html += "<li>\(Self.tight(content))</li>\n"
      if at < lines.count, lines[at].allSatisfy(\.isWhitespace), at + 1 < lines.count,
        Self.listItem(lines[at + 1]) != nil
      {
        at += 1
      }
    }
    return html + "</\(tag)>\n"
  }

  /// An item's only paragraph without its tags.
  private static func tight(_ html: String) -> String {
    guard html.hasPrefix("<p>"), let end = html.firstRange(of: "</p>\n") else { return html }
    return String(html[html.index(html.startIndex, offsetBy: 3)..<end.lowerBound])
      + html[end.upperBound...]
  }

  // MARK: Tables

  private func table(_ at: inout Int) -> String? {
    guard lines[at].contains("|"), let alignments = Self.alignments(lines[at + 1]) else {
      return nil
    }
    let head = Self.cells(lines[at])
    guard head.count == alignments.count else { return nil }
    func row(_ cells: [Substring], _ tag: String) -> String {
      var html = "<tr>"
      for (index, alignment) in alignments.enumerated() {
        let text = index < cells.count ? MarkdownText(cells[index]).html() : ""
        html += "<\(tag)\(alignment)>\(text)</\(tag)>"
      }
      return html + "</tr>\n"
    }
    var html = "<table>\n"
    if head.contains(where: { !$0.isEmpty }) { html += "<thead>\n\(row(head, "th"))</thead>\n" }
    at += 2
    html += "<tbody>\n"
    while at < lines.count, lines[at].contains("|"), !lines[at].allSatisfy(\.isWhitespace) {
      html += row(Self.cells(lines[at]), "td")
      at += 1
    }
    return HTML.scrolling(html + "</tbody>\n</table>")
  }

  private static func alignments(_ line: Substring) -> [String]? {
    guard line.contains("-"), line.allSatisfy({ "|:- \t".contains($0) }) else { return nil }
    let cells = cells(line)
    guard cells.allSatisfy({ $0.contains("-") }) else { return nil }
    return cells.map { cell in
      switch (cell.hasPrefix(":"), cell.hasSuffix(":")) {
      case (true, true): " class=\"center\""
      case (false, true): " class=\"right\""
      default: ""
      }
    }
  }

  /// A row's cells: between bars that no backslash stands before.
  private static func cells(_ line: Substring) -> [Substring] {
    var cells: [Substring] = []
    var start = line.startIndex
    var isEscaped = false
    for index in line.indices {
      if line[index] == "|", !isEscaped {
        cells.append(line[start..<index])
        start = line.index(after: index)
      }
      isEscaped = line[index] == "\\" && !isEscaped
    }
    cells.append(line[start...])
    func trimmed(_ text: Substring) -> Substring {
      var text = text.drop(while: \.isWhitespace)
      while text.last?.isWhitespace == true { text = text.dropLast() }
      return text
    }
    cells = cells.map(trimmed)
    if cells.first?.isEmpty == true, cells.count > 1 { cells.removeFirst() }
    if cells.last?.isEmpty == true, cells.count > 1 { cells.removeLast() }
    return cells
  }
}
