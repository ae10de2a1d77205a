import ArgumentParser
import Charts
import CommandSupport
import Datasets
import Images
import ModelFiles
import TensorBoard
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// `deconv evolve`: what excites each filter most, over the checkpoints of a run (Fig. 4).
struct EvolveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "evolve", "Show how the features of a layer grow during training.",
    """
    For each checkpoint of a run, finds the image that excites each filter most and projects its \
    unit (Zeiler & Fergus, Fig. 4). tbtrain lenet --keep-checkpoints 1,2,5,10,20 keeps what this \
    takes. On the sheet a row is a filter and a column a step; a coloured frame says that another \
    image than the step before became the strongest.

    With --npy the arrays are step, and index, y, x, value and projection, [steps, filters, …]: \
    -1, NaN and zeros for dead filters.
    """)

  @Argument(
    help: ArgumentHelp(
      "A run's directory, or checkpoints in order. (default: --checkpoint)",
      valueName: "checkpoints"))
  var paths: [String] = []

  @OptionGroup var features: FeatureOptions
  @Option("What rectifiers do to the signal.") var rule = ProjectionRule.deconvnet
  @OptionGroup var contrast: ContrastOptions
  @OptionGroup var data: DataOptions
  @Option("The PNG or SVG to write. (default: layer2-evolution.png, say)", "path") var output:
    String?
  @Option("Also write an animation, a frame a step.", "path") var gif: String?
  @OptionGroup var lab: LabOptions

  /// The command's own: of several checkpoints no one is the network.
  func run() throws {
    try lab.onThreads {
      let checkpoints = try KeptCheckpoints.paths(
        paths.isEmpty ? lab.checkpoint.map { [$0] } ?? [] : paths,
        newest: { try Checkpoint.newest(under: lab.runs) })
      try look(into: network(checkpoints[0]), checkpoints)
    }
  }

  private func look(into first: Network, _ checkpoints: [String]) throws {
    let (layer, filters) = try features.features(of: first.deconvnet)
    let outputs = try lab.outputs(
      output ?? "layer\(layer.number)-evolution.png",
      arrays: ["step", "index", "y", "x", "value", "projection"], first)
    let gif = try lab.results.file(self.gif)
    let images = try DataImages(data, split: .train, for: first)
    let evolution = try evolution(of: checkpoints, first, layer, filters, images)

    var result = CommandResult()
    result.fact(
      "checkpoints",
      "\(checkpoints.count), \(checkpoints[0]) to \(checkpoints[checkpoints.count - 1])")
    result.fact(layer, filters: filters.count)
    describe(evolution, of: layer, images, &result)
    result.fact("animation", gif?.path)
    let percentile = contrast.percentile(for: first)
    let names = names(of: evolution, first, images)
    let frames = frames(of: evolution, names, percentile, layer)
    try gif?.write(Image.gifData(frames, delay: .milliseconds(800)))
    result.drawing =
      evolution.sheet(
        title: """
          \(layer): the strongest of \(images.description)
          coloured frame: another image than the step before
          """, columns: names, percentile: percentile
      ).drawing()
    for (moment, frame) in zip(evolution.moments, frames) {
      result.log(try .image("evolution/\(layer.name)", frame), step: moment.step)
    }
    try outputs.write(result)
  }

  /// The network of a checkpoint.
  private func network(_ path: String) throws -> Network {
    var options = lab
    options.checkpoint = path
    return try Network(options)
  }

  private func evolution(
    of checkpoints: [String], _ first: Network, _ layer: NumberedLayer, _ filters: [Int],
    _ images: DataImages
  ) throws -> FeatureEvolution {
    var evolution = FeatureEvolution(filters: filters)
    var bar = ProgressBar(
      unit: "image", total: images.count * checkpoints.count, style: lab.progress)
    for (index, path) in checkpoints.enumerated() {
      let moment = index == 0 ? first : try network(path)
      try check(moment, is: first, layer)
      var strongest = StrongestImages(of: layer, count: 1, filters: filters)
      images.forEachBatch { batch, indices in
        strongest.look(at: moment.deconvnet.activations(of: batch, layer: layer), of: indices)
        bar.update(index * images.count + strongest.seen)
      }
      let step = moment.checkpoint.state?.step ?? KeptCheckpoints.step(inName: path) ?? index
      try evolution.add(step: step, strongest, of: moment.deconvnet, rule: rule) {
        images.tensor(at: $0)
      }
    }
    bar.finish()
    return evolution
  }

  private func check(_ moment: Network, is first: Network, _ layer: NumberedLayer) throws {
    let same = try? moment.deconvnet.layer(layer.number)
    guard moment.inputShape == first.inputShape, same == layer else {
      throw CommandFailure(
        """
        \(moment.checkpoint.path): is of another network than \(first.checkpoint.path), whose \
        \(layer) has \(layer.filters) \(layer.filterNoun)s
        """)
    }
  }

  /// What the moments are called: `epoch 5` where the checkpoint says how large a batch was and the images
  /// are those that it learned from, else `step 500`.
  private func names(
    of evolution: FeatureEvolution, _ network: Network, _ images: DataImages
  ) -> [String] {
    let isOwn = data.data == nil && data.perClass == nil && images.split == .train
    let batchSize = isOwn ? KeptCheckpoints.batchSize(of: network.checkpoint) : nil
    return evolution.moments.map { moment in
      guard let batchSize else { return "step \(Format.count(moment.step))" }
      let epochs = Double(moment.step) / Double(images.images.stepsPerEpoch(batchSize: batchSize))
      return "epoch \(Format.short(epochs))"
    }
  }

  /// An image a moment, all of one size.
  private func frames(
    of evolution: FeatureEvolution, _ names: [String], _ percentile: Double, _ layer: NumberedLayer
  ) -> [Image] {
    let sheets = evolution.moments.indices.map { index in
      evolution.sheet(
        ofMoment: index, title: "\(layer), \(names[index])", percentile: percentile
      ).drawing()
    }
    let (width, height) = (sheets.map(\.width).max() ?? 1, sheets.map(\.height).max() ?? 1)
    return sheets.map { $0.extended(width: width, height: height).image() }
  }

  private func describe(
    _ evolution: FeatureEvolution, of layer: NumberedLayer, _ images: DataImages,
    _ result: inout CommandResult
  ) {
    let (moments, filters) = (evolution.moments, evolution.filters)
    result.fact("images", images.description)
    for index in moments.indices {
      result.fact(index == 0 ? "steps" : "", sentence(evolution, at: index))
    }
    result.fact("jumps", jumps(evolution, layer))
    result.fact("rule", rule.rawValue)
    result.fact("scale", "gray 0, white the largest of each projection")

    result.rows = filters.indices.flatMap { filter in
      moments.enumerated().map { index, moment in
        let entry = moment.strongest[filter]
        // Whether another image than at the step before is the strongest.
        let jumps = evolution.jumps(filter: filter, at: index)
        return JSON(
          layer, filters[filter], ["step": moment.step, "dead": entry == nil, "jump": jumps])
          + images.json(entry, moment.projections[filter])
      }
    }
    result.array("step", moments.map { Int64($0.step) })
    result.units(
      moments.flatMap(\.strongest), moments.flatMap { $0.projections.map { $0?.patch } },
      shape: [moments.count, filters.count])
  }

  /// What happened until a step.
  private func sentence(_ evolution: FeatureEvolution, at index: Int) -> String {
    let (moment, count) = (evolution.moments[index], evolution.filters.count)
    let dead = moment.strongest.count { $0 == nil }
    let jumped = evolution.filters.indices.count { evolution.jumps(filter: $0, at: index) }
    var parts: [String] = []
    if index > 0 {
      parts.append(
        jumped == 0
          ? "all from the same image as before"
          : "\(jumped) of \(count) from another image than before")
    }
    if dead > 0 { parts.append("\(dead) of \(count) dead") }
    if let largest = moment.strongest.compactMap({ $0?.unit.value }).max() {
      parts.append("largest activation \(Format.number(largest, digits: 3))")
    }
    return "\(Format.count(moment.step)): " + parts.joined(separator: ", ")
  }

  /// Which filters jumped last and most.
  private func jumps(_ evolution: FeatureEvolution, _ layer: NumberedLayer) -> String {
    let jumps = evolution.filters.indices.map { evolution.jumps(filter: $0) }
    guard let last = jumps.compactMap(\.last).max(), let most = jumps.map(\.count).max() else {
      return "none: every \(layer.filterNoun) keeps its image"
    }
    func names(_ isMeant: ([Int]) -> Bool) -> String {
      Words.list(zip(evolution.filters, jumps).filter { isMeant($0.1) }.map { "\($0.0)" })
    }
    let steady = jumps.count(where: \.isEmpty)
    var words = "most often \(names { $0.count == most }) (\(most)x)"
    words +=
      last == evolution.moments.count - 1
      ? ", at the last step still \(names { $0.last == last })"
      : ", none since step \(Format.count(evolution.moments[last].step))"
    if steady > 0 { words += "; \(steady) of \(jumps.count) never" }
    return words
  }
}
