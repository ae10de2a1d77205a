import CommandSupport
import Datasets
import Images
import ModelFiles
import TextOutput
import Visualization

/// `deconv project` of several filters: all on one sheet, and a table.
struct SeveralProjections {
  let sheet: Image
  let found: [ProjectedFilter]
  private let projector: FilterProjector
  /// What the images are, in words.
  private let imageNames: String

  /// - Parameters:
  ///   - image: the image for all filters; nil for each one's own strongest.
  ///   - images: where the strongest are looked for.
  /// - Throws: `CommandFailure` when all filters are dead, or silent on the image.
  init(
    _ projector: FilterProjector, filters: [Int], image: InputImage?,
    images: () throws -> DataImages, progress: ProgressBar.Style
  ) throws {
    self.projector = projector
    let layer = projector.layer
    var tiles: [TileSheet.Tile] = []
    var found: [ProjectedFilter] = []
    func add(_ filter: Int, _ input: InputImage?, index: Int?) throws {
      let projection = try input.flatMap { try projector.projection(of: filter, $0) }
      found.append(
        ProjectedFilter(
          projection, filter: filter, layer: layer, rule: projector.rule, image: index,
          source: input?.name))
      guard let projection, let input else {
        tiles.append(
          TileSheet.Tile(nil, caption: "\(filter): \(input == nil ? "dead" : "silent")"))
        return
      }
      tiles.append(
        Self.tile(
          projection, input, filter, isSourceShown: image == nil || !projector.isWholeMap))
    }
    if let image {
      imageNames = image.name
      try projector.search.checkPosition()
      if projector.isWholeMap { tiles.append(Self.tile(of: image)) }
      for filter in filters { try add(filter, image, index: nil) }
      guard found.contains(where: { !$0.silent }) else {
        throw CommandFailure(
          """
          all \(filters.count) \(layer.filterNoun)s of \(layer) are silent on \(image.name): they \
          are 0\(projector.search.place)
          """)
      }
    } else {
      let images = try images()
      imageNames = "each one's strongest of \(images.description)"
      let strongest = try projector.search.strongest(
        ofEach: filters, in: images, progress: progress)
      for filter in filters {
        let index = strongest.entries(of: filter).first?.image
        try add(filter, index.map { images.input($0) }, index: index)
      }
    }
    self.found = found
    let what = projector.isWholeMap ? "whole maps" : "one unit each"
    let sides =
      image == nil || !projector.isWholeMap
      ? "what is seen left, its projection right" : "projections of \(image?.caption ?? "")"
    sheet = TileSheet(title: "\(layer), \(what)\n\(sides)", tiles: tiles).image()
  }

  /// What the unit sees and its projection; of whole maps, the whole image.
  private static func tile(
    _ projection: Projection, _ input: InputImage, _ filter: Int, isSourceShown: Bool
  ) -> TileSheet.Tile {
    let signal = projection.image().image
    // Of one image for all it is enough to see it once.
    let shown = isSourceShown ? [input.image, signal] : [signal]
    let panels = projection.panels(of: shown, side: 84)
    var value = projection.units.first.map { ": \(Format.number(Double($0.value), digits: 3))" }
    if case .class = projection.selection { value = nil }
    return TileSheet.Tile(
      Image.beside(panels, spacing: 3, background: .white), caption: "\(filter)\(value ?? "")")
  }

  private static func tile(of input: InputImage) -> TileSheet.Tile {
    TileSheet.Tile(
      input.image.enlarged(by: max(1, 84 / max(input.image.width, input.image.height))),
      caption: "the image")
  }

  func report(_ output: OutputFile) -> TextTable {
    let (layer, network) = (projector.layer, projector.network)
    var table = TextTable(("", .left), ("", .left))
    table.add("checkpoint", network.checkpoint.path)
    table.add("layer", "\(layer.number) (\(layer.name))")
    table.add("\(layer.filterNoun)s", "\(Format.count(found.count)) of \(layer.filters)")
    table.add("image", imageNames)
    let dead = found.filter { $0.source == nil }.map(\.filter)
    let silent = found.filter { $0.silent && $0.source != nil }.map(\.filter)
    if silent.isEmpty {
      table.add("dead", Words.filters(dead, of: found.count, layer))
    } else {
      table.add("silent", Words.filters(silent, of: found.count, layer))
    }
    let strongest = found.filter { $0.activation != nil }
      .max { ($0.activation ?? 0, -$0.filter) < ($1.activation ?? 0, -$1.filter) }
    if let strongest, !(layer.isLast && layer.kind == .dense) {
      table.add(
        "strongest",
        "\(layer.filterNoun) \(strongest.filter), "
          + Format.number(Double(strongest.activation ?? 0)))
    }
    table.add("rule", projector.rule.rawValue)
    table.add("scale", "gray 0, white the largest of each projection, black the opposite")
    table.add("output", output.path)
    return table
  }
}
