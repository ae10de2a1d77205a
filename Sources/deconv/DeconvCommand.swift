import ArgumentParser
import CommandSupport

/// `deconv`: the command and its subcommands.
struct DeconvCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "deconv", "See what the filters of a trained network respond to.",
    """
    Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", as commands. They \
    take checkpoints of tbtrain, ONNX models whose layers may branch and meet by sum or concatenation (--checkpoint model.onnx), \
    and safetensors files of PyTorch: LeNets as they are, others with --architecture.
    """,
    version: Tool.version,
    subcommands: [
      LayersCommand.self,
      FiltersCommand.self,
      ActivationsCommand.self,
      ProjectCommand.self,
      TopCommand.self,
      EvolveCommand.self,
      ArchitectureCommand.self,
      EmbedCommand.self,
      OccludeCommand.self,
      SaliencyCommand.self,
      EvaluateCommand.self,
      InvarianceCommand.self,
      CorrespondCommand.self,
      MaximizeCommand.self,
      AblateCommand.self,
    ])
}
