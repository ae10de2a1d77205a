public import ArgumentParser

/// The life of a command-line program: parse, run, tell what went wrong, exit.
public enum Tool {
  /// The version that `--version` prints and runs record.
  public static let version = "0.1.0"

  /// Runs the command that the process's arguments name, and ends the process.
  ///
  /// Results and `--help` go to stdout; a failure goes to stderr as `<tool>: <sentence>`. The exit
  /// codes are those of `ExitStatus`.
  public static func main<Root: ParsableCommand>(_ root: Root.Type) -> Never {
    Platform.ignoreClosedPipes()
    let status = run(root, arguments: Array(CommandLine.arguments.dropFirst()))
    Platform.exitCleanly(status)
  }

  private static func run<Root: ParsableCommand>(_ root: Root.Type, arguments: [String]) -> Int32 {
    do {
      var command = try root.parseAsRoot(arguments)
      try command.run()
      return ExitStatus.done.rawValue
    } catch let status as ExitStatus {
      return status.rawValue
    } catch {
      let code = root.exitCode(for: error)
      if code.isSuccess {
        return printed(root.message(for: error))
      } else if code == .validationFailure {
        Console.tell(usageMessage(root.fullMessage(for: error)))
      } else {
        Console.tell("\(error)")
      }
      return code.rawValue
    }
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
