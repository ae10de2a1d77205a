import ArgumentParser
import CommandSupport

/// `tbtrain`: the command and its subcommands.
struct TBTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tbtrain",
    abstract: "Train small networks and watch them in TensorBoard.",
    discussion: ExitStatus.helpText,
    version: version,
    subcommands: [LeNetCommand.self])

  /// The version that runs record.
  static let version = "0.1.0"
}
