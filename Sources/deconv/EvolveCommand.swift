import ArgumentParser
import CommandSupport
import Datasets
import Foundation
import Images
import ModelFiles
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// `deconv evolve`: what excites each filter most, over the checkpoints of a run (Fig. 4).
struct EvolveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evolve",
    abstract: "Show how the features of a layer grow during training.",
    discussion: """
      For each checkpoint of a run, finds the image that excites each filter most and projects its \
      unit (Zeiler & Fergus, Fig. 4). tbtrain lenet --keep-checkpoints 1,2,5,10,20 keeps what this \
      takes. On the sheet a row is a filter and a column a step; a coloured frame says that another \
      image than the step before became the strongest.

      With --npy the arrays are step, and index, y, x, value and projection, [steps, filters, …]: \
      -1, NaN and zeros for dead filters.

      \(ExitStatus.helpText)
      """)

  @Argument(
    help: ArgumentHelp(
      "A run's folder, or checkpoints in order. (default: --checkpoint)",
      valueName: "checkpoints"))
  var paths: [String] = []

  @OptionGroup var features: FeatureOptions

  @Option(help: "What rectifiers do to the signal.")
  var rule = ProjectionRule.deconvnet

  @OptionGroup var data: DataSourceOptions

  @Option(help: ArgumentHelp("Its test or its train images.", valueName: "split"))
  var split = Split.train

  @Option(
    help: ArgumentHelp("The PNG to write. (default: layer2-evolution.png, say)", valueName: "path"))
  var output: String?

  @Option(help: ArgumentHelp("Also write an animation, a frame a step.", valueName: "path"))
  var gif: String?

  @OptionGroup var lab: LabOptions

  func run() throws {
    try lab.onThreads {
      let checkpoints = try KeptCheckpoints.paths(
        paths.isEmpty ? lab.network.checkpoint.path.map { [$0] } ?? [] : paths,
        newest: { try Checkpoint.newest(under: lab.network.runs) })
      let first = try moment(checkpoints[0])
      let (layer, filters) = try features.features(of: first.deconvnet)
      let outputs = try lab.outputs(
        output ?? "layer\(layer.number)-evolution.png",
        arrays: ["step", "index", "y", "x", "value", "projection"], first)
      let gif = try lab.results.file(self.gif)
      let images = try DataImages(data, split: split, for: first)
      let evolution = try evolution(of: checkpoints, first, layer, filters, images)

      var result = CommandResult()
      result.fact(
        "checkpoints",
        "\(checkpoints.count), \(checkpoints[0]) to \(checkpoints[checkpoints.count - 1])")
      result.fact(layer)
      describe(evolution, of: layer, images, &result)
      result.fact("animation", gif?.path)
      let frames = frames(of: evolution, layer)
      try gif?.write(Data(Image.gifData(frames, delay: .milliseconds(800))))
      result.sheet =
        evolution.sheet(
          title: """
            \(layer): the strongest of \(images.description)
            coloured frame: another image than the step before
            """
        ).image()
      for (moment, frame) in zip(evolution.moments, frames) {
        result.log(frame, tag: "evolution/\(layer.name)", step: moment.step)
      }
      try outputs.write(result)
    }
  }

  /// The network of a moment.
  private func moment(_ path: String) throws -> Network {
    var options = lab.network
    options.checkpoint.path = path
    return try Network(options, pixels: data.pixels)
  }

  private func evolution(
    of checkpoints: [String], _ first: Network, _ layer: NumberedLayer, _ filters: [Int],
    _ images: DataImages
  ) throws -> FeatureEvolution {
    var evolution = FeatureEvolution(filters: filters)
    var bar = ProgressBar(
      unit: "image", total: images.count * checkpoints.count, style: lab.progress)
    for (index, path) in checkpoints.enumerated() {
      let moment = index == 0 ? first : try moment(path)
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

  /// An image a moment, all of one size.
  private func frames(of evolution: FeatureEvolution, _ layer: NumberedLayer) -> [Image] {
    let sheets = evolution.moments.indices.map { index in
      evolution.sheet(
        ofMoment: index, title: "\(layer), step \(evolution.moments[index].step)"
      ).image()
    }
    let (width, height) = (sheets.map(\.width).max() ?? 1, sheets.map(\.height).max() ?? 1)
    return sheets.map { $0.cropped(x: 0, y: 0, width: width, height: height, fill: .white) }
  }

  private func describe(
    _ evolution: FeatureEvolution, of layer: NumberedLayer, _ images: DataImages,
    _ result: inout CommandResult
  ) {
    let (moments, filters) = (evolution.moments, evolution.filters)
    result.fact("images", images.description)
    result.fact("\(layer.filterNoun)s", "\(Format.count(filters.count)) of \(layer.filters)")
    for index in moments.indices {
      result.fact(index == 0 ? "steps" : "", sentence(evolution, at: index))
    }
    result.fact("jumps", jumps(evolution, layer))
    result.fact("rule", rule.rawValue)
    result.fact("scale", "gray 0, white the largest of each projection")

    for filter in filters.indices {
      for (index, moment) in moments.enumerated() {
        let (entry, projection) = (moment.strongest[filter], moment.projections[filter])
        result.rows.append(
          JSON(
            layer, filters[filter],
            [
              "step": moment.step, "dead": entry == nil,
              // Whether another image than at the step before is the strongest.
              "jump": evolution.jumps(filter: filter, at: index), "image": entry?.image,
              "source": entry.map { images.images.sources[$0.image] },
              "label": entry.map { images.classNames[images.images.labels[$0.image]] },
              "y": entry?.unit.y, "x": entry?.unit.x, "activation": entry?.unit.value,
              "rows": JSON.ends(projection?.field?.rows),
              "columns": JSON.ends(projection?.field?.columns),
              "scale": projection?.scale.farthest,
            ]))
      }
    }
    let entries = moments.flatMap(\.strongest)
    let shape = [moments.count, filters.count]
    result.array("step", moments.map { Int64($0.step) })
    result.array("index", shape: shape, entries.map { Int32($0?.image ?? -1) })
    result.array("y", shape: shape, entries.map { Int32($0?.unit.y ?? -1) })
    result.array("x", shape: shape, entries.map { Int32($0?.unit.x ?? -1) })
    result.array("value", shape: shape, entries.map { $0?.unit.value ?? .nan })
    let patches = moments.flatMap { $0.projections.map { $0?.patch } }
    let patch = patches.lazy.compactMap { $0?.shape }.first ?? [0]
    let empty = [Float](repeating: 0, count: patch.reduce(1, *))
    result.array(
      "projection", shape: shape + patch, patches.flatMap { $0?.scalars ?? empty })
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
