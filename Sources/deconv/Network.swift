import ArgumentParser
import CommandSupport
import Datasets
import ModelFiles
import NeuralNetworks
import Visualization

/// A trained network and what its checkpoint knows of it.
struct Network {
  let checkpoint: Checkpoint
  let model: Sequential
  let deconvnet: Deconvnet
  /// How bytes become scalars.
  let pixels: PixelRange

  /// Opens a checkpoint, or the newest of a folder of runs.
  ///
  /// - Parameter pixels: what the user says; nil for what the checkpoint says.
  init(_ options: NetworkOptions, pixels: PixelRange? = nil) throws {
    checkpoint =
      try options.checkpoint.path.map { try Checkpoint(path: $0) }
      ?? Checkpoint.newest(under: options.runs)
    model = try checkpoint.makeModel()
    deconvnet = Deconvnet(of: model)
    let recorded = checkpoint.state?.data?.pixels
    guard let known = pixels ?? PixelRange(rawValue: recorded ?? PixelRange.zeroToOne.rawValue)
    else {
      throw CommandFailure(
        "\(checkpoint.path): its pixels are \"\(recorded ?? "")\"; --pixels says what they are")
    }
    self.pixels = known
    if checkpoint.isRecognized {
      Console.tell(
        """
        \(checkpoint.path): says nothing of its network; by its tensors it is taken for a LeNet on \
        \(Self.size(checkpoint.model.inputShape)) pictures, pixels \(known.rawValue)
        """)
    }
  }

  /// Height, width and channels of the pictures it takes.
  var inputShape: [Int] { checkpoint.model.inputShape }

  /// `28x28 gray` for `[28, 28, 1]`.
  static func size(_ shape: [Int]) -> String {
    guard shape.count == 3 else { return "\(shape)" }
    let colors = [1: "gray", 3: "RGB"][shape[2]] ?? "\(shape[2])-channel"
    return "\(shape[0])x\(shape[1]) \(colors)"
  }
}

/// The flags that say which network is meant.
struct NetworkOptions: ParsableArguments {
  @OptionGroup var checkpoint: CheckpointOption

  @Option(
    help: ArgumentHelp(
      "The runs: searched for checkpoints, and logged to.",
      discussion: """
        Without --checkpoint the newest one of this folder is taken, of logdir/ by default. If \
        given, pictures are also logged there, as the run "deconv".
        """, valueName: "folder"))
  var logdir: String?

  /// Where checkpoints are looked for.
  var runs: String { logdir ?? "logdir" }
}
