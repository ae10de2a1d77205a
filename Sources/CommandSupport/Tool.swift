package import ArgumentParser

/// The life of a command-line program: parse, run, tell what went wrong, exit.
package enum Tool {
  /// The version that `--version` prints and runs record.
  package static let version = "0.2.0"

  /// Runs the command that the process's arguments name, and ends the process.
  ///
  /// Results and `--help` go to stdout; a failure goes to stderr as `<tool>: <sentence>`. The exit
  /// codes are those of `ExitStatus`.
  ///
  /// - Parameters:
  ///   - arguments: the process's, by default.
  ///   - hint: which flag helps against a library's error, if one does.
  package static func main<Root: ParsableCommand>(
    _ root: Root.Type, arguments: [String] = Array(CommandLine.arguments.dropFirst()),
    hint: (any Error) -> String? = { _ in nil }
  ) -> Never {
    Platform.ignoreClosedPipes()
    let status = run(root, arguments: arguments, hint)
    Platform.exitCleanly(status)
  }

  private static func run<Root: ParsableCommand>(
    _ root: Root.Type, arguments: [String], _ hint: (any Error) -> String?
  ) -> Int32 {
    do {
      var command = try root.parseAsRoot(arguments)
      try command.run()
      return ExitStatus.done.rawValue
    } catch let status as ExitStatus {
      return status.rawValue
    } catch {
      let answer = answer(of: root, to: error)
      if answer.code == ExitStatus.done.rawValue { return printed(answer.output) }
      Console.tell(answer.error + (hint(error).map { "; \($0)" } ?? ""))
      return answer.code
    }
  }

  /// What a command line is answered with before any command runs: help, the version, or what is wrong.
  package struct Answer: Sendable {
    /// What goes to stdout.
    package var output = ""
    /// The sentence for stderr, without the tool's name.
    package var error = ""
    package var code: Int32
  }

  /// The parser's answer to arguments; nil when they are right, so that a command would run.
  package static func answer<Root: ParsableCommand>(
    of root: Root.Type, to arguments: [String]
  ) -> Answer? {
    do {
      var command = try root.parseAsRoot(arguments)
      // Help is a command of the parser's own.
      if String(reflecting: type(of: command)).hasPrefix("ArgumentParser.") { try command.run() }
      return nil
    } catch { return answer(of: root, to: error) }
  }

  private static func answer<Root: ParsableCommand>(
    of root: Root.Type, to error: any Error
  ) -> Answer {
    let code = root.exitCode(for: error)
    if code.isSuccess { return Answer(output: root.message(for: error), code: code.rawValue) }
    let sentence =
      code == .validationFailure ? usageMessage(root.fullMessage(for: error)) : "\(error)"
    return Answer(error: sentence, code: code.rawValue)
  }

  private static func printed(_ text: String) -> Int32 {
    do {
      if !text.isEmpty { try Console.print(text) }
      return ExitStatus.done.rawValue
    } catch {
      Console.tell("\(error)")
      return ExitStatus.failed.rawValue
    }
  }

  /// The parser's message, its first word taken off: the tool's name stands there already.
  private static func usageMessage(_ message: String) -> String {
    message.hasPrefix("Error: ") ? String(message.dropFirst("Error: ".count)) : message
  }
}
