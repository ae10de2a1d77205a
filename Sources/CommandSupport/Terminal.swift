import Foundation

/// What stderr is connected to, and what may be shown on it.
package struct Terminal: Sendable, Equatable {
  /// Whether lines can be redrawn in place: a terminal that isn't `TERM=dumb`.
  package var isLive: Bool
  /// Whether colours are wanted (`NO_COLOR` isn't set).
  package var hasColor: Bool
  /// Whether the locale can show more than ASCII.
  package var speaksUnicode: Bool
  /// The width where the terminal tells none, in columns.
  package var fallbackColumns: Int

  /// A terminal of known abilities.
  package init(isLive: Bool, hasColor: Bool, speaksUnicode: Bool, fallbackColumns: Int = 80) {
    self.isLive = isLive
    self.hasColor = hasColor
    self.speaksUnicode = speaksUnicode
    self.fallbackColumns = fallbackColumns
  }

  /// The abilities that the environment grants, given whether stderr is a terminal at all.
  init(environment: [String: String], isTerminal: Bool) {
    let locale =
      ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let encoding = locale.uppercased()
    self.init(
      isLive: isTerminal && environment["TERM"] != "dumb",
      // https://no-color.org: set and not empty, whatever the value.
      hasColor: environment["NO_COLOR", default: ""].isEmpty,
      speaksUnicode: encoding.contains("UTF-8") || encoding.contains("UTF8"),
      fallbackColumns: environment["COLUMNS"].flatMap { Int($0) } ?? 80)
  }

  /// The terminal behind this process's stderr.
  package static func standardError() -> Terminal {
    Terminal(
      environment: ProcessInfo.processInfo.environment,
      isTerminal: Platform.isTerminal(Platform.standardError))
  }

  /// The terminal behind this process's stdout, and its columns.
  package static func standardOutput() -> (terminal: Terminal, columns: Int) {
    let terminal = Terminal(
      environment: ProcessInfo.processInfo.environment,
      isTerminal: Platform.isTerminal(Platform.standardOutput))
    let columns = Platform.columns(of: Platform.standardOutput) ?? terminal.fallbackColumns
    return (terminal, max(20, columns))
  }

  /// The columns there are now; the user may have changed the window since the last look.
  var columns: Int { max(20, Platform.columns(of: Platform.standardError) ?? fallbackColumns) }
}
