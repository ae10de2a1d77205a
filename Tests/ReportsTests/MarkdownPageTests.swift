import Testing

@testable import Reports

@Suite struct MarkdownPageTests {
  @Test(
    arguments: [
      ("plain & <b>", "<p>plain &amp; &lt;b&gt;</p>\n"),
      ("# One\n\n### Three #", "<h4>One</h4>\n<h6>Three</h6>\n"),
      ("#none\nnext", "<p>#none\nnext</p>\n"),
      ("a  \nb\\\nc", "<p>a  <br>b<br>c</p>\n"),
      (
        "*e* **s** ***b*** _u_ a_b_c ~~d~~",
        "<p><em>e</em> <strong>s</strong> <strong><em>b</em></strong> <em>u</em> a_b_c <s>d</s></p>\n"
      ),
      ("2 * 3 * 4 and \\*not\\*", "<p>2 * 3 * 4 and *not*</p>\n"),
      ("`a < b` ``c`d`` `e", "<p><code>a &lt; b</code> <code>c`d</code> `e</p>\n"),
      (
        "```swift\nlet a = \"<x>\"\n\n*b*\n```\nend",
        "<pre><code>let a = &quot;&lt;x&gt;&quot;\n\n*b*</code></pre>\n<p>end</p>\n"
      ),
      ("~~~\nopen", "<pre><code>open</code></pre>\n"),
      ("    indented\n\ntext", "<pre><code>indented</code></pre>\n<p>text</p>\n"),
      (
        "- a\n- b\n  - c\n\ntext",
        "<ul>\n<li>a</li>\n<li>b<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n<p>text</p>\n"
      ),
      ("3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n"),
      ("> q\n> r\n\ns", "<blockquote>\n<p>q\nr</p>\n</blockquote>\n<p>s</p>\n"),
      // A tab in front once made a quotation that never ended.
      ("\t> q\n \t> r", "<blockquote>\n<p>q\nr</p>\n</blockquote>\n"),
      ("a\n\t> q", "<p>a</p>\n<blockquote>\n<p>q</p>\n</blockquote>\n"),
      ("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>\n"),
      ("&lt;i&gt; &amp; &copy; a<br>b", "<p>&lt;i&gt; &amp; &amp;copy; a<br>b</p>\n"),
      (
        "[text](https://a.b/c \"t\") ![pic](x.png) [not] (x)",
        "<p>text <span class=\"address\">(https://a.b/c)</span> "
          + "pic <span class=\"address\">(x.png)</span> [not] (x)</p>\n"
      ),
    ] as [(String, String)])
  func `markdown becomes elements`(text: String, html: String) {
    #expect(MarkdownPage(text).html() == html)
  }

  @Test func `a table has its cells' alignment, escaped bars and missing cells`() {
    let html = MarkdownPage("a | b\n:--|--:\n`x` | 1 \\| 2\nonly |\n\nafter").html()
    #expect(html.contains("<thead>\n<tr><th>a</th><th class=\"right\">b</th></tr>\n</thead>"))
    #expect(html.contains("<tr><td><code>x</code></td><td class=\"right\">1 | 2</td></tr>"))
    #expect(html.contains("<tr><td>only</td><td class=\"right\"></td></tr>"))
    #expect(html.hasSuffix("</div>\n<p>after</p>\n"))
  }

  /// What an attacker would log.
  private static let hostile = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))",
    "![a](x\" onerror=\"alert(1))", "`</code><script>alert(1)</script>`",
    "```\n</pre><script>alert(1)</script>\n```", "# <svg onload=alert(1)>",
    "| <script>x</script> |\n|---|\n| <iframe src=http://e.org> |", "&lt;script&gt;alert(1)",
    "&#60;script&#62;", "<!-- --><script>", "**<b onclick=x>**", "- <style>*{display:none}</style>",
    "> <base href=http://e.org>", "<br onmouseover=alert(1)>", "\u{0}<scr\u{0}ipt>",
    "[<script>](x)", "[a]: http://e.org \"<script>\"", "<https://e.org>",
  ]

  @Test(arguments: hostile)
  func `nothing in a text becomes a tag of its own`(text: String) throws {
    let html = MarkdownPage(text).html()
    let allowed: Set = [
      "p", "h4", "h5", "h6", "em", "strong", "s", "code", "pre", "ul", "ol", "li", "blockquote",
      "hr", "br", "table", "thead", "tbody", "tr", "th", "td", "div", "span",
    ]
    for match in html.matches(of: /<\/?([^\s>]*)([^>]*)>/) {
      #expect(allowed.contains(String(match.1)), "\(match.0)")
      #expect(
        ["", " class=\"address\"", " class=\"scroll\" tabindex=\"0\""].contains(
          String(match.2)), "\(match.0)")
    }
    #expect(html.unicodeScalars.allSatisfy { $0.value >= 32 || $0 == "\n" })
  }

  @Test(
    arguments: [
      String(repeating: "*a ", count: 7_000), String(repeating: "[", count: 20_000),
      String(repeating: "`", count: 20_001), String(repeating: "> ", count: 10_000),
      String(repeating: "- ", count: 10_000), String(repeating: "**_", count: 7_000),
      String(repeating: "`a``b```c", count: 2_000), String(repeating: "|", count: 20_000),
      (0..<140).map { String(repeating: "`", count: $0) }.joined(separator: "a"),
      String(repeating: "[a](", count: 5_000), String(repeating: "<", count: 20_000),
      String(repeating: "~~*", count: 6_000) + "x", "|-\n" + String(repeating: "-|", count: 10_000),
    ])
  func `twenty thousand hostile letters take no long time`(text: String) {
    let clock = ContinuousClock()
    let took = clock.measure { #expect(!MarkdownPage(text).html().isEmpty) }
    // Quadratic time would be minutes in a debug build.
    #expect(took < .seconds(20))
  }
}
