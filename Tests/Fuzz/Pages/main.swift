import FuzzSupport
@testable import Reports

// Markdown to a page, which must be closed and safe whatever the text says.

/// Checks that what looks like an element is one that Markdown makes, and that each is closed.
func check(_ html: String) {
  let known: Set = [
    "p", "h4", "h5", "h6", "pre", "code", "blockquote", "ul", "ol", "li", "table", "thead", "tbody",
    "tr",
    "th", "td", "em", "strong", "s", "span", "div",
  ]
  var open: [Substring] = []
  var rest = Substring(html).unicodeScalars[...]
  while let start = rest.firstIndex(of: "<") {
    guard let end = rest[start...].firstIndex(of: ">") else {
      return expect(false, "an element without an end")
    }
    let inside = Substring(rest[rest.index(after: start)..<end])
    rest = rest[rest.index(after: end)...]
    let isEnd = inside.hasPrefix("/")
    let name = inside.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
    if name == "br" || name == "hr" { continue }
    expect(known.contains(String(name)), "an element <\(inside)> that Markdown doesn't make")
    if isEnd {
      expect(open.popLast() == name, "<\(inside)> ends what isn't open")
    } else {
      let attributes = inside.dropFirst(name.count)
      expect(
        attributes.isEmpty || attributes.hasPrefix(" class=\"") || attributes.hasPrefix(" start=\"")
          || attributes.hasPrefix(" tabindex=\"") || attributes.hasPrefix(" role=\""),
        "<\(inside)> has an attribute that Markdown doesn't make")
      open.append(name)
    }
  }
  expect(open.isEmpty, "<\(open.last ?? "")> isn't closed")
}

@Sendable func markdown(_ input: [UInt8]) {
  check(MarkdownPage(String(decoding: input, as: UTF8.self)).html())
}

extension Choices {
  private static let pieces = [
    "a", " ", "\n", "*", "**", "_", "~~", "`", "```", "[", "](", ")", "!", "|", "---", "- ", "1. ",
    "> ",
    "\t", "    ", "# ", "<b>", "&lt;", "&", "\\", "<br>", "é", "e\u{301}", "\u{301}", "|--|",
    "\r\n",
    "<script>", "\"", "***", "+ ", "9. ", "~~~", "word", ":-:|", "http://x", "\u{0}", "👩‍👩‍👧",
  ]

  /// Blocks in one another, of pieces that mean something.
  mutating func markdown(_ depth: Int = 0) -> String {
    var text = ""
    while !isEmpty, text.utf8.count < 4096 {
      switch below(12) {
      case 0:
        let piece = pick(Self.pieces)
        text += String(repeating: piece, count: within(1...40))
      case 1 where depth < 12:
        let mark = pick(["> ", "- ", "  ", "1. ", "\t", "    "])
        let inner = markdown(depth + 1)
        text += inner.split(separator: "\n").map { mark + $0 }.joined(separator: "\n") + "\n"
      case 2 where depth > 0: return text
      default: text += pick(Self.pieces)
      }
    }
    return text
  }
}

@Sendable func markdownGrammar(_ input: [UInt8]) {
  var choices = Choices(input)
  check(MarkdownPage(choices.markdown()).html())
}

runFuzzer(["markdown": markdown, "markdown-grammar": markdownGrammar])
