import ArgumentParser
import CommandSupport
import Datasets
import Images
import ModelFiles
import Tensors
import TextOutput
import Visualization

/// `deconv maximize`: images made for a filter or a class.
struct MaximizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "maximize",
    abstract: "Make images that excite a filter or a class most.",
    discussion: """
      Gradient ascent from gray and a little noise, an image a seed, on the mean of the filter's map \
      or on the class's logit. Decay, blur, total variation and jitter keep the image from turning \
      into noise. Images that agree on what they show are to be trusted more than one.

      With --format json each object is an image. With --npy the arrays are images, [filters, \
      seeds, height, width, channels] from 0 to 1, and objective, [filters, seeds, steps + 1].

      \(ExitStatus.helpText)
      """)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The layer. (default: the last)", valueName: "number"))
  var layer: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Filters, as 3,7 or 0-15. (default: all of the last)",
      discussion: "In a dense layer units; in the last one classes.", valueName: "list"))
  var filter: FilterList?

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp("A class, by name or number.", valueName: "class"))
  var label: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Images of each filter, a seed each.", valueName: "count"))
  var count = 4

  @Option(parsing: .unconditional, help: ArgumentHelp("Steps of ascent.", valueName: "count"))
  var steps = 200

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Length of a step, in steps of a 28th a pixel.", valueName: "factor"))
  var rate: Float = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Share that falls back to gray at each step.", valueName: "share"))
  var decay: Float = 0.02

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Blur at each fourth step; 0 for none.", valueName: "pixels"))
  var blur = 0.5

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Weight of the total variation.", valueName: "weight"))
  var variation: Float = 1e-3

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Farthest shift before each step.", valueName: "pixels"))
  var jitter = 2

  @OptionGroup var seed: SeedOption
  @OptionGroup var network: NetworkOptions

  @Option(
    help: ArgumentHelp("Black and white. (default: the network's own)", valueName: "range"))
  var pixels: PixelRange?

  @Option(help: ArgumentHelp("The PNG to write.", valueName: "path"))
  var output = "maximized.png"

  @OptionGroup var raw: RawOptions
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    for (flag, value) in [("--count", count), ("--steps", steps)] where value < 1 {
      throw ValidationError("\(flag) is at least 1, not \(value)")
    }
    if label != nil, layer != nil || filter != nil {
      throw ValidationError("--class and --layer or --filter both say what to excite; give one")
    }
    guard rate > 0, rate.isFinite else { throw ValidationError("--rate is above 0") }
    guard (0...1).contains(decay) else { throw ValidationError("--decay lies between 0 and 1") }
    guard (0...10).contains(blur) else { throw ValidationError("--blur lies between 0 and 10") }
    guard variation >= 0, variation.isFinite else {
      throw ValidationError("--variation is 0 or more")
    }
    if jitter < 0 { throw ValidationError("--jitter is 0 or more, not \(jitter)") }
  }

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      let network = try Network(network, pixels: pixels)
      let (layer, filters) = try targets(network)
      let settings = try settings(for: network)
      let output = try OutputFile(path: output, force: force.isOn)
      let files = try raw.files(["images", "objective"], force: force.isOn)
      let log = try ImageLog(network, folder: self.network.logdir)
      var bar = ProgressBar(
        unit: "step", total: steps * filters.count, style: quiet.progressStyle)
      var made: [MaximizationReport.Made] = []
      for (place, filter) in filters.enumerated() {
        var maximization = Maximization(
          of: filter, layer: layer, in: network.deconvnet, input: network.inputShape,
          seeds: (0..<count).map { seed.value + $0 }, settings)
        var objectives: [[Float]] = []
        for step in 1...steps {
          objectives.append(try maximization.advance())
          bar.update(place * steps + step)
        }
        objectives.append(maximization.objectives)
        made.append(
          MaximizationReport.Made(
            filter: filter, images: maximization.images, objectives: objectives))
      }
      bar.finish()

      let report = MaximizationReport(
        layer: layer, network: network, made: made, seeds: (0..<count).map { seed.value + $0 },
        steps: steps, how: how)
      let sheet = report.sheet()
      try sheet.write(to: output.path)
      try report.write(to: files)
      try log?.log(sheet, tag: "maximized/\(layer.name)")
      try raw.print(text: report.text(output: output.path), objects: report.objects)
    }
  }

  /// What is to be excited.
  private func targets(_ network: Network) throws -> (NumberedLayer, [Int]) {
    let deconvnet = network.deconvnet
    let layer = try deconvnet.layer(layer ?? deconvnet.layers.count)
    if let label {
      let names = network.classNames
      guard let number = names.firstIndex(of: label) ?? Int(label), names.indices.contains(number)
      else {
        throw CommandFailure("there is no class \(label): they are \(Words.list(names))")
      }
      return (layer, [number])
    }
    if filter == nil, !layer.isLast {
      throw CommandFailure(
        "\(layer) has \(Format.counted(layer.filters, layer.filterNoun)); --filter says which")
    }
    return (layer, try (filter ?? .all).filters(of: layer, in: deconvnet))
  }

  private func settings(for network: Network) throws -> MaximizationSettings {
    let shape = network.inputShape
    guard jitter < min(shape[0], shape[1]) else {
      throw CommandFailure(
        "--jitter \(jitter) shifts \(Network.size(shape)) images by more than their size")
    }
    var settings = MaximizationSettings()
    // The same step a pixel, whatever the image's size: 1 at 28x28 gray.
    settings.rate = rate * Float(shape.reduce(1, *)).squareRoot() / 28
    settings.decay = decay
    settings.variation = variation
    settings.blur = blur
    settings.jitter = jitter
    settings.black = network.inputScalars(ofGray: 0)
    settings.white = network.inputScalars(ofGray: 1)
    return settings
  }

  private var how: String {
    func short(_ value: Double) -> String { Words.short(value) }
    return """
      \(Format.counted(steps, "step")) of \(short(Double(rate))), decay \(short(Double(decay))), \
      blur \(short(blur)), variation \(short(Double(variation))), jitter \(jitter)
      """
  }
}
