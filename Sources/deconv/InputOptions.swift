import ArgumentParser
import CommandSupport
import Datasets
import Tensors

/// The flags that say how images become the network's input.
struct InputOptions: ParsableArguments {
  @Option("Black and white. (default: the network's own)", "range") var pixels: PixelRange?

  @Option(
    "Make images this large first. (default: as they are)", "size",
    more: "256 makes the shorter side so long, 256x320 height and width.")
  var resize: ImageSize?

  @Option(
    "Take the middle of this size then. (default: all)", "size",
    more: "224 takes a square, 224x192 a rectangle of this height and width.")
  var crop: ImageSize?

  @Option(
    "Subtract from the pixels, a channel or all. (default: 0)", "number,…",
    more: """
      In units of --pixels; torchvision's networks were trained with 0.485,0.456,0.406 and the \
      --std 0.229,0.224,0.225. It becomes the network's first layer, so that projections and \
      gradients are those of the pixels.
      """)
  var mean: ChannelNumbers?

  @Option("Divide by, a channel or all. (default: 1)", "number,…") var std: ChannelNumbers?

  @Option(
    "What network a file of PyTorch's tensors is.", "json",
    more: """
      A JSON file of a few lines in the words of torch.nn: {"input": [3, 32, 32], "layers": \
      [{"type": "Conv2d", "name": "features.0", "padding": 1}, {"type": "ReLU"}, {"type": \
      "MaxPool2d", "kernel_size": 2}, {"type": "Flatten"}, {"type": "Linear", "name": \
      "classifier.1"}]}. A layer's name is what the names of its tensors begin with; their \
      shapes tell the rest.
      """)
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
    let numbers = argument.numbers(separator: "x") { Int($0) }
    guard let numbers, (1...2).contains(numbers.count),
      numbers.allSatisfy((1...8192).contains)
    else { return nil }
    (height, width) = (numbers[0], numbers.count == 2 ? numbers[1] : nil)
  }

  /// A rectangle; a square of one number.
  var extent: Extent { Extent(height: height, width: width ?? height) }
}

/// One number for all channels, or one for each, with commas.
struct ChannelNumbers: ExpressibleByArgument {
  let values: [Float]

  init?(argument: String) {
    guard let values = argument.numbers(separator: ",", Float.init), values.allSatisfy(\.isFinite)
    else { return nil }
    self.values = values
  }
}

extension StringProtocol {
  /// The numbers of a list; nil where a part is none.
  func numbers<Number>(
    separator: Character, _ read: (String) -> Number?
  ) -> [Number]? {
    let parts = split(separator: separator, omittingEmptySubsequences: false)
    let numbers = parts.compactMap { read(String($0)) }
    return numbers.count == parts.count ? numbers : nil
  }
}
