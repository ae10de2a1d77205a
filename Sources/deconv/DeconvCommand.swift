import ArgumentParser
import CommandSupport

/// `deconv`: the command and its subcommands.
struct DeconvCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deconv",
    abstract: "See what the filters of a trained network respond to.",
    discussion: """
      Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", as commands. They \
      take checkpoints of tbtrain, and LeNets that PyTorch saved as safetensors.

      \(ExitStatus.helpText)
      """,
    version: Tool.version,
    subcommands: [
      LayersCommand.self,
      FiltersCommand.self,
      ProjectCommand.self,
      TopCommand.self,
      OccludeCommand.self,
      SaliencyCommand.self,
      InvarianceCommand.self,
      CorrespondCommand.self,
      MaximizeCommand.self,
      AblateCommand.self,
    ])
}
