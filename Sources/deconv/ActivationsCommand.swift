import ArgumentParser
import CommandSupport
import Images
import ModelFiles
import Tensors
import Visualization

/// `deconv activations`: the maps of a layer for an image, or how active its filters are over a data set.
struct ActivationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "activations",
    abstract: "Show a layer's maps, and how active its filters are.",
    discussion: """
      Shows all maps of a layer for one image. With --statistics the whole data set is looked at: \
      then the sheet shows each filter's mean map, and each filter's mean, deviation, extremes and \
      shares of activity are printed.

      \(ExitStatus.helpText)
      """)

  @OptionGroup var features: FeatureOptions

  @Option(help: ArgumentHelp("Look at this PNG, not one of the data set.", valueName: "png"))
  var image: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The data set's image, from 0. (default: 0)", valueName: "number"))
  var index: Int?

  @Flag(help: "Look at all images of the data set.")
  var statistics = false

  @Flag(help: "One scale for all maps, not one each.")
  var sharedScale = false

  @OptionGroup var network: NetworkOptions
  @OptionGroup var data: DataOptions

  @OptionGroup var raw: RawOptions

  @Option(
    help: ArgumentHelp(
      "The PNG to write. (default: layer2-activations.png, say)", valueName: "path"))
  var output: String?

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if image != nil, data.data != nil || index != nil || statistics {
      let other = statistics ? "--statistics" : index != nil ? "--index" : "--data"
      throw ValidationError("--image and \(other) both say what to look at; give one of them")
    }
    if statistics, index != nil {
      throw ValidationError("--statistics is of all images, and --index of one")
    }
  }

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      let network = try Network(network, pixels: data.pixels)
      let (layer, filters) = try features.features(of: network.deconvnet)
      let name = statistics ? "statistics" : "activations"
      let output = try OutputFile(
        path: output ?? "layer\(layer.number)-\(name).png", force: force.isOn)
      let files = try raw.files(ActivationsResult.arrays, force: force.isOn)
      let log = try ImageLog(network, folder: self.network.logdir)
      let (subject, image, pass) = try look(layer, network)
      let result = ActivationsResult(
        layer: layer, filters: filters, statistics: pass.statistics, maps: pass.maps)
      let sheet = result.sheet(
        title: "\(layer), \(subject)", image: image, isMean: statistics,
        sharesScale: sharedScale)
      try sheet.write(to: output.path)
      try result.write(to: files)
      try log?.log(sheet, tag: "\(name)/\(layer.name)")
      try raw.print(
        text: result.text(
          network.checkpoint.path, subject, output.path, isMean: statistics,
          sharesScale: sharedScale),
        objects: result.lines)
    }
  }

  /// What is looked at, in words and as an image if it is one, and what the layer makes of it.
  private func look(
    _ layer: NumberedLayer, _ network: Network
  ) throws -> (
    subject: String, input: InputImage?, pass: (statistics: ActivationStatistics, maps: Tensor)
  ) {
    var statistics = ActivationStatistics(of: layer)
    var means = MeanMaps()
    func look(at batch: Tensor) {
      let activations = network.deconvnet.activations(of: batch, layer: layer)
      statistics.look(at: activations)
      means.look(at: activations)
    }
    if let image {
      let input = try InputImage(file: image, for: network)
      look(at: input.tensor(network.pixels))
      return (input.name, input, (statistics, means.maps))
    }
    let images = try DataImages(
      data, for: network, remedy: "--data or --image says what to look at")
    if self.statistics {
      images.forEachBatch(progress: quiet.progressStyle) { batch, _ in look(at: batch) }
      return (images.description, nil, (statistics, means.maps))
    }
    let index = index ?? 0
    guard (0..<images.count).contains(index) else {
      throw CommandFailure(
        """
        \(images.setName): has no \(images.split.rawValue) image \(index): they are 0 to \
        \(images.count - 1)
        """)
    }
    look(at: images.tensor(at: [index]))
    let input = images.input(index)
    return (
      "\(images.split.rawValue) image \(index), \(input.name)", input, (statistics, means.maps)
    )
  }
}
