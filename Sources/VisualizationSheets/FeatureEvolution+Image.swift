import Charts
package import Visualization

extension FeatureEvolution {
  /// The sheet of Fig. 4: a row a filter, a column a moment; jumps have a coloured frame.
  ///
  /// - Parameter columns: what stands over each moment; nil for its step.
  package func sheet(
    title: String, columns: [String]? = nil, percentile: Double = 100
  ) -> TileSheet {
    TileSheet(
      title: title, columnCaptions: columns ?? moments.map { "step \($0.step)" },
      rows: filters.indices.map { filter in
        TileSheet.Row(
          caption: "\(filters[filter])",
          moments.indices.map { tile(filter, at: $0, caption: "", percentile) })
      })
  }

  /// The sheet of one moment: all filters side by side.
  package func sheet(
    ofMoment moment: Int, title: String, percentile: Double = 100
  ) -> TileSheet {
    TileSheet(
      title: title,
      tiles: filters.indices.map { tile($0, at: moment, caption: "\(filters[$0])", percentile) })
  }

  private func tile(
    _ filter: Int, at moment: Int, caption: String, _ percentile: Double
  ) -> TileSheet.Tile {
    guard let projection = moments[moment].projections[filter] else {
      return TileSheet.Tile(nil, caption: caption.isEmpty ? "dead" : "\(caption): dead")
    }
    return TileSheet.Tile(
      projection.patchImage(scale: projection.scale(percentile)), side: 56, caption: caption,
      isMarked: jumps(filter: filter, at: moment))
  }
}
