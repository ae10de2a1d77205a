import ArgumentParser
import CommandSupport
import Datasets
import Images
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// `deconv top`: the images that excite each filter most, and what in them does (Fig. 2).
struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Show the strongest images of each filter of a layer.",
    discussion: """
      Looks at every image of a data set once and keeps, for each filter, those that excite it most \
      (Zeiler & Fergus, Fig. 2). On the sheet the projections stand left, what the units saw of the \
      images right; what lies outside an image is light blue.

      With --npy the arrays are index, y, x and value, [filters, count], -1 and NaN where a filter \
      has fewer images, and projection, [filters, count, height, width, channels].

      \(ExitStatus.helpText)
      """)

  @OptionGroup var features: FeatureOptions

  @Option(help: ArgumentHelp("Images of each filter.", valueName: "number"))
  var count = 9

  @Flag(
    help: ArgumentHelp(
      "Leave out units that see over the image's border.",
      discussion: "There the network sees its padding, which looks like an edge."))
  var interior = false

  @Option(help: "What rectifiers do to the signal.")
  var rule = ProjectionRule.deconvnet

  @Flag(help: "One scale for all projections of a filter.")
  var sharedScale = false

  @OptionGroup var data: DataOptions

  @Option(
    help: ArgumentHelp("The PNG to write. (default: layer2-top9.png, say)", valueName: "path"))
  var output: String?

  @OptionGroup var lab: LabOptions

  func validate() throws {
    if count < 1 { throw ValidationError("--count is at least 1, not \(count)") }
  }

  func run() throws {
    try lab.run(pixels: data.pixels) { network in
      let (layer, filters) = try features.features(of: network.deconvnet)
      let outputs = try lab.outputs(
        output ?? "layer\(layer.number)-top\(count).png",
        arrays: ["index", "y", "x", "value", "projection"], network)
      let positions = try positions(of: layer, in: network)
      let images = try DataImages(data, for: network)

      var strongest = StrongestImages(
        of: layer, count: count, filters: filters, positions: positions)
      images.forEachBatch(progress: lab.progress) { batch, indices in
        strongest.look(at: network.deconvnet.activations(of: batch, layer: layer), of: indices)
      }
      var sheet = StrongestSheet(
        title: title(of: layer, images), filters: filters.count, count: count,
        sharesScale: sharedScale)
      var found = Found()
      try network.deconvnet.project(
        strongest, rule: rule, images: { images.tensor(at: $0) }
      ) { filter, entries, projections in
        sheet.add(
          filter: filter, projections: projections,
          sources: entries.map { images.image(at: $0.image) })
        found.add(
          filter, entries, projections, count,
          row: row(layer, filter, entries, projections, images),
          keepsPatches: outputs.wantsArrays)
      }
      var result = CommandResult(network)
      result.fact(layer)
      describe(found, layer, images, &result)
      result.rows = found.rows
      result.draw(sheet.image(), tag: "top/\(layer.name)")
      try outputs.write(result)
    }
  }

  private func positions(
    of layer: NumberedLayer, in network: Network
  ) throws -> (rows: Range<Int>, columns: Range<Int>)? {
    guard interior else { return nil }
    let map = network.deconvnet.activationShape(of: layer, input: network.inputShape)
    let positions = layer.interior(ofMap: map, image: network.inputShape)
    guard let positions, !positions.rows.isEmpty, !positions.columns.isEmpty else {
      throw CommandFailure(
        "every unit of \(layer) sees over the image's border; leave --interior out")
    }
    return positions
  }

  /// What was found of the filters, one after the other.
  private struct Found {
    var rows: [JSON] = []
    /// All filters' ranks, nil where a filter has fewer images.
    var entries: [StrongestImages.Entry?] = []
    var dead: [Int] = []
    var rare: [Int] = []
    var strongest: (filter: Int, entry: StrongestImages.Entry)?
    var overBorder = 0
    var patches: [Float] = []
    var patchShape = [0]

    mutating func add(
      _ filter: Int, _ found: [StrongestImages.Entry], _ projections: [UnitProjection],
      _ count: Int, row: JSON, keepsPatches: Bool
    ) {
      rows.append(row)
      if found.isEmpty {
        dead.append(filter)
      } else if found.count < count {
        rare.append(filter)
      }
      if let first = found.first, first.unit.value > strongest?.entry.unit.value ?? -.infinity {
        strongest = (filter, first)
      }
      overBorder += projections.count(where: \.reachesOverBorder)
      entries += found.map(Optional.some) + Array(repeating: nil, count: count - found.count)
      guard keepsPatches else { return }
      if patchShape == [0], let shape = projections.first?.patch.shape {
        // Filters that had no image before.
        patchShape = shape
        patches = Array(repeating: 0, count: (entries.count - count) * shape.reduce(1, *))
      }
      for projection in projections { patches += projection.patch.scalars }
      if patchShape != [0] {
        let missing = (count - found.count) * patchShape.reduce(1, *)
        patches += Array(repeating: 0, count: missing)
      }
    }
  }

  private func describe(
    _ found: Found, _ layer: NumberedLayer, _ images: DataImages, _ result: inout CommandResult
  ) {
    let filters = found.rows.count
    result.fact("images", images.description)
    result.fact("\(layer.filterNoun)s", "\(Format.count(filters)) of \(layer.filters)")
    result.fact("interior", interior ? "no unit that sees over the border" : nil)
    result.fact("dead", Words.filters(found.dead, of: filters, layer))
    result.fact(
      "rare",
      found.rare.isEmpty
        ? nil : "fewer than \(count) images: " + Words.list(found.rare.map(String.init)))
    result.fact(
      "strongest",
      found.strongest.map { filter, entry in
        "\(layer.filterNoun) \(filter), \(Format.number(entry.unit.value)) on "
          + images.name(of: entry.image)
      })
    let seen = found.entries.count { $0 != nil }
    if layer.receptiveField != nil, !interior, seen > 0 {
      let share = Double(found.overBorder) / Double(seen)
      result.fact("border", "\(Format.percent(share)) of the units see over the border")
    }
    result.fact("rule", rule.rawValue)
    result.fact(
      "scale", "gray 0, white the largest of \(sharedScale ? "all of a filter" : "each projection")"
    )
    let shape = [filters, count]
    result.array("index", shape: shape, found.entries.map { Int32($0?.image ?? -1) })
    result.array("y", shape: shape, found.entries.map { Int32($0?.unit.y ?? -1) })
    result.array("x", shape: shape, found.entries.map { Int32($0?.unit.x ?? -1) })
    result.array("value", shape: shape, found.entries.map { $0?.unit.value ?? .nan })
    result.array(
      "projection", shape: found.patchShape == [0] ? [0] : shape + found.patchShape, found.patches)
  }

  private func row(
    _ layer: NumberedLayer, _ filter: Int, _ entries: [StrongestImages.Entry],
    _ projections: [UnitProjection], _ images: DataImages
  ) -> JSON {
    JSON(
      layer, filter,
      [
        "dead": entries.isEmpty,
        "strongest": zip(entries, projections).map { entry, projection in
          JSON([
            "image": entry.image, "source": images.images.sources[entry.image],
            "label": images.classNames[images.images.labels[entry.image]], "y": entry.unit.y,
            "x": entry.unit.x, "activation": entry.unit.value,
            "rows": JSON.ends(projection.field?.rows),
            "columns": JSON.ends(projection.field?.columns),
            "over_border": projection.reachesOverBorder, "scale": projection.scale.farthest,
          ])
        },
      ])
  }

  private func title(of layer: NumberedLayer, _ images: DataImages) -> String {
    """
    \(layer): the \(count) strongest of \(images.description)\(interior ? ", interior" : "")
    projections left, what the units saw right; each \
    \(layer.filterNoun) with its largest activation
    """
  }
}
