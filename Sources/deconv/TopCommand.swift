import ArgumentParser
import Charts
import CommandSupport
import Datasets
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// `deconv top`: the images that excite each filter most, and what in them does (Fig. 2).
struct TopCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "top", "Show the strongest images of each filter of a layer.",
    """
    Looks at every image of a data set once and keeps, for each filter, those that excite it most \
    (Zeiler & Fergus, Fig. 2). On the sheet the projections stand left, what the units saw of the \
    images right; what lies outside an image is light blue. --layer all --random 4 shows some filters \
    of every convolution, as the figure does.

    With --npy the arrays are index, y, x and value, [filters, count], -1 and NaN where a filter \
    has fewer images, and projection, [filters, count, height, width, channels]; of several layers \
    they are called layer1_index and so on.
    """)

  @Option(
    "The layer, or several: 2, conv1,conv2, all.", "layer",
    more: "A number from 1 or a name; all are all convolutions.")
  var layer: LayerList

  @Option("Filters, as 3,7 or 0-15.", "list") var filter = FilterList.all
  @Option("So many filters of each layer, drawn by lot.", "count", .atLeast(1)) var random: Int?
  @Option("Seed of that lot.") var seed = 1
  @Option("Images of each filter.", "number", .atLeast(1)) var count = 9

  @Flag(
    help: ArgumentHelp(
      "Leave out units that see over the image's border.",
      discussion: "There the network sees its padding, which looks like an edge."))
  var interior = false

  @Option("What rectifiers do to the signal.") var rule = ProjectionRule.deconvnet
  @Flag(help: "One scale for all projections of a filter.") var sharedScale = false
  @OptionGroup var contrast: ContrastOptions
  @OptionGroup var data: DataOptions
  @Option("The PNG or SVG to write. (default: layer2-top9.png, say)", "path") var output: String?
  @OptionGroup var lab: LabOptions

  func validate() throws {
    if random != nil, !filter.isAll {
      throw ValidationError("--random and --filter both say which filters; give one")
    }
  }

  func look(into network: Network) throws {
    let deconvnet = network.deconvnet
    let layers = try layer.layers(of: deconvnet)
    let chosen = try layers.map { try filters(of: $0, network) }
    func name(_ layer: NumberedLayer, _ array: String) -> String {
      layers.count == 1 ? array : "layer\(layer.number)_\(array)"
    }
    let outputs = try lab.outputs(
      output ?? (layers.count == 1 ? "layer\(layers[0].number)" : "layers") + "-top\(count).png",
      arrays: layers.flatMap { layer in
        ["index", "y", "x", "value", "projection"].map { name(layer, $0) }
      }, network)
    var searches = try zip(layers, chosen).map { layer, filters in
      StrongestImages(
        of: layer, count: count, filters: filters, positions: try positions(of: layer, in: network))
    }
    let images = try DataImages(data, for: network)
    images.forEachBatch(progress: lab.progress) { batch, indices in
      deconvnet.forEach(layers, of: batch) { place, activations in
        searches[place].look(at: activations, of: indices)
      }
    }
    var result = CommandResult(network)
    var sheets: [Drawing] = []
    for search in searches {
      let layer = search.layer
      var sheet = StrongestSheet(
        title: title(of: layer, images), filters: search.filters.count, count: count,
        sharesScale: sharedScale, percentile: contrast.percentile(for: network))
      var found = Found(count: count, keepsProjections: outputs.wantsArrays)
      result.fact(layer, filters: search.filters.count)
      try deconvnet.project(
        search, rule: rule, images: { images.tensor(at: $0) }
      ) { filter, entries, projections in
        sheet.add(
          filter: filter, projections: projections,
          sources: entries.map { images.image(at: $0.image) })
        found.add(filter, entries, projections)
        result.rows.append(
          JSON(
            layer, filter,
            [
              "dead": entries.isEmpty, "strongest": zip(entries, projections).map(images.json),
            ]))
      }
      describe(found, layer, images, &result)
      result.units(
        found.entries, found.projections.map { $0?.patch }, shape: [search.filters.count, count],
        named: { name(layer, $0) })
      let drawing = sheet.drawing()
      sheets.append(drawing)
      result.draw(drawing, tag: "top/\(layer.name)")
    }
    result.drawing = Drawing.stacked(sheets)
    try outputs.write(result)
  }

  /// The filters of a layer that are looked at.
  private func filters(of layer: NumberedLayer, _ network: Network) throws -> [Int] {
    let all = try filter.filters(of: layer, in: network.deconvnet)
    guard let random, random < all.count else { return all }
    var generator = SeededGenerator(seed: seed, 0x544F_50, layer.number)
    return all.shuffled(using: &generator).prefix(random).sorted()
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
    let count: Int
    let keepsProjections: Bool
    /// All filters' ranks, nil where a filter has fewer images.
    var entries: [StrongestImages.Entry?] = []
    var projections: [UnitProjection?] = []
    var dead: [Int] = []
    var rare: [Int] = []
    var strongest: (filter: Int, entry: StrongestImages.Entry)?
    var overBorder = 0

    mutating func add(
      _ filter: Int, _ found: [StrongestImages.Entry], _ projected: [UnitProjection]
    ) {
      if found.isEmpty {
        dead.append(filter)
      } else if found.count < count {
        rare.append(filter)
      }
      if let first = found.first, first.unit.value > strongest?.entry.unit.value ?? -.infinity {
        strongest = (filter, first)
      }
      overBorder += projected.count(where: \.reachesOverBorder)
      let missing = count - found.count
      entries += found.map(Optional.some) + Array(repeating: nil, count: missing)
      guard keepsProjections else { return }
      projections += projected.map(Optional.some) + Array(repeating: nil, count: missing)
    }
  }

  private func describe(
    _ found: Found, _ layer: NumberedLayer, _ images: DataImages, _ result: inout CommandResult
  ) {
    result.fact("images", images.description)
    result.fact("interior", interior ? "no unit that sees over the border" : nil)
    result.fact("dead", Words.filters(found.dead, of: found.entries.count / count, layer))
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
  }

  private func title(of layer: NumberedLayer, _ images: DataImages) -> String {
    """
    \(layer): the \(count) strongest of \(images.description)\(interior ? ", interior" : "")
    projections left, what the units saw right; each \
    \(layer.filterNoun) with its largest activation
    """
  }
}
