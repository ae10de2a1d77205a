import Charts
import CommandSupport
import Images
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// A filter, the image it was looked for in, and what of it was brought down to the pixels.
struct ProjectedFilter {
  var filter: Int
  /// The image's position in the data set; nil for a file of one's own.
  var index: Int?
  /// Nil when the filter is dead.
  var input: InputImage?
  /// Nil when the filter is 0 there: a projection of nothing would be a gray image without a word.
  var projection: Projection?

  /// The unit that was kept; nil for a whole map.
  var unit: Activation2D? { projection?.units.first }
  /// What the unit sees.
  var field: (rows: Range<Int>, columns: Range<Int>)? { projection?.field(ofImage: 0) }
}

/// What `deconv project` does with each filter: one unit of it, or its whole map, to the pixels.
struct FilterProjector {
  let network: Network
  let layer: NumberedLayer
  let position: MapPosition?
  let isWholeMap: Bool
  let rule: ProjectionRule
  /// Of a projection's magnitudes, that is white or black.
  let percentile: Double

  /// Projects filters, of one image or each of the image that excites it most.
  ///
  /// - Parameters:
  ///   - image: the image for all filters; nil for each one's own strongest.
  ///   - images: where the strongest are looked for.
  /// - Returns: the filters, and in words what the images are.
  /// - Throws: `CommandFailure` when all filters are dead, or silent on the image.
  func project(
    _ filters: [Int], image: InputImage?, images: () throws -> DataImages,
    progress: ProgressBar.Style
  ) throws -> (found: [ProjectedFilter], images: String) {
    try checkPosition()
    if let image {
      let found = try filters.map {
        ProjectedFilter(filter: $0, input: image, projection: try projection(of: $0, image))
      }
      guard found.contains(where: { $0.projection != nil }) else {
        throw nothing(filters, "silent on \(image.name)", "0\(place)")
      }
      return (found, image.name)
    }
    let images = try images()
    let strongest = strongest(filters, in: images, progress)
    let found = try filters.map { filter in
      let index = strongest.entries(of: filter).first?.image
      let input = index.map { images.input($0, isStrongest: filters.count == 1) }
      return ProjectedFilter(
        filter: filter, index: index, input: input,
        projection: try input.flatMap { try projection(of: filter, $0) })
    }
    guard found.contains(where: { $0.input != nil }) else {
      throw nothing(filters, "dead\(place)", "0 on all \(images.description)")
    }
    return (found, "each one's strongest of \(images.description)")
  }

  /// The images that excite filters most: one pass over the data set. Of one filter its map alone is
  /// computed.
  private func strongest(
    _ filters: [Int], in images: DataImages, _ progress: ProgressBar.Style
  ) -> StrongestImages {
    var search = StrongestImages(
      of: layer, count: 1, filters: filters,
      positions: position.map { ($0.y..<$0.y + 1, $0.x..<$0.x + 1) })
    images.forEachBatch(progress: progress) { batch, indices in
      search.look(
        at: filters.count == 1
          ? network.deconvnet.map(of: filters[0], layer: layer, for: batch)
          : network.deconvnet.activations(of: batch, layer: layer), of: indices)
    }
    return search
  }

  /// What is kept of a filter.
  private func selection(of filter: Int) -> FeatureSelection {
    isWholeMap
      ? .map(filter: filter)
      : position.map { .position(filter: filter, y: $0.y, x: $0.x) } ?? .strongest(filter: filter)
  }

  private func projection(of filter: Int, _ image: InputImage) throws -> Projection? {
    let projection = try network.deconvnet.project(
      selection(of: filter), layer: layer.number, of: image.tensor(network.pixels), rule: rule)
    guard layer.isRectified else { return projection }
    let isActive =
      projection.units.first.map { $0.value > 0 }
      ?? projection.pixels.scalars.contains { $0 != 0 }
    return isActive ? projection : nil
  }

