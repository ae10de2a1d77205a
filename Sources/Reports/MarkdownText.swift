import TextOutput

/// The text within a block of Markdown as HTML: emphasis, code, links as text.
struct MarkdownText {
  private let letters: [Character]
  private static let depthLimit = 8
  private static let escapable = Set("\\`*_{}[]()<>#+-.!|~\"'&$%,/:;=?@^")

  init(_ text: Substring) { letters = Array(text) }

  /// The text, escaped, with the few elements that Markdown makes of it.
  func html() -> String { html(0, letters.count, 0) }

  private func html(_ from: Int, _ to: Int, _ depth: Int) -> String {
    var html = ""
    var plain = ""
    var at = from
    /// Marks of which no further one was found: looking again would take quadratic time.
    var unpaired: Set<String> = []
    func add(_ element: String) {
      html += Markup.escaped(plain) + element
      plain = ""
    }
    while at < to {
      let letter = letters[at]
      switch letter {
      case "\\" where at + 1 < to && letters[at + 1] == "\n":
        add("<br>")
        at += 2
      case "\\" where at + 1 < to && Self.escapable.contains(letters[at + 1]):
        plain.append(letters[at + 1])
        at += 2
      case "&":
        let (text, length) = entity(at, to)
        plain += text
        at += length
      case "<" where lineBreak(at, to) != nil:
        add("<br>")
        at += lineBreak(at, to) ?? 1
      case "`":
        let count = run(at, to)
        let mark = String(repeating: "`", count: count)
        if !unpaired.contains(mark), let end = closing("`", count, at + count, to) {
          add("<code>\(Markup.escaped(code(at + count, end)))</code>")
          at = end + count
        } else {
          unpaired.insert(mark)
          plain += mark
          at += count
        }
      case "*", "_", "~":
        let count = min(letter == "~" ? 2 : 3, run(at, to))
        let mark = String(repeating: String(letter), count: count)
        if opens(at, count, from, to), !unpaired.contains(mark), depth < Self.depthLimit {
          if let end = closing(letter, count, at + count, to) {
            let inner = self.html(at + count, end, depth + 1)
            add(Self.emphasized(inner, letter, count))
            at = end + count
            continue
          }
          unpaired.insert(mark)
        }
        plain += mark
        at += count
      case "[", "!":
        let start = letter == "!" ? at + 1 : at
        if start < to, letters[start] == "[", depth < Self.depthLimit,
          let link = link(start, to)
        {
          add(self.html(start + 1, link.labelEnd, depth + 1))
          let address = String(letters[link.address])
          if !address.isEmpty, address != String(letters[start + 1..<link.labelEnd]) {
            add(" <span class=\"address\">(\(Markup.escaped(address)))</span>")
          }
          at = link.end
        } else {
          plain.append(letter)
          at += 1
        }
      default:
        plain.append(letter)
        at += 1
      }
    }
    return html + Markup.escaped(plain)
  }

  private static func emphasized(_ inner: String, _ letter: Character, _ count: Int) -> String {
    switch (letter, count) {
    case ("~", 2): "<s>\(inner)</s>"
    case ("~", _): "~\(inner)~"
    case (_, 1): "<em>\(inner)</em>"
    case (_, 2): "<strong>\(inner)</strong>"
    default: "<strong><em>\(inner)</em></strong>"
    }
  }

  /// How many of the same letter follow.
  private func run(_ at: Int, _ to: Int) -> Int {
    var end = at
    while end < to, letters[end] == letters[at] { end += 1 }
    return end - at
  }

  /// Whether marks can begin an emphasis: text follows, and `_` and `~` don't stand within a word.
  private func opens(_ at: Int, _ count: Int, _ from: Int, _ to: Int) -> Bool {
    guard at + count < to, !letters[at + count].isWhitespace else { return false }
    if letters[at] == "*" || at == from { return true }
    return !(letters[at - 1].isLetter || letters[at - 1].isNumber)
  }

  /// Where as many of the same letter end what they began, not behind a space.
  private func closing(_ letter: Character, _ count: Int, _ from: Int, _ to: Int) -> Int? {
    var at = from
    while at < to {
      if letter != "`", letters[at] == "\\" {
        at += 2
        continue
      }
      if letters[at] == letter {
        let length = run(at, to)
        let isWord =
          letter == "_" && at + length < to
          && (letters[at + length].isLetter || letters[at + length].isNumber)
        if length == count, letter == "`" || (!letters[at - 1].isWhitespace && !isWord), at > from {
          return at
        }
        at += length
      } else {
        at += 1
      }
    }
    return nil
  }

  private func code(_ from: Int, _ to: Int) -> String {
    let code = String(letters[from..<to].map { $0 == "\n" ? " " : $0 })
    let isPadded = code.hasPrefix(" ") && code.hasSuffix(" ") && code.contains { $0 != " " }
    // In a table's cell a bar has a backslash, in code, too.
    return (isPadded ? String(code.dropFirst().dropLast()) : code).replacing("\\|", with: "|")
  }

  /// `[label](address)`, at its bracket.
  private func link(
    _ at: Int, _ to: Int
  ) -> (labelEnd: Int, address: Range<Int>, end: Int)? {
    var depth = 0
    var end = at
    let limit = min(to, at + 500)
    while end < limit {
      if letters[end] == "\\" {
        end += 2
        continue
      }
      if letters[end] == "[" { depth += 1 }
      if letters[end] == "]" {
        depth -= 1
        if depth == 0 { break }
      }
      end += 1
    }
    guard end + 1 < limit, letters[end + 1] == "(" else { return nil }
    guard let close = letters[end + 2..<limit].firstIndex(where: { $0 == ")" || $0 == "\n" }),
      letters[close] == ")"
    else { return nil }
    // A title may follow the address.
    let space = letters[end + 2..<close].firstIndex(of: " ") ?? close
    return (end, end + 2..<space, close + 1)
  }

  /// The few named references that text written for HTML has, and the length of the reference.
  private func entity(_ at: Int, _ to: Int) -> (text: String, length: Int) {
    for (name, text) in [
      ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\""), ("&#39;", "'"),
      ("&nbsp;", "\u{A0}"),
    ] where at + name.count <= to && letters[at..<at + name.count].elementsEqual(name) {
      return (text, name.count)
    }
    return ("&", 1)
  }

  /// The length of a `<br>`.
  private func lineBreak(_ at: Int, _ to: Int) -> Int? {
    for form in ["<br>", "<br/>", "<br />"] where at + form.count <= to {
      if String(letters[at..<at + form.count]).lowercased() == form { return form.count }
    }
    return nil
  }
}
