import ArgumentParser
import CommandSupport
import Datasets
import Images
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// `deconv maximize`: images made for a filter or a class.
struct MaximizeCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "maximize", "Make images that excite a filter or a class most.",
    """
    Gradient ascent from gray and a little noise, an image a seed, on the mean of the filter's map, \
    on its middle unit or on the class's logit, before the activation function. Decay, blur, total \
    variation and jitter keep the image from turning into noise; images of more than 64x64 pixels \
    are made of frequencies, and turned and zoomed at each step (Olah et al., 2017). Images that \
    agree on what they show are to be trusted more than one.

    With --format json each object is an image. With --npy the arrays are images, [filters, \
    seeds, height, width, channels] from 0 to 1, and objective, [filters, seeds, steps + 1].
    """)

  @Option("The layer. (default: the last)", "layer") var layer: LayerName?

  @Option(
    "Filters, as 3,7 or 0-15. (default: all of the last)", "list",
    more: "In a dense layer units; in the last one classes.")
  var filter: FilterList?

  @Option("A class, by name or number.", "class", name: .customLong("class")) var label: String?
  @Option("What is climbed: a map's mean, or its middle unit.") var objective = Objective.mean
  @Option("Images of each filter, a seed each.", "count", .atLeast(1)) var count = 4
  @Option("Steps of ascent.", "count", .atLeast(1)) var steps = 200

  @Option(
    "What is changed. (default: pixels up to 64x64)", "what",
    more: "pixels, or frequencies, which have no decay and no blur.")
  var change: Changed?

  @Option(
    "Length of a step, in steps of a 28th a pixel.", "factor", .above(0),
    more: "Of frequencies in steps of a 20th.")
  var rate: Float = 1

  @Option("Share that falls back to gray at each step.", "share", .within(0...1))
  var decay: Float = 0.02

  @Option("Blur at each fourth step; 0 for none.", "pixels", .within(0...10)) var blur = 0.5
  @Option("Weight of the total variation.", "weight", .atLeast(0)) var variation: Float = 1e-3
  @Option("Farthest shift before each step.", "pixels", .atLeast(0)) var jitter = 2

  @Option(
    "Farthest turn before each step. (default: pixels 0, else 5)", "degrees", .within(0...180))
  var turn: Double?

  @Option("Largest zoom before each step. (default: pixels 0, else 0.1)", "share", .within(0...0.9))
  var zoom: Double?

  @Option("Seed of every random choice.") var seed = 1
  @Option("The PNG or SVG to write.", "path") var output = "maximized.png"
  @OptionGroup var lab: LabOptions

  func validate() throws {
    if label != nil, layer != nil || filter != nil {
      throw ValidationError("--class and --layer or --filter both say what to excite; give one")
    }
  }

  func look(into network: Network) throws {
    let (layer, filters) = try targets(network)
    let settings = try settings(for: network)
    let outputs = try lab.outputs(output, arrays: ["images", "objective"], network)
    let seeds = (0..<count).map { seed + $0 }
    var bar = ProgressBar(unit: "step", total: steps * filters.count, style: lab.progress)
    let made = try filters.enumerated().map { place, filter in
      var maximization = Maximization(
        of: filter, layer: layer, in: network.deconvnet, input: network.inputShape,
        seeds: seeds, settings)
      var objectives: [[Float]] = []
      for step in 1...steps {
        objectives.append(try maximization.advance())
        bar.update(place * steps + step)
      }
      objectives.append(maximization.objectives)
      return Made(
        filter: filter, name: network.name(of: filter, in: layer), images: maximization.images,
        objectives: objectives)
    }
    bar.finish()

    var result = CommandResult(network)
    // Large images as they are.
    let side = max(112, min(224, network.inputShape.prefix(2).max() ?? 112))
    result.fact("layer", "\(layer)")
    result.fact("how", how(settings))
    result.fact("seeds", Words.list(seeds.map(String.init)))
    describe(made, seeds, layer, network, &result)
    result.draw(
      TileSheet(
        title: "made for \(layer); below each image its objective\n\(how(settings))",
        columnCaptions: seeds.map { "seed \($0)" },
        rows: made.map { made in
          TileSheet.Row(
            caption: made.name,
            seeds.indices.map {
              TileSheet.Tile(
                made.image($0), side: side, caption: Format.number(made.reached[$0], digits: 3))
            })
        }
      ).drawing(), tag: "maximized/\(layer.name)")
    try outputs.write(result)
  }

  /// What is to be excited.
  private func targets(_ network: Network) throws -> (NumberedLayer, [Int]) {
    let deconvnet = network.deconvnet
    let layer = try layer?.layer(of: deconvnet) ?? deconvnet.layer(deconvnet.layers.count)
    if let label { return (layer, [try network.classNames.number(ofClass: label)]) }
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
    let isSmall = shape[0] * shape[1] <= 64 * 64
    settings.changesFrequencies = change.map { $0 == .frequencies } ?? !isSmall
    // The same step a pixel, whatever the image's size: 1 at 28x28 gray.
    let steps = settings.changesFrequencies ? 1 : Float(shape.reduce(1, *)).squareRoot() / 28
    settings.rate = rate * steps
    settings.turn = turn ?? (settings.changesFrequencies ? 5 : 0)
    settings.zoom = zoom ?? (settings.changesFrequencies ? 0.1 : 0)
    settings.isOneUnit = objective == .unit
    settings.decay = decay
    settings.variation = variation
    settings.blur = blur
    settings.jitter = jitter
    settings.black = network.inputScalars(ofGray: 0)
    settings.white = network.inputScalars(ofGray: 1)
    return settings
  }

  private func how(_ settings: MaximizationSettings) -> String {
    let smoothing =
      settings.changesFrequencies
      ? "frequencies" : "decay \(Format.short(decay)), blur \(Format.short(blur))"
    let turning =
      settings.turn > 0 || settings.zoom > 0
      ? ", turn \(Format.short(settings.turn)), zoom \(Format.short(settings.zoom))" : ""
    return """
      \(Format.counted(steps, "step")) of \(Format.short(rate)), \(smoothing), variation \
      \(Format.short(variation)), jitter \(jitter)\(turning)\
      \(settings.isOneUnit ? "; the middle unit" : "")
      """
  }

  /// The images of a filter.
  private struct Made {
    var filter: Int
    /// `filter 7`, or a class's name.
    var name: String
    /// `[seeds, H, W, C]`, from 0 to 1.
    var images: Tensor
    /// The objective of each image before each step, and at the end.
    var objectives: [[Float]]

    /// Whether any of its images excites it at all.
    var isExcited: Bool { (reached.max() ?? 0) > 0 }

    var reached: [Float] { objectives.last ?? [] }
    var begun: [Float] { objectives.first ?? [] }

    /// The scalars of a seed's image.
    func scalars(_ seed: Int) -> ArraySlice<Float> {
      let size = images.shape[1...].reduce(1, *)
      return images.scalars[seed * size..<(seed + 1) * size]
    }

    func image(_ seed: Int) -> Image {
      Image(
        width: images.shape[2], height: images.shape[1], channels: images.shape[3],
        pixels: scalars(seed).map { UInt8(($0 * 255).rounded()) })
    }

    /// The mean correlation of pairs of images; nil for one image or for constant ones.
    var agreement: Double? {
      let centered = (0..<images.shape[0]).map { seed -> [Double] in
        let image = scalars(seed).map { Double($0) }
        let mean = image.reduce(0, +) / Double(image.count)
        let norm = image.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
        return norm > 0 ? image.map { ($0 - mean) / norm } : []
      }
      var correlations: [Double] = []
      for (index, first) in centered.enumerated() {
        for second in centered[(index + 1)...] where !first.isEmpty && !second.isEmpty {
          correlations.append(zip(first, second).reduce(0) { $0 + $1.0 * $1.1 })
        }
      }
      return correlations.isEmpty
        ? nil : correlations.reduce(0, +) / Double(correlations.count)
    }
  }

  private func describe(
    _ made: [Made], _ seeds: [Int], _ layer: NumberedLayer, _ network: Network,
    _ result: inout CommandResult
  ) {
    result.table(
      made,
      columns: [
        Column(network.isClassLayer(layer) ? "class" : layer.filterNoun, .words) { $0.name },
        Column("from", .number(3)) { $0.begun.max() },
        Column("to, the best", .number(3)) { $0.reached.max() },
        Column("the worst", .number(3)) { $0.reached.min() },
        Column("agreement", .fixed(2)) { $0.isExcited ? $0.agreement : nil },
      ])
    result.section(
      seeds.count > 1
        ? "agreement: the mean correlation of the seeds' images, 1 where they are alike" : nil)
    let silent = made.filter { !$0.isExcited }.map(\.name)
    let hint =
      objective == .mean && layer.kind == .convolution
      ? "; --objective unit excites one unit instead of the whole map's mean" : ""
    result.section(
      silent.isEmpty
        ? nil
        : """
        warning: the objective stays at 0 or below, so that these images show nothing that excites \
        \(Words.list(silent))\(hint)
        """)
    let stuck = made.filter { ($0.reached.max() ?? 0) <= ($0.begun.max() ?? 0) }.map(\.name)
    result.section(
      stuck.isEmpty ? nil : "not excited beyond the start: \(Words.list(stuck))")
    result.rows = made.flatMap { made in
      seeds.indices.map { seed in
        JSON(
          layer, made.filter,
          [
            "seed": seeds[seed], "steps": steps, "objective_before": made.begun[seed],
            "objective": made.reached[seed], "excited": made.reached[seed] > 0,
          ])
      }
    }
    result.array(
      "images", shape: [made.count, seeds.count] + network.inputShape,
      made.flatMap { $0.images.scalars })
    result.array(
      "objective", shape: [made.count, seeds.count, steps + 1],
      made.flatMap { made in seeds.indices.flatMap { seed in made.objectives.map { $0[seed] } } })
  }
}

/// What of a map is excited.
enum Objective: String, ExpressibleByArgument, CaseIterable { case mean, unit }

/// What an image is made of.
enum Changed: String, ExpressibleByArgument, CaseIterable { case pixels, frequencies }
