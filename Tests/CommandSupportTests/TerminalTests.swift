import Testing

@testable import CommandSupport

@Suite struct TerminalTests {
  @Test func dumbTerminalsAndPipesAreNotLive() {
    #expect(Terminal(environment: ["TERM": "xterm"], isTerminal: true).isLive)
    #expect(!Terminal(environment: ["TERM": "dumb"], isTerminal: true).isLive)
    #expect(!Terminal(environment: ["TERM": "xterm"], isTerminal: false).isLive)
  }

  @Test func noColorIsHonouredWhenNotEmpty() {
    #expect(!Terminal(environment: ["NO_COLOR": "1"], isTerminal: true).hasColor)
    #expect(Terminal(environment: ["NO_COLOR": ""], isTerminal: true).hasColor)
    #expect(Terminal(environment: [:], isTerminal: true).hasColor)
  }

  @Test(arguments: [
    (["LANG": "en_US.UTF-8"], true), (["LANG": "C.utf8"], true), (["LANG": "C"], false),
    (["LC_ALL": "C", "LANG": "en_US.UTF-8"], false), (["LC_ALL": "", "LANG": "de.UTF-8"], true),
    ([:], false),
  ])
  func theLocaleDecidesTheSigns(environment: [String: String], expected: Bool) {
    #expect(Terminal(environment: environment, isTerminal: true).speaksUnicode == expected)
  }
}
