import ArgumentParser
import Tensors

/// The flags that say how images become the network's input.
struct InputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Make images this large first. (default: as they are)",
      discussion: "256 makes the shorter side so long, 256x320 height and width.",
      valueName: "size"))
  var resize: ImageSize?

  @Option(
    help: ArgumentHelp(
      "Take the middle of this size then. (default: all)",
      discussion: "224 takes a square, 224x192 a rectangle of this height and width.",
      valueName: "size"))
  var crop: ImageSize?

  @Option(
    help: ArgumentHelp(
      "Subtract from the pixels, a channel or all. (default: 0)",
      discussion: """
        In units of --pixels; torchvision's networks were trained with 0.485,0.456,0.406 and the \
        --std 0.229,0.224,0.225. It becomes the network's first layer, so that projections and \
        gradients are those of the pixels.
        """, valueName: "number,…"))
  var mean: ChannelNumbers?

  @Option(
    help: ArgumentHelp(
      "Divide by, a channel or all. (default: 1)", valueName: "number,…"))
  var std: ChannelNumbers?

  @Option(
    help: ArgumentHelp(
      "What network a file of PyTorch's tensors is.",
      discussion: """
        A JSON file of a few lines in the words of torch.nn: {"input": [3, 32, 32], "layers": \
        [{"type": "Conv2d", "name": "features.0", "padding": 1}, {"type": "ReLU"}, {"type": \
        "MaxPool2d", "kernel_size": 2}, {"type": "Flatten"}, {"type": "Linear", "name": \
        "classifier.1"}]}. A layer's name is what the names of its tensors begin with; their \
        shapes tell the rest.
        """, valueName: "json"))
  var architecture: String?

  func validate() throws {
    if let std, std.values.contains(0) { throw ValidationError("--std can't be 0") }
  }

  /// What is done to images.
  var preparation: InputPreparation { InputPreparation(resize: resize, crop: crop) }
}

/// A side's length, or height and width: `256` or `256x320`.
struct ImageSize: ExpressibleByArgument, Equatable {
  let height: Int
  /// Nil when one number was given.
  let width: Int?

  init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(parts.count), parts.allSatisfy({ (1...8192).contains($0 ?? 0) }),
      let height = parts[0]
    else { return nil }
    self.height = height
    width = parts.count == 2 ? parts[1] : nil
  }

  /// A rectangle; a square of one number.
  var extent: Extent { Extent(height: height, width: width ?? height) }
}

/// One number for all channels, or one for each, with commas.
struct ChannelNumbers: ExpressibleByArgument {
  let values: [Float]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      Float($0)
    }
    values = parts.compactMap { $0 }
    guard values.count == parts.count, values.allSatisfy(\.isFinite) else { return nil }
  }
}
