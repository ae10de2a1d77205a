import Images
package import Visualization

extension FeatureEvolution {
  /// The sheet of Fig. 4: a row a filter, a column a moment; jumps have a coloured frame.
  package func sheet(title: String) -> TileSheet {
    TileSheet(
      title: title, columnCaptions: moments.map { "step \($0.step)" },
      rows: filters.indices.map { filter in
        TileSheet.Row(
          caption: "\(filters[filter])",
          moments.indices.map { tile(filter, at: $0, caption: "") })
      })
  }

  /// The sheet of one moment: all filters side by side.
  package func sheet(ofMoment moment: Int, title: String) -> TileSheet {
    TileSheet(
      title: title,
      tiles: filters.indices.map { tile($0, at: moment, caption: "\(filters[$0])") })
  }

  private func tile(_ filter: Int, at moment: Int, caption: String) -> TileSheet.Tile {
    guard let projection = moments[moment].projections[filter] else {
      return TileSheet.Tile(nil, caption: caption.isEmpty ? "dead" : "\(caption): dead")
    }
    return TileSheet.Tile(
      projection.patchImage().fitted(to: 56), caption: caption,
      isMarked: jumps(filter: filter, at: moment))
  }
}
