public import Tensors

extension Deconvnet {
  /// Projects the strongest units that a search found, a few filters at a time, so that neither the
  /// search nor this holds more than some images: only those that were found go through the network
  /// again.
  ///
  /// - `strongest`: the search, over all images.
  /// - `images`: gives images by their numbers, `[N, H, W, C]`.
  /// - `body`: is called for each filter in the search's order, with its strongest images and their
  ///   units' projections, both the strongest first; both empty for a dead filter. The `image` of a
  ///   projection's unit is its place among `images`, not its number.
  /// - Source: Zeiler & Fergus, arXiv 1311.2901, §4, Fig. 2.
  /// - Throws: `DeconvnetError`, or what `images` or `body` throws.
  public func project(
    _ strongest: StrongestImages, rule: ProjectionRule = .deconvnet,
    images: (_ numbers: [Int]) throws -> Tensor,
    _ body: (
      _ filter: Int, _ entries: [StrongestImages.Entry], _ projections: [UnitProjection]
    ) throws -> Void
  ) throws {
    let perGroup = max(1, Self.projectedAtOnce / strongest.count)
    for start in stride(from: 0, to: strongest.filters.count, by: perGroup) {
      let filters = strongest.filters[start..<min(start + perGroup, strongest.filters.count)]
      let entries = filters.map { strongest.entries(of: $0) }
      let numbers = entries.joined().map(\.image)
      let units = zip(filters, entries).flatMap { filter, entries in entries.map { (filter, $0) } }
        .enumerated().map { place, unit in
          FeatureUnit(image: place, filter: unit.0, activation: unit.1.unit)
        }
      let projections =
        units.isEmpty
        ? []
        : try project(units, layer: strongest.layer.number, of: images(numbers), rule: rule)
      var next = 0
      for (filter, entries) in zip(filters, entries) {
        try body(filter, entries, Array(projections[next..<next + entries.count]))
        next += entries.count
      }
    }
  }

  /// Units that are projected together.
  private static var projectedAtOnce: Int { 99 }
}
