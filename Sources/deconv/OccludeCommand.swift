import ArgumentParser
import CommandSupport
import Images
import ModelFiles
import Tensors
import Visualization

/// `deconv occlude`: what the network makes of an image while a gray square covers parts of it.
struct OccludeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "occlude",
    abstract: "Cover parts of an image and watch the network's answer.",
    discussion: """
      Moves a gray square over the image and draws three maps (Zeiler & Fergus, section 4.2, \
      figure 7): the summed activity of the feature map that is strongest on the whole image, the \
      probability of the class, and the most probable class. Dark places are those that matter.

      With --format json the first object is about the image, each other one about a place. With \
      --npy the arrays are activity, probability, best_class and probabilities.

      \(ExitStatus.helpText)
      """)

  @OptionGroup var subject: SubjectOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Side of the square, pixels. (default: a quarter of the image's)", valueName: "pixels"))
  var size: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Pixels from place to place. (default: a 28th of the image)", valueName: "pixels"))
  var stride: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Gray of the square, 0 black to 1 white.",
      discussion: "It is brought to the units of the network's input as pixels are.",
      valueName: "gray"))
  var fill: Float = 0.5

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The layer of the feature map. (default: the highest convolution)", valueName: "number"))
  var layer: Int?

  @OptionGroup var network: NetworkOptions

  @Option(help: ArgumentHelp("The PNG to write.", valueName: "path"))
  var output = "occlusion.png"

  @OptionGroup var raw: RawOptions
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    for (flag, value) in [("--size", size), ("--stride", stride)] {
      if let value, value < 1 { throw ValidationError("\(flag) is at least 1, not \(value)") }
    }
    try ValidationError.check(fill: fill)
  }

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      let network = try Network(network, pixels: subject.data.pixels)
      let layer = try watchedLayer(network)
      let occluder = try occluder(for: network)
      let output = try OutputFile(path: output, force: force.isOn)
      let files = try raw.files(
        ["activity", "probability", "best_class", "probabilities"], force: force.isOn)
      let subject = try subject.subject(for: network)
      let log = try ImageLog(network, folder: self.network.logdir)
      let places = occluder.places(height: network.inputShape[0], width: network.inputShape[1])
      var bar = ProgressBar(
        unit: "place", total: places.rows * places.columns, style: quiet.progressStyle)
      let occlusion = network.deconvnet.occlude(
        subject.tensor, label: subject.label, layer: layer, with: occluder
      ) { bar.update($0) }
      bar.finish()

      let sheet = occlusion.sheet(
        source: subject.image.image, title: title(subject, occlusion),
        classNames: subject.classNames.map(Subject.phrase))
      try sheet.write(to: output.path)
      try write(occlusion, to: files)
      try log?.log(sheet, tag: "occlusion/\(layer.name)")
      let report = OcclusionReport(
        occlusion: occlusion, subject: subject, network: network, fill: fill, output: output.path)
      try raw.print(text: report.text(), objects: report.objects)
    }
  }

  private func watchedLayer(_ network: Network) throws -> NumberedLayer {
    if let layer { return try network.deconvnet.layer(layer) }
    guard let highest = network.deconvnet.highestConvolution else {
      throw CommandFailure(
        "\(network.checkpoint.path): has no convolution; --layer says whose units to watch")
    }
    return highest
  }

  private func occluder(for network: Network) throws -> Occluder {
    let shape = network.inputShape
    let side = min(shape[0], shape[1])
    let square = size ?? max(1, side / 4)
    guard square <= side else {
      throw CommandFailure(
        "a square of \(square)x\(square) doesn't fit into \(Network.size(shape)) images")
    }
    return Occluder(
      size: square, stride: stride ?? max(1, side / 28), fill: network.inputScalars(ofGray: fill))
  }

  private func write(_ occlusion: Occlusion, to files: RawFiles) throws {
    let shape = [occlusion.rows, occlusion.columns]
    try files.write("activity", occlusion.activity, shape: shape)
    try files.write("probability", occlusion.labelProbabilities, shape: shape)
    try files.write("best_class", occlusion.bestClasses.map { Int32($0) }, shape: shape)
    try files.write(
      "probabilities", occlusion.probabilities.scalars, shape: occlusion.probabilities.shape)
  }

  private func title(_ subject: Subject, _ occlusion: Occlusion) -> String {
    let square = occlusion.occluder
    return """
      \(subject.image.caption) covered by \(square.size)x\(square.size), stride \
      \(square.stride), gray \(Words.short(Double(fill)))
      box: where p(\(subject.phrase)) is lowest
      """
  }
}
