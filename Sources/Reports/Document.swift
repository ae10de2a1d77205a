import TextOutput

/// A report that is written section by section: as one HTML page that refers to nothing outside, and as
/// Markdown beside the files of its figures.
///
/// Texts are Markdown, and what MarkdownPage knows of it.
package struct Document {
  /// An image and how it came about.
  package struct Figure {
    /// What it shows.
    package var caption: String
    /// Its file, an SVG, seen from the document.
    package var path: String
    /// The file's contents.
    package var svg: [UInt8]
    /// What to type to get it.
    package var command: String
    /// What the command said; empty for nothing.
    package var words: String

    /// A figure.
    package init(caption: String, path: String, svg: [UInt8], command: String, words: String) {
      (self.caption, self.path, self.svg) = (caption, path, svg)
      (self.command, self.words) = (command, words)
    }
  }

  /// What a section is made of.
  package enum Part {
    case text(String)
    case figure(Figure)
    /// Lines to type, or what a program said.
    case code(String)
  }

  /// A part of the report under a headline of its own.
  package struct Section {
    package var id: String
    package var title: String
    package var parts: [Part]

    /// A section.
    package init(id: String, title: String, parts: [Part]) {
      (self.id, self.title, self.parts) = (id, title, parts)
    }
  }

  /// The headline.
  package var title: String
  /// The program that made it, and its version.
  package var tool: String
  /// What stands below the headline.
  package var byline: String
  /// Numbers that say at a glance what this is about.
  package var facts: [(name: String, text: String)]
  package var sections: [Section]

  /// A report.
  package init(
    title: String, tool: String, byline: String, facts: [(name: String, text: String)],
    sections: [Section]
  ) {
    (self.title, self.tool, self.byline) = (title, tool, byline)
    (self.facts, self.sections) = (facts, sections)
  }

  // MARK: Markdown

  /// The report for any reader of Markdown.
  package func markdown() -> String {
    var text = "# \(title)\n\n\(byline)\n\n"
    text += facts.map { "- \($0.name): \($0.text)\n" }.joined()
    for section in sections {
      text += "\n## \(section.title)\n\n"
      text += section.parts.map(Self.markdown).joined(separator: "\n")
    }
    return text
  }

  private static func markdown(_ part: Part) -> String {
    switch part {
    case .text(let text): return text + "\n"
    case .code(let text): return fenced(text)
    case .figure(let figure):
      let alternative = figure.caption.filter { !"[]()`".contains($0) }
      return "![\(alternative)](\(figure.path))\n\n\(figure.caption)\n\n"
        + fenced([figure.command, figure.words].filter { !$0.isEmpty }.joined(separator: "\n\n"))
    }
  }

  /// A block of code, between fences that it doesn't hold itself.
  private static func fenced(_ text: String) -> String {
    var fence = "```"
    while text.contains(fence) { fence += "`" }
    return "\(fence)\n\(SafeText.visible(text, keepsLines: true))\n\(fence)\n"
  }

  // MARK: HTML

  /// The page.
  package func html() -> String {
    let links = sections.map { "<a href=\"#\($0.id)\">\(Markup.escaped($0.title))</a>\n" }
    let numbers = facts.map { name, text in
      "<div><dt>\(Markup.escaped(name))</dt><dd>\(Markup.escaped(text))</dd></div>\n"
    }
    let body = sections.map { section in
      "<section id=\"\(section.id)\">\n<h2>\(Markup.escaped(section.title))</h2>\n"
        + html(section.parts) + "</section>\n"
    }
    return Page.shell(
      title: title, tool: tool, head: "<style>\n\(Self.style)</style>\n",
      body: """
        <header>
        <h1>\(Markup.escaped(title))</h1>
        <div class="byline">\(MarkdownPage(byline).html())</div>
        <dl class="facts">
        \(numbers.joined())</dl>
        </header>
        <nav aria-label="Sections">
        \(links.joined())</nav>
        <main>
        \(body.joined())</main>

        """)
  }

  /// Parts in their order; figures that follow each other stand side by side where there is room.
  private func html(_ parts: [Part]) -> String {
    var html = ""
    var isOpen = false
    for part in parts {
      if case .figure = part {
        if !isOpen { html += "<div class=\"sheets\">\n" }
      } else if isOpen {
        html += "</div>\n"
      }
      switch part {
      case .text(let text):
        isOpen = false
        html += MarkdownPage(text).html()
      case .code(let text):
        isOpen = false
        html += Self.code(text)
      case .figure(let figure):
        isOpen = true
        html += Self.html(figure)
      }
    }
    return isOpen ? html + "</div>\n" : html
  }

  private static func code(_ text: String) -> String {
    "<pre><code>\(Markup.escaped(text))</code></pre>\n"
  }

  /// Pixels from which on a figure has a row of its own.
  private static let halfWidth = 820

  private static func html(_ figure: Figure) -> String {
    let width = width(ofSVG: figure.svg)
    let caption = Markup.escaped(figure.caption)
    return "<figure class=\"sheet\(width > halfWidth ? " wide" : "")\">\n<figcaption>\(caption)"
      + "</figcaption>\n<div class=\"scroll\" tabindex=\"0\"><img alt=\"\(caption)\" "
      + "width=\"\(width)\" style=\"min-width:min(\(width)px,34rem)\" "
      + "src=\"data:image/svg+xml;base64,\(ImageFile.base64(figure.svg))\"></div>\n"
      + code(figure.command) + (figure.words.isEmpty ? "" : code(figure.words)) + "</figure>\n"
  }

  /// The width that an SVG file of ours says it has.
  private static func width(ofSVG bytes: [UInt8]) -> Int {
    let head = String(decoding: bytes.prefix(400), as: UTF8.self)
    guard let mark = head.firstRange(of: " width=\"") else { return halfWidth }
    return Int(head[mark.upperBound...].prefix { $0.isNumber }) ?? halfWidth
  }

  /// What the page has besides the style of all reports.
  private static let style = """
    section>p{max-width:60rem}
    section td:first-child,section td.right{white-space:nowrap}
    section td:last-child:not(.right){min-width:11rem}
    section pre{background:var(--card);border:1px solid var(--line);border-radius:.4rem;
    padding:.45rem .7rem;margin:.4rem 0;white-space:pre-wrap;font-size:.9rem;line-height:1.4}
    .sheets{display:flex;flex-wrap:wrap;gap:1.2rem 1.6rem;align-items:flex-start;margin:1rem 0}
    .sheet{flex:1 1 min(100%,36rem);max-width:100%}
    .sheet.wide{flex-basis:100%}
    .sheet img{display:block;height:auto;max-width:100%;background:#fff}
    @media print{section pre{font-size:6.5pt}.sheet{flex:1 1 46%;break-inside:avoid}
    .sheet .scroll{overflow:hidden}.sheet.wide{flex-basis:100%}
    .sheet img{min-width:0!important;max-height:170mm;width:auto;max-width:100%}}

    """
}
