package import Charts
package import Images
import TextOutput
package import Visualization

/// The sheet of Fig. 2: for each filter the projections of its strongest units, beside what the units
/// saw of their images.
///
/// - Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
///   arXiv 1311.2901, §4, Fig. 2.
package struct StrongestSheet: Sendable {
  /// Lines above everything.
  package var title: String
  /// Whether the projections of a filter share a scale, so that their brightness can be compared.
  package let sharesScale: Bool
  private let columns: Int
  private let side: Int
  private let percentile: Double
  private var tiles: [TileSheet.Tile] = []

  /// An empty sheet.
  ///
  /// - `filters`: how many filters it will have.
  /// - `count`: images a filter, at most.
  /// - `percentile`: of each projection's magnitudes, that becomes white or black.
  package init(
    title: String, filters: Int, count: Int = 9, sharesScale: Bool = false,
    percentile: Double = 100
  ) {
    self.title = title
    self.percentile = percentile
    self.sharesScale = sharesScale
    var columns = 1
    while columns * columns < count { columns += 1 }
    self.columns = columns
    side = filters <= 2 ? 168 : filters <= 16 ? 70 : 42
  }

  /// Adds a filter.
  ///
  /// - `projections`: the strongest first; none for a dead filter.
  /// - `sources`: the image of each.
  package mutating func add(
    filter: Int, projections: [UnitProjection], sources: [Image]
  ) {
    precondition(
      projections.count == sources.count,
      "\(sources.count) images for \(projections.count) projections")
    guard let first = projections.first else {
      tiles.append(TileSheet.Tile(nil, caption: "\(filter): dead"))
      return
    }
    let shared = sharesScale ? ContrastScale.shared(by: projections, percentile) : nil
    let left = block(projections.map { $0.patchImage(scale: shared ?? $0.scale(percentile)) })
    let right = block(zip(projections, sources).map { $0.patch(of: $1) })
    tiles.append(
      TileSheet.Tile(
        Drawing.beside([left, right], spacing: 10).padded(by: 3),
        caption: "\(filter): \(Format.short(first.unit.activation.value))"))
  }

  /// The sheet.
  package func drawing() -> Drawing {
    var wide = 1
    // A tile is twice as wide as high.
    while 3 * wide * wide < 2 * tiles.count { wide += 1 }
    var sheet = TileSheet(title: title, tiles: tiles, columns: wide)
    sheet.gap = 18
    return sheet.drawing()
  }

  private func block(_ patches: [Image]) -> Drawing {
    Drawing.grid(patches.map { Drawing($0, fittedTo: side) }, columns: columns, spacing: 4)
  }
}
