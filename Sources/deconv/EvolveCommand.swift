import ArgumentParser
import CommandSupport
import Foundation
import Images
import ModelFiles
import Tensors
import TextOutput
import Visualization

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

  @OptionGroup var network: NetworkOptions
  @OptionGroup var data: DataSourceOptions

  @Option(help: ArgumentHelp("Its test or its train images.", valueName: "split"))
  var split = Split.train

  @OptionGroup var raw: RawOptions

  @Option(
    help: ArgumentHelp("The PNG to write. (default: layer2-evolution.png, say)", valueName: "path"))
  var output: String?

  @Option(help: ArgumentHelp("Also write an animation, a frame a step.", valueName: "path"))
  var gif: String?

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      let checkpoints = try KeptCheckpoints.paths(
        paths.isEmpty ? network.checkpoint.path.map { [$0] } ?? [] : paths,
        newest: { try Checkpoint.newest(under: network.runs) })
      let first = try moment(checkpoints[0])
      let (layer, filters) = try features.features(of: first.deconvnet)
      let output = try OutputFile(
        path: output ?? "layer\(layer.number)-evolution.png", force: force.isOn)
      let gif = try self.gif.map { try OutputFile(path: $0, force: force.isOn) }
      let files = try raw.files(EvolutionResult.arrays, force: force.isOn)
      let log = try ImageLog(first, folder: network.logdir)
      let images = try DataImages(data, split: split, for: first)

      var evolution = FeatureEvolution(filters: filters)
      var bar = ProgressBar(
        unit: "image", total: images.count * checkpoints.count, style: quiet.progressStyle)
      for (index, path) in checkpoints.enumerated() {
        let moment = index == 0 ? first : try moment(path)
        try check(moment, is: first, layer)
        var strongest = StrongestImages(of: layer, count: 1, filters: filters)
        images.forEachBatch { batch, indices in
          strongest.look(
            at: moment.deconvnet.activations(of: batch, layer: layer), of: indices)
          bar.update(index * images.count + strongest.seen)
        }
        try evolution.add(
          step: step(of: moment, index), strongest, of: moment.deconvnet, rule: rule
        ) { images.tensor(at: $0) }
      }
      bar.finish()

      let sheet = evolution.sheet(
        title: """
          \(layer): the strongest of \(images.description)
          coloured frame: another image than the step before
          """
      ).image()
      let frames = frames(of: evolution, layer)
      try sheet.write(to: output.path)
      try gif?.write(Data(Image.gifData(frames, delay: .milliseconds(800))))
      let result = EvolutionResult(evolution, layer: layer, images: images)
      try result.write(to: files)
      for (moment, frame) in zip(evolution.moments, frames) {
        try log?.log(frame, tag: "evolution/\(layer.name)", step: moment.step)
      }
      try raw.print(
        text: report(result, layer, images, checkpoints, output, gif).rendered(),
        objects: result.lines)
    }
  }

  /// The network of a moment.
  private func moment(_ path: String) throws -> Network {
    var options = network
    options.checkpoint.path = path
    return try Network(options, pixels: data.pixels)
  }

  private func step(of moment: Network, _ index: Int) -> Int {
    moment.checkpoint.state?.step ?? KeptCheckpoints.step(inName: moment.checkpoint.path) ?? index
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

  private func report(
    _ result: EvolutionResult, _ layer: NumberedLayer, _ images: DataImages,
    _ checkpoints: [String], _ output: OutputFile, _ gif: OutputFile?
  ) -> TextTable {
    var table = TextTable(("", .left), ("", .left))
    table.add(
      "checkpoints",
      "\(checkpoints.count), \(checkpoints[0]) to \(checkpoints[checkpoints.count - 1])")
    table.add("layer", "\(layer.number) (\(layer.name))")
    table.add("images", images.description)
    table.add(
      "\(layer.filterNoun)s",
      "\(Format.count(result.evolution.filters.count)) of \(layer.filters)")
    for (place, sentence) in result.sentences(layer).enumerated() {
      table.add(place == 0 ? "steps" : "", sentence)
    }
    table.add("jumps", result.jumps(layer))
    table.add("rule", rule.rawValue)
    table.add("scale", "gray 0, white the largest of each projection")
    table.add("output", output.path)
    if let gif { table.add("animation", gif.path) }
    return table
  }
}
