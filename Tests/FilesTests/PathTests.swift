import Files
import Testing

@Suite struct PathTests {
  @Test(arguments: [
    ("a", "b", "a/b"), ("a/", "b", "a/b"), ("/", "b", "/b"), ("", "b", "b"), (".", "b", "./b"),
  ])
  func namesAreJoined(directory: String, name: String, path: String) {
    #expect(Path.joined(directory, name) == path)
  }

  @Test(arguments: [
    ("/a/b/c.d", "c.d", "/a/b", "d"), ("a/c.d/", "c.d", "a", "d"), ("c", "c", ".", ""),
    ("/", "/", "/", ""), ("//", "/", "/", ""), ("", ".", ".", ""), ("/a", "a", "/", ""),
    ("a//b", "b", "a", ""), (".hidden", ".hidden", ".", ""), ("x/B.tar.GZ", "B.tar.GZ", "x", "gz"),
    ("a.b/c", "c", "a.b", ""),
  ])
  func pathsAreTakenApart(path: String, last: String, directory: String, ending: String) {
    #expect(Path.lastComponent(of: path) == last)
    #expect(Path.directory(of: path) == directory)
    #expect(Path.fileExtension(of: path) == ending)
  }

  /// As one `Character`, a slash and an accent behind it are no slash.
  @Test func anAccentBehindASlashHidesNoSeparator() {
    let path = "..\u{2F}\u{301}weights/x"
    #expect(!path.contains("/w"))
    #expect(
      Path.components(of: path).map { Array($0.utf8) } == [
        Array("..".utf8), Array("\u{301}weights".utf8), Array("x".utf8),
      ])
    #expect(Array(Path.directory(of: "a/\u{301}b").utf8) == Array("a".utf8))
    #expect(Array(Path.joined("a/", "\u{301}b").utf8) == Array("a/\u{301}b".utf8))
    #expect(Array(Path.joined("a\u{2F}", "b").utf8) == Array("a/b".utf8))
  }
}
