import Testing

@testable import DatasetFetching

@Suite struct TarArchiveTests {
  private func problem(_ bytes: [UInt8]) -> String? {
    do {
      _ = try TarArchive.entries(of: bytes, below: "f")
      return nil
    } catch {
      return error.sentence
    }
  }

  @Test func `files are found with their bytes`() throws {
    let bytes = TarMaker.archive([("f/a", [1, 2, 3]), ("f/d/b", []), ("f/./c", [4])])
    let entries = try TarArchive.entries(of: bytes, below: "f")
    #expect(entries.map(\.path) == ["a", "d/b", "c"])
    #expect(entries.map { Array(bytes[$0.range]) } == [[1, 2, 3], [], [4]])
  }

  @Test(arguments: [UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "3"), UInt8(ascii: "L")])
  func `links and devices are refused`(type: UInt8) {
    #expect(
      problem(TarMaker.archive([("f/a", [])], type: type))
        == "its entry \"f/a\" is neither a file nor a directory")
  }

  @Test func `a cut archive is told`() {
    let bytes = TarMaker.archive([("f/a", [UInt8](repeating: 1, count: 600))])
    #expect(problem(Array(bytes[..<800])) == "is cut off in its entry \"f/a\"")
    #expect(problem(Array(bytes[..<1536])) == "is cut off: its end mark is missing")
    #expect(problem([]) == "is cut off: its end mark is missing")
  }

  /// A size below zero once led back to its own header, for ever; a sign is no octal digit.
  @Test(arguments: ["-1000", "-1", "-7777777777", "+10", "8", "1-1", "0x10"])
  func `sizes that aren't octal digits are refused`(size: String) {
    #expect(
      problem(TarMaker.archive([("f/a", [1])], size: size))
        == "the size of its entry \"f/a\" isn't a number")
  }

  @Test(arguments: ["77777777777", "777777777777"])
  func `a size beyond the end is told`(size: String) {
    #expect(
      problem(TarMaker.archive([("f/a", [1])], size: size)) == "is cut off in its entry \"f/a\"")
  }

  /// As one `Character`, a slash and an accent behind it are no slash.
  @Test func `an accent behind a slash hides no way out`() {
    for name in ["f/../\u{301}x/../../y", "f\u{2F}\u{301}/../../y", "\u{2F}\u{301}f/a"] {
      #expect(
        problem(TarMaker.archive([(name, [1])]))?.hasSuffix("lies outside its directory f") == true)
    }
  }

  @Test func `a damaged header is told`() {
    var bytes = TarMaker.archive([("f/a", [1])])
    bytes[3] ^= 1
    #expect(problem(bytes) == "isn't a tar archive: the header at byte 0 is damaged")
  }
}
