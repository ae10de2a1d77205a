import ArgumentParser
import CommandSupport

/// `tbtrain`: the command and its subcommands.
struct TBTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tbtrain",
    abstract: "Train small networks and watch them in TensorBoard.",
    discussion: ExitStatus.helpText,
    version: Tool.version,
    subcommands: [
      LeNetCommand.self, RNNCommand.self, SweepCommand.self, RecipesCommand.self,
      RecipeCommand.self, EvaluateCommand.self, DataCommand.self,
    ])
}
