import ArgumentParser
import Charts
import CommandSupport
import ModelFiles
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// `deconv occlude`: what the network makes of an image while a gray square covers parts of it.
struct OccludeCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "occlude", "Cover parts of an image and watch the network's answer.",
    """
    Moves a gray square over the image and draws three maps (Zeiler & Fergus, section 4.2, \
    figure 7): the summed activity of the feature map that is strongest on the whole image, the \
    probability of the class, and the most probable class. Dark places are those that matter.

    With --format json the first object is about the image, each other one about a place. With \
    --npy the arrays are activity, probability, best_class and probabilities.
    """)

  @OptionGroup var subject: SubjectOptions

  @Option("Side of the square, pixels. (default: a quarter of the image's)", "pixels", .atLeast(1))
  var size: Int?

  @Option("Pixels from place to place. (default: a 28th of the image)", "pixels", .atLeast(1))
  var stride: Int?

  @Option(
    "Gray of the square, 0 black to 1 white.", "gray", .within(0...1),
    more: "It is brought to the units of the network's input as pixels are.")
  var fill: Float = 0.5

  @Option("The layer of the feature map. (default: the highest convolution)", "layer")
  var layer: LayerName?

  @Option(
    "Projections from so many other images.", "count", .within(0...9),
    more: """
      Of the strongest map, from the images of the data set that excite it most: figure 7 (c). The \
      image's own projection stands on every sheet.
      """)
  var others = 0

  @Option("The PNG or SVG to write.", "path") var output = "occlusion.png"
  @OptionGroup var lab: LabOptions

  func look(into network: Network) throws {
    let layer = try network.convolution(layer, use: "whose units to watch")
    let occluder = try occluder(for: network)
    let outputs = try lab.outputs(
      output, arrays: ["activity", "probability", "best_class", "probabilities"], network)
    let subject = try subject.subject(for: network)
    let places = occluder.places(height: network.inputShape[0], width: network.inputShape[1])
    var bar = ProgressBar(
      unit: "place", total: places.rows * places.columns, style: lab.progress)
    let occlusion = network.deconvnet.occlude(
      subject.tensor, label: subject.label, layer: layer, with: occluder
    ) { bar.update($0) }
    bar.finish()

    let projections = try projections(of: occlusion, subject, network)
    var result = CommandResult(network)
    describe(occlusion, subject, &result)
    result.summary = [subject.json(network) + summary(occlusion) + outputs.json]
    result.draw(
      occlusion.drawing(
        source: subject.image.image,
        title: """
          \(subject.image.caption) covered by \(square(occluder))
          box: where p(\(subject.phrase)) is lowest
          """, classNames: subject.classNames.map(Subject.phrase), between: projections),
      tag: "occlusion/\(layer.name)")
    try outputs.write(result)
  }

  /// Fig. 7 (c): the strongest unit of the watched map in this image, and in those of the data set that
  /// excite it most.
  private func projections(
    of occlusion: Occlusion, _ subject: Subject, _ network: Network
  ) throws -> [Drawing] {
    let (layer, filter, deconvnet) = (occlusion.layer, occlusion.filter, network.deconvnet)
    let own = try deconvnet.project(
      .strongest(filter: filter), layer: layer.number, of: subject.tensor)
    let palette = SheetPalette()
    let percentile = ContrastOptions.percentile(for: network)
    let (signal, scale) = own.image(percentile: percentile)
    var panels = [
      palette.topPanel(
        signal, "its projection", box: own.field(ofImage: 0), note: scale.words)
    ]
    guard others > 0 else { return panels }
    let images = try DataImages(
      self.subject.one.data, for: network, remedy: "--others takes the images of a data set")
    var strongest = StrongestImages(of: layer, count: others, filters: [filter])
    images.forEachBatch(progress: lab.progress) { batch, numbers in
      strongest.look(
        at: deconvnet.map(of: filter, layer: layer, for: batch), of: numbers)
    }
    try deconvnet.project(strongest, images: { images.tensor(at: $0) }) { _, entries, found in
      let tiles = zip(entries, found).map { entry, projection in
        Drawing.beside(
          [
            projection.patchImage(scale: projection.scale(percentile)),
            projection.patch(of: images.image(at: entry.image)),
          ].map { Drawing($0, fittedTo: 80).framed(color: palette.frame) }, spacing: 4)
      }
      guard !tiles.isEmpty else { return }
      panels.append(
        Drawing.stacked(
          [
            palette.text("in other images"),
            Drawing.grid(tiles, columns: (others + 2) / 3, spacing: 6),
          ],
          spacing: 4))
    }
    return panels
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

  private func square(_ occluder: Occluder) -> String {
    "\(occluder.size)x\(occluder.size), stride \(occluder.stride), gray \(Format.short(fill))"
  }

  private func describe(
    _ occlusion: Occlusion, _ subject: Subject, _ result: inout CommandResult
  ) {
    result.fact("image", subject.image.name)
    result.fact("class", subject.answer)
    let units = Set(occlusion.occluder.fill).count == 1 ? 1 : occlusion.occluder.fill.count
    let fills = occlusion.occluder.fill.prefix(units).map { Format.number($0, digits: 3) }
    result.fact(
      "square",
      """
      \(square(occlusion.occluder)) (\(fills.joined(separator: ", ")) in the input): \
      \(Format.counted(occlusion.activity.count, "place")), \
      \(occlusion.rows)x\(occlusion.columns)
      """)
    result.fact(
      "activity",
      "\(occlusion.layer.filterNoun) \(occlusion.filter) of \(occlusion.layer), the strongest, "
        + "summed: " + extremes(occlusion.activity, clear: occlusion.clearActivity, occlusion))
    let probabilities = occlusion.labelProbabilities
    result.fact(
      "probability",
      "of \(subject.phrase): "
        + extremes(
          probabilities, clear: occlusion.clearProbabilities[occlusion.label], occlusion))
    result.fact("prediction", predictions(occlusion, subject))
    let best = occlusion.bestClasses
    result.table(
      Array(best.indices), shown: 0,
      columns: [
        Column(nil, key: "y") { occlusion.corner(ofPlace: $0).y },
        Column(nil, key: "x") { occlusion.corner(ofPlace: $0).x },
        Column(nil, key: "activity") { occlusion.activity[$0] },
        Column(nil, key: "probability") { probabilities[$0] },
        Column(nil, key: "best_class") { best[$0] },
      ])
    let shape = [occlusion.rows, occlusion.columns]
    result.array("activity", shape: shape, occlusion.activity)
    result.array("probability", shape: shape, probabilities)
    result.array("best_class", shape: shape, best.map { Int32($0) })
    result.array(
      "probabilities", shape: occlusion.probabilities.shape, occlusion.probabilities.scalars)
  }

  private func summary(_ occlusion: Occlusion) -> JSON {
    JSON([
      "layer": occlusion.layer.number, "filter": occlusion.filter,
      "size": occlusion.occluder.size, "stride": occlusion.occluder.stride, "fill": fill,
      "rows": occlusion.rows, "columns": occlusion.columns, "activity": occlusion.clearActivity,
      "probability": occlusion.clearProbabilities[occlusion.label],
      "best_class": occlusion.clearClass,
    ])
  }

  /// `0.82 uncovered, 0.25 at least, rows 3 to 9, columns 10 to 16 covered`.
  private func extremes(_ values: [Float], clear: Float, _ occlusion: Occlusion) -> String {
    let uncovered = "\(Format.number(clear, digits: 3)) uncovered"
    guard let lowest = values.min(), let highest = values.max(), lowest < highest else {
      return
        "\(uncovered), \(Format.number(values.first ?? 0, digits: 3)) wherever the square is"
    }
    let (low, high) = Format.range(lowest, highest)
    let corner = occlusion.corner(ofPlace: values.firstIndex(of: lowest) ?? 0)
    let last = occlusion.occluder.size - 1
    return """
      \(uncovered), \(low) with rows \(corner.y) to \(corner.y + last), columns \(corner.x) to \
      \(corner.x + last) covered, at most \(high)
      """
  }

  /// Which classes the image is taken for, and how often.
  private func predictions(_ occlusion: Occlusion, _ subject: Subject) -> String {
    var counts: [Int: Int] = [:]
    for label in occlusion.bestClasses { counts[label, default: 0] += 1 }
    let clear = occlusion.clearClass
    let all = occlusion.bestClasses.count
    let stays = counts[clear] ?? 0
    func name(_ label: Int) -> String { Subject.phrase(subject.classNames[label]) }
    if stays == all { return "\(name(clear)), wherever the square is" }
    let others = counts.filter { $0.key != clear }
      .sorted { ($0.value, -$0.key) > ($1.value, -$1.key) }
    let named = others.prefix(3).map { "\(name($0.key)) (\(Format.count($0.value)))" }
    let rest = others.count > 3 ? " and \(others.count - 3) more" : ""
    return """
      \(name(clear)) uncovered and at \(Format.count(stays)) of \(Format.count(all)) places; \
      elsewhere \(named.joined(separator: ", "))\(rest)
      """
  }
}
