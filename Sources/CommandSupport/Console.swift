import TextOutput

/// What a command says: results on stdout, everything else on stderr.
package enum Console {
  /// The name the user called the program by: `tbtrain` of `.build/release/tbtrain`.
  package static let toolName: String =
    CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "tool"

  /// Writes a result to stdout, with a line's end; control characters in it become visible.
  ///
  /// When nobody reads stdout any more (`tbtrain … | head -1`), the program ends quietly with 0.
  /// - Throws: `CommandFailure` when stdout can't be written, as on a full disk.
  package static func print(_ text: String) throws {
    try write(Array((SafeText.visible(text, keepsLines: true) + "\n").utf8))
  }

  /// Writes bytes to stdout as they are: a part of a longer result. Ends and throws as `print` does.
  package static func write(_ bytes: [UInt8]) throws {
    do {
      try Platform.write(bytes, to: Platform.standardOutput)
    } catch .closedPipe {
      Platform.exitCleanly(ExitStatus.done.rawValue)
    } catch .other(let reason) {
      throw CommandFailure("standard output can't be written: \(reason)")
    }
  }

  /// Writes `<tool>: <sentence>` to stderr; control characters in it become visible.
  package static func tell(_ sentence: String) { standardError(line(sentence)) }

  static func line(_ sentence: String) -> String {
    "\(toolName): \(SafeText.visible(sentence, keepsLines: true))\n"
  }

  /// Writes text to stderr as it is; where stderr is closed, nothing happens.
  static func standardError(_ text: String) {
    try? Platform.write(text.utf8, to: Platform.standardError)
  }
}