  private func nothing(_ filters: [Int], _ what: String, _ why: String) -> CommandFailure {
    let noun = layer.filterNoun
    return CommandFailure(
      filters.count == 1
        ? "\(noun) \(filters[0]) of \(layer) is \(what): it is \(why)"
        : "all \(filters.count) \(noun)s of \(layer) are \(what): they are \(why)")
  }

  /// ` at row 3, column 4`, or nothing.
  private var place: String { position.map { " at row \($0.y), column \($0.x)" } ?? "" }

  /// A position is checked before the pass, not after it.
  private func checkPosition() throws {
    guard let position else { return }
    let shape = network.deconvnet.activationShape(of: layer, input: network.inputShape)
    let (height, width) = shape.count == 3 ? (shape[0], shape[1]) : (1, 1)
    guard (0..<height).contains(position.y), (0..<width).contains(position.x) else {
      throw DeconvnetError.noSuchPosition(
        y: position.y, x: position.x, layer: "\(layer)", height: height, width: width)
    }
  }

  // MARK: Sheets

  /// A sheet of one filter: the image, what the unit sees of it, and the projection.
  func sheet(of found: ProjectedFilter) -> Drawing {
    guard let projection = found.projection, let input = found.input else {
      return TileSheet(title: "\(layer)", rows: []).drawing()
    }
    var title = "\(layer), \(layer.filterNoun) \(found.filter)"
    if network.isClassLayer(layer) { title += ", \(network.name(of: found.filter, in: layer))" }
    if let unit = found.unit {
      title += "\nactivation \(Format.number(unit.value))"
      if layer.kind == .convolution { title += " at row \(unit.y), column \(unit.x)" }
    } else {
      title += ": the whole map"
    }
    return projection.drawing(
      source: input.image, title: title, caption: input.caption, percentile: percentile)
  }

  /// The steps of one filter's projection.
  func stepSheet(of found: ProjectedFilter) throws -> Drawing {
    guard let input = found.input else { return TileSheet(title: "\(layer)", rows: []).drawing() }
    let steps = try network.deconvnet.projectionSteps(
      selection(of: found.filter), layer: layer.number, of: input.tensor(network.pixels),
      rule: rule)
    return steps.drawing(
      title:
        "its way down, rule \(rule.rawValue): of each step the strongest channels, on one scale",
      percentile: percentile)
  }

  /// What is beyond the scale, in words.
  var beyond: String {
    percentile < 100 ? " (beyond percentile \(Format.short(percentile)), too)" : ""
  }

  /// A sheet of several filters: a tile each.
  ///
  /// - Parameter sharedImage: whether all look at one image: of whole maps it is shown once.
  func sheet(of found: [ProjectedFilter], sharedImage: Bool) -> Drawing {
    let isImageShownOnce = sharedImage && isWholeMap
    let input = found.lazy.compactMap(\.input).first
    var tiles: [TileSheet.Tile] = []
    if isImageShownOnce, let input {
      tiles.append(TileSheet.Tile(input.image, side: 84, caption: "the image"))
    }
    for found in found {
      guard let projection = found.projection, let input = found.input else {
        let word = found.input == nil ? "dead" : "silent"
        tiles.append(TileSheet.Tile(nil, caption: "\(found.filter): \(word)"))
        continue
      }
      let signal = projection.image(percentile: percentile).image
      let panels = projection.panels(
        of: isImageShownOnce ? [signal] : [input.image, signal], side: 84)
      let value = found.unit.map { ": \(Format.number($0.value, digits: 3))" } ?? ""
      tiles.append(
        TileSheet.Tile(
          Drawing.beside(panels, spacing: 5).padded(by: 2), caption: "\(found.filter)\(value)"))
    }
    let sides =
      isImageShownOnce
      ? "projections of \(input?.caption ?? "")" : "what is seen left, its projection right"
    return TileSheet(
      title: "\(layer), \(isWholeMap ? "whole maps" : "one unit each")\n\(sides)", tiles: tiles
    ).drawing()
  }
}
