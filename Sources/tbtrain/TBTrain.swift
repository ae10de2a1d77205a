import ArgumentParser
import CommandSupport

/// `tbtrain`: the command and its subcommands.
struct TBTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    "tbtrain", "Train small networks and watch them in TensorBoard.",
    exitCodes: ExitStatus.trainingHelpText, version: Tool.version,
    subcommands: [
      TrainCommand<LeNetOptions>.self, TrainCommand<RNNOptions>.self,
      TrainCommand<VGGOptions>.self, SweepCommand.self, RecipesCommand.self, RecipeCommand.self,
      AssignmentCommand.self, EvaluateCommand.self, DataCommand.self,
    ])
}
