import ArgumentParser
import CommandSupport
import Datasets
import Files
import ModelFiles
import Tensors
import TextOutput
import Visualization

/// A command that looks into a network and describes what it found.
protocol LabCommand: ParsableCommand {
  var lab: LabOptions { get }

  /// Looks into the network that the flags name, and writes what they ask for.
  func look(into network: Network) throws
}

extension LabCommand {
  func run() throws { try lab.onThreads { try look(into: Network(lab)) } }
}

/// What every command takes: the network, and how results are written.
struct LabOptions: ParsableArguments {
  // All in one group: see SharedOptions.
  @Option(.checkpoint) var checkpoint: String?
  @Option("Black and white. (default: the network's own)", "range") var pixels: PixelRange?

  @Option(
    "Prepare images as imagenet, cifar10 or mnist. (default: off)", "set",
    more: """
      imagenet: --resize 256 --center-crop 224 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225, as \
      torchvision's networks were trained, and ImageNet's names for 1000 classes. cifar10: --resize \
      32x32 --mean 0.4914,0.4822,0.4465 --std 0.247,0.2435,0.2616. mnist: --resize 28x28 --mean \
      0.1307 --std 0.3081. A flag given beside it goes first. Without any of these flags, what \
      the model's own metadata say is taken, and told.
      """)
  var preprocess: PreprocessingPreset?

  @Option(
    "Make images this large first. (default: as they are)", "size",
    more: """
      256 makes the shorter side so long, 256x320 height and width; bilinear with antialiasing, \
      within one level of what torchvision's Resize makes of Pillow's images.
      """)
  var resize: ImageSize?

  @Option(
    "Take the middle of this size then. (default: all)", "size",
    more: "224 takes a square, 224x192 a rectangle of this height and width.",
    name: [.customLong("center-crop"), .customLong("crop")])
  var crop: ImageSize?

  @Option(
    "Subtract from the pixels, a channel or all. (default: 0)", "number,…",
    more: """
      In units of --pixels. It becomes the network's first layer, so that projections and gradients \
      are those of the pixels.
      """)
  var mean: ChannelNumbers?

  @Option("Divide by, a channel or all. (default: 1)", "number,…") var std: ChannelNumbers?

  @Option(
    "A file of class names, one a line; or imagenet.", "file",
    more: """
      In the order of the network's outputs. Without it they are the model's own, or those that a data \
      set has. Directories of images are classes by these names (ImageNet's n01440764 too), or by \
      number.
      """)
  var classes: String?

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

  @Option(
    "The runs: searched for checkpoints, and logged to.", "directory",
    more: """
      Without --checkpoint the newest one of this directory is taken, of logdir/ by default. If \
      given, images are also logged there, as the run "deconv".
      """)
  var logdir: String?

  @OptionGroup var results: ResultOptions

  func validate() throws {
    if let std, std.values.contains(0) { throw ValidationError("--std can't be 0") }
    if let preprocess, let pixels, pixels != .zeroToOne {
      throw ValidationError(
        "--preprocess \(preprocess.rawValue) is of pixels 0..1, --pixels says \(pixels.rawValue)")
    }
  }

  /// Where checkpoints are looked for.
  var runs: String { logdir ?? "logdir" }

  /// Runs a body on as many threads as asked for.
  func onThreads(_ body: () throws -> Void) throws {
    try Parallel.$workers.withValue(results.threads ?? Parallel.workers, operation: body)
  }

  var progress: ProgressBar.Style { results.progress }

  /// Takes the names of all that will be written; with `--logdir` the run "deconv" is begun, too.
  func outputs(
    _ image: String?, arrays: [String] = [], _ network: Network
  ) throws -> Outputs {
    let logdir = image == nil ? nil : logdir
    return try results.outputs(
      image: image, arrays: arrays,
      run: logdir.map { (Path.joined($0, "deconv"), network.checkpoint.state?.step ?? 0) })
  }
}

extension CommandResult {
  /// What was found in a network.
  init(_ network: Network) {
    self.init()
    fact("checkpoint", network.checkpoint.path)
    for origin in network.origins { fact(origin.name, origin.text) }
  }

  /// Names a layer and how many of its filters are looked at.
  mutating func fact(_ layer: NumberedLayer, filters: Int? = nil) {
    fact("layer", "\(layer.number) (\(layer.name))")
    if let filters {
      fact("\(layer.filterNoun)s", "\(Format.count(filters)) of \(layer.filters)")
    }
  }

  /// Adds the arrays of the strongest units and what they project to: -1, NaN and zeros where there is
  /// none.
  ///
  /// - Parameter named: the name of each array, by its kind.
  mutating func units(
    _ entries: [StrongestImages.Entry?], _ patches: @escaping @autoclosure () -> [Tensor?],
    shape: [Int], named name: (String) -> String = { $0 }
  ) {
    array(name("index"), shape: shape, entries.map { Int32($0?.image ?? -1) })
    array(name("y"), shape: shape, entries.map { Int32($0?.unit.y ?? -1) })
    array(name("x"), shape: shape, entries.map { Int32($0?.unit.x ?? -1) })
    array(name("value"), shape: shape, entries.map { $0?.unit.value ?? .nan })
    array(name("projection"), shape: shape, of: patches())
  }

  /// Adds an array of tensors of one shape, zeros where there is none.
  ///
  /// - Parameter shape: of the list of tensors.
  mutating func array(
    _ name: String, shape: [Int], of tensors: @escaping @autoclosure () -> [Tensor?]
  ) {
    array(name) {
      let tensors = tensors()
      let inner = tensors.lazy.compactMap { $0?.shape }.first ?? [0]
      let empty = [Float](repeating: 0, count: inner.reduce(1, *))
      return (shape + inner, tensors.flatMap { $0?.scalars ?? empty })
    }
  }
}

extension Column {
  /// The layer and its name, for programs: what every row about a filter begins with.
  static func place(in layer: NumberedLayer) -> [Column] {
    [Column(nil, key: "layer") { _ in layer.number }, Column(nil, key: "name") { _ in layer.name }]
  }
}

extension JSON {
  /// An object about a filter: its layer, the layer's name and its number come first.
  init(
    _ layer: NumberedLayer, _ filter: Int, _ members: KeyValuePairs<String, any JSONRepresentable>
  ) {
    self = JSON(["layer": layer.number, "name": layer.name, "filter": filter]) + JSON(members)
  }

  /// The members of two objects.
  static func + (first: JSON, second: JSON) -> JSON {
    guard case .object(let first) = first, case .object(let second) = second else { return first }
    return .object(first + second)
  }

  /// First and last row, or column, of a field.
  static func ends(_ range: Range<Int>?) -> JSON? {
    range.map { .array([.integer($0.lowerBound), .integer($0.upperBound - 1)]) }
  }
}
