import ArgumentParser
import CommandSupport
import Images
import ModelFiles
import Tensors
import TextOutput
import Visualization

/// `deconv top`: the images that excite each filter most, and what in them does (Fig. 2).
struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Show the strongest images of each filter of a layer.",
    discussion: """
      Looks at every image of a data set once and keeps, for each filter, those that excite it most \
      (Zeiler & Fergus, Fig. 2). On the sheet the projections stand left, what the units saw of the \
      images right; what lies outside an image is light blue.

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

  @OptionGroup var network: NetworkOptions
  @OptionGroup var data: DataOptions

  @OptionGroup var raw: RawOptions

  @Option(
    help: ArgumentHelp("The PNG to write. (default: layer2-top9.png, say)", valueName: "path"))
  var output: String?

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if count < 1 { throw ValidationError("--count is at least 1, not \(count)") }
  }

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      let network = try Network(network, pixels: data.pixels)
      let (layer, filters) = try features.features(of: network.deconvnet)
      let output = try OutputFile(
        path: output ?? "layer\(layer.number)-top\(count).png", force: force.isOn)
      let files = try raw.files(TopArrays.names, force: force.isOn)
      let log = try ImageLog(network, folder: self.network.logdir)
      let positions = try positions(of: layer, in: network)
      let images = try DataImages(data, for: network)

      var strongest = StrongestImages(
        of: layer, count: count, filters: filters, positions: positions)
      images.forEachBatch(progress: quiet.progressStyle) { batch, indices in
        strongest.look(
          at: network.deconvnet.activations(of: batch, layer: layer), of: indices)
      }
      var sheet = StrongestSheet(
        title: title(of: layer, images), filters: filters.count, count: count,
        sharesScale: sharedScale)
      var arrays = TopArrays(count: count)
      var found: [TopFilter] = []
      try network.deconvnet.project(
        strongest, rule: rule, images: { images.tensor(at: $0) }
      ) { filter, entries, projections in
        sheet.add(
          filter: filter, projections: projections,
          sources: entries.map { images.image(at: $0.image) })
        if files.areWanted { arrays.add(entries, projections) }
        found.append(
          TopFilter(layer: layer, filter: filter, entries, projections, images: images))
      }
      let image = sheet.image()
      try image.write(to: output.path)
      try arrays.write(to: files)
      try log?.log(image, tag: "top/\(layer.name)")
      try raw.print(
        text: report(found, layer, images, network, output).rendered(), objects: found)
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

  private func title(of layer: NumberedLayer, _ images: DataImages) -> String {
    """
    \(layer): the \(count) strongest of \(images.description)\(interior ? ", interior" : "")
    projections left, what the units saw right; each \
    \(layer.filterNoun) with its largest activation
    """
  }

  private func report(
    _ found: [TopFilter], _ layer: NumberedLayer, _ images: DataImages, _ network: Network,
    _ output: OutputFile
  ) -> TextTable {
    var table = TextTable(("", .left), ("", .left))
    table.add("checkpoint", network.checkpoint.path)
    table.add("layer", "\(layer.number) (\(layer.name))")
    table.add("images", images.description)
    table.add("\(layer.filterNoun)s", "\(Format.count(found.count)) of \(layer.filters)")
    if interior { table.add("interior", "no unit that sees over the border") }
    table.add(
      "dead", Words.filters(found.filter(\.dead).map(\.filter), of: found.count, layer))
    let few = found.filter { !$0.dead && $0.strongest.count < count }
    if !few.isEmpty {
      table.add(
        "rare",
        "fewer than \(count) images: " + Words.list(few.map { "\($0.filter)" }))
    }
    let strongest = found.filter { !$0.dead }.max {
      ($0.strongest[0].activation, -$0.filter) < ($1.strongest[0].activation, -$1.filter)
    }
    if let strongest {
      table.add(
        "strongest",
        "\(layer.filterNoun) \(strongest.filter), "
          + "\(Format.number(Double(strongest.strongest[0].activation))) "
          + "on \(images.name(of: strongest.strongest[0].image))")
    }
    let all = found.flatMap(\.strongest)
    let over = all.filter(\.over_border).count
    if layer.receptiveField != nil, !interior, !all.isEmpty {
      table.add(
        "border",
        "\(Format.percent(Double(over) / Double(all.count))) of the units see over the border")
    }
    table.add("rule", rule.rawValue)
    table.add(
      "scale",
      "gray 0, white the largest of \(sharedScale ? "all of a filter" : "each projection")")
    table.add("output", output.path)
    return table
  }
}
