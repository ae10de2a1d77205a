import Testing
import TextOutput

@Suite struct SafeTextTests {
  @Test(arguments: [
    ("plain é🙂", "plain é🙂"), ("a\u{1B}[31mb", #"a\u{1b}[31mb"#), ("\0", #"\u{0}"#),
    ("a\r\nb\t", #"a\r\nb\t"#), ("\u{9B}2J\u{7F}", #"\u{9b}2J\u{7f}"#),
    ("\u{202E}gpj\u{2069}", #"\u{202e}gpj\u{2069}"#),
  ])
  func controlsBecomeVisible(text: String, visible: String) {
    #expect(SafeText.visible(text) == visible)
  }

  @Test func linesMayStay() {
    #expect(SafeText.visible("a\n\tb\u{7}\r", keepsLines: true) == "a\n\tb\\u{7}\\r")
  }

  @Test(arguments: [
    ("loss", "loss"), ("a/b", "a_b"), ("..", "_."), (".hidden", "_hidden"), ("-rf", "_rf"),
    ("", "_"), ("a\u{1B}b\0", "a_b_"), ("e\u{301}", "e\u{301}"), ("a\u{2028}:\\", "a___"),
  ])
  func namesOfFilesAreHarmless(text: String, name: String) {
    #expect(SafeText.fileName(text) == name)
  }

  @Test func longNamesAreCutAndStayTwo() {
    let long = String(repeating: "é", count: 5_000)
    let (first, second) = (SafeText.fileName(long + "1"), SafeText.fileName(long + "2"))
    #expect(first != second)
    for name in [first, second] {
      #expect(name.utf8.count <= 200 && name.utf8.count > 190 && name.hasPrefix("ééé"))
    }
    #expect(SafeText.fileName(String(repeating: "a", count: 200)).utf8.count == 200)
    #expect(SafeText.fileName(long, limit: 20).utf8.count <= 20)
  }

  @Test func markupIsEscaped() {
    #expect(
      Markup.escaped("<a href=\"x\">'&\u{0}\u{202E}\n\t") == """
        &lt;a href=&quot;x&quot;&gt;&#39;&amp;\u{FFFD}\u{FFFD}\n\t
        """)
    #expect(Markup.escapedLine("a\nb\tc") == "a b c")
    for noncharacter in [0xFFFE, 0xFDD0, 0x1FFFF] as [UInt32] {
      let text = Unicode.Scalar(noncharacter).map { "\($0)é" } ?? ""
      #expect(Markup.escaped(text) == "\u{FFFD}é")
    }
  }
}
