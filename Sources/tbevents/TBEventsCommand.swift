import ArgumentParser
import CommandSupport
import EventFiles

/// `tbevents`: the command and its subcommands.
struct TBEventsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tbevents",
    abstract: "Read, export, check and repair TensorBoard's event files, whoever wrote them.",
    discussion: ExitStatus.helpText,
    version: Tool.version)
}
