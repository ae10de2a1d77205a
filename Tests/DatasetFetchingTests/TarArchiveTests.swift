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
        == "its entry \"f/a\" is neither a file nor a folder")
  }

  @Test func `a cut archive is told`() {
    let bytes = TarMaker.archive([("f/a", [UInt8](repeating: 1, count: 600))])
    #expect(problem(Array(bytes[..<800])) == "is cut off in its entry \"f/a\"")
    #expect(problem(Array(bytes[..<1536])) == "is cut off: its end mark is missing")
    #expect(problem([]) == "is cut off: its end mark is missing")
  }

  @Test func `a damaged header is told`() {
    var bytes = TarMaker.archive([("f/a", [1])])
    bytes[3] ^= 1
    #expect(problem(bytes) == "isn't a tar archive: the header at byte 0 is damaged")
  }
}
