package import Charts
import Images
package import Tensors
package import Visualization

/// The maps of a layer as a sheet: one tile a filter, or all units of a dense layer as one image.
///
/// - Source: Zeiler & Fergus, arXiv 1311.2901, Fig. 7(b): feature maps as images.
package struct MapSheet: Sendable {
  private let maps: Tensor
  private let layer: NumberedLayer
  private let filters: [Int]
  private let sharesScale: Bool

  /// - `maps`: of one image, `[H, W, filters]` or `[units]`.
  /// - `filters`: those to show.
  /// - `sharesScale`: black is then 0 or the lowest of all, and white the largest of all; otherwise of
  ///   each map.
  package init(_ maps: Tensor, of layer: NumberedLayer, filters: [Int], sharesScale: Bool = false) {
    precondition(
      maps.shape.last == layer.filters,
      "maps of shape \(maps.shape) for \(layer.filters) filters")
    self.maps = maps
    self.layer = layer
    self.filters = filters
    self.sharesScale = sharesScale
  }

  /// The sheet.
  ///
  /// - `first`: a tile before all others: the image. One that is much larger than the maps stands left
  ///   of all of them, so that it leaves no holes among them.
  /// - `caption`: what stands below a filter's map; its number is added.
  /// - `isMarked`: which filters get a coloured frame.
  package func drawing(
    title: String, first: TileSheet.Tile? = nil, caption: (_ filter: Int) -> String,
    isMarked: (_ filter: Int) -> Bool = { _ in false }
  ) -> Drawing {
    var tiles: [TileSheet.Tile] = []
    let planes = filters.map(plane)
    let side = maps.rank == 3 ? max(maps.shape[0], maps.shape[1]) : 1
    let goal = side > 112 ? side : 56
    func scale(_ scalars: some Sequence<Float>) -> ContrastScale {
      // A map that is the same everywhere is black where that is 0, and not an arbitrary gray.
      let own = ContrastScale(.minMax, of: scalars)
      let lowest = min(0, own.lowest)
      return ContrastScale(.minMax, lowest: lowest, highest: max(own.highest, lowest + 1e-12))
    }
    let shared = sharesScale ? scale(planes.joined()) : nil
    if maps.rank == 3 {
      for (filter, plane) in zip(filters, planes) {
        let map = Image(
          contrastStretching: plane, width: maps.shape[1], height: maps.shape[0],
          scale: shared ?? scale(plane))
        tiles.append(
          TileSheet.Tile(
            map, side: max(goal, side), caption: "\(filter)\(caption(filter))",
            isMarked: isMarked(filter)))
      }
    } else {
      tiles.append(units(planes.map { $0[0] }, scale(planes.joined())))
    }
    guard let first else { return TileSheet(title: title, tiles: tiles).drawing() }
    func extent(of tile: TileSheet.Tile?) -> Int {
      max(tile?.drawing?.width ?? 0, tile?.drawing?.height ?? 0)
    }
    guard tiles.count > 1, extent(of: first) > 2 * extent(of: tiles.first) else {
      return TileSheet(title: title, tiles: [first] + tiles).drawing()
    }
    return Drawing.beside(
      [
        TileSheet(title: "", tiles: [first]).drawing(),
        TileSheet(title: title, tiles: tiles).drawing(),
      ])
  }

  /// Units as little squares, in rows.
  private func units(_ values: [Float], _ scale: ContrastScale) -> TileSheet.Tile {
    var wide = 1
    while wide * wide < values.count { wide += 1 }
    let squares = values.map {
      Drawing(Image(width: 1, height: 1, channels: 1, pixels: [scale.byte(of: $0)]), enlargedBy: 8)
    }
    return TileSheet.Tile(
      Drawing.grid(squares, columns: wide, spacing: 1),
      caption: "\(values.count) units, \(filters[0]) to \(filters[filters.count - 1]) in rows")
  }

  private func plane(_ filter: Int) -> [Float] {
    Kernels.channels(filter..<filter + 1, of: maps).scalars
  }
}
