import Testing

@testable import CommandSupport

@Suite struct FullScreenTests {
  private func keys(_ text: String) -> [FullScreen.Key] {
    var bytes = Array(text.utf8)
    var keys: [FullScreen.Key] = []
    while let key = FullScreen.key(from: &bytes) { keys.append(key) }
    return keys
  }

  @Test(
    arguments: [
      ("q", [.character("q")]), ("\u{1B}", [.escape]), ("\u{1B}[A\u{1B}OB", [.up, .down]),
      ("\u{1B}[5~\u{1B}[6~x", [.pageUp, .pageDown, .character("x")]),
      ("\r\n\u{7F}\u{8}", [.enter, .enter, .backspace, .backspace]),
      ("é€", [.character("é"), .character("€")]),
      // Sequences that mean nothing here, control characters.
      ("\u{1B}[1;5Ca\u{1}\u{0}", [.character("a")]), ("\u{1B}[99", []),
    ] as [(String, [FullScreen.Key])]) func `bytes are keys`(text: String, wanted: [FullScreen.Key])
  {
    #expect(keys(text) == wanted)
  }

  @Test func `a letter of several bytes may come in pieces`() {
    var bytes: [UInt8] = [0xE2, 0x82]
    #expect(FullScreen.key(from: &bytes) == nil)
    bytes.append(0xAC)
    #expect(FullScreen.key(from: &bytes) == .character("€"))
    #expect(bytes.isEmpty)
  }

  @Test func `any bytes are read to their end`() {
    for first in UInt8.min...UInt8.max {
      for second in UInt8.min...UInt8.max {
        var bytes = [first, second, 0x5B, 0x41, 0x80, 0x1B, 0x1B, first, 0x61]
        var count = 0
        while FullScreen.key(from: &bytes) != nil { count += 1 }
        #expect(count <= 9 && bytes.count < 8)
      }
    }
  }

  @Test func `a line is cut to the columns, colours left out of the count`() {
    #expect(FullScreen.fitted("abcdef", 4) == "abcd")
    #expect(FullScreen.fitted("ab", 4, fills: true) == "ab  ")
    #expect(FullScreen.fitted("\u{1B}[31mabc\u{1B}[0mdef", 4) == "\u{1B}[31mabc\u{1B}[0md\u{1B}[0m")
  }
}
