package import Images
package import Visualization

extension ArchitectureReport {
  /// The first layer's filters with their spectra, and for each rectified layer how many of the images
  /// excite each filter; dead filters are marked.
  ///
  /// - `filters`: the first layer's filters as images; nil where they can't be shown.
  package func sheet(title: String, filters: [Image]?) -> Image {
    let palette = SheetPalette()
    var parts: [Image] = []
    let dead = Set(layers.first?.dead ?? [])
    if let filters, let spectra {
      let tiles = zip(filters, spectra).enumerated().map { index, pair in
        let (filter, spectrum) = pair
        let side = FilterSpectrum.side
        let power = Image(
          contrastStretching: spectrum.power.map { $0.squareRoot() }, width: side, height: side,
          scale: ContrastScale(
            .minMax, lowest: 0, highest: max(1e-30, spectrum.power.max() ?? 0).squareRoot()))
        let size = 64
        return TileSheet.Tile(
          Image.beside(
            [filter.fitted(to: size), power.fitted(to: size)], spacing: 2,
            background: palette.background),
          caption: "\(index): " + bands(spectrum), isMarked: dead.contains(index))
      }
      parts.append(
        TileSheet(
          title: title + "\nfilters and their spectra: low/mid/high frequencies in percent",
          tiles: tiles
        ).image())
    } else {
      parts.append(TileSheet(title: title, rows: []).image())
    }
    for layer in layers where layer.layer.isRectified { parts.append(bars(layer, palette)) }
    return palette.stacked(parts)
  }

  private func bands(_ spectrum: FilterSpectrum) -> String {
    [spectrum.low, spectrum.middle, spectrum.high].map { "\(Int(($0 * 100).rounded()))" }
      .joined(separator: "/")
  }

  /// A bar a filter: the share of images that excite it.
  private func bars(_ layer: Layer, _ palette: SheetPalette) -> Image {
    let (height, width) = (60, max(1, min(12, 1024 / max(1, layer.activity.count))))
    var chart = Image(
      width: max(1, layer.activity.count * width), height: height, channels: 3,
      filledWith: Color(gray: 240))
    for (index, filter) in layer.activity.enumerated() {
      let bar = max(1, Int((filter.activeImageShare * Double(height)).rounded()))
      let gap = width > 2 ? 1 : 0
      if filter.isDead {
        chart.fill(x: index * width, y: 0, width: width - gap, height: height, color: palette.mark)
      } else {
        chart.fill(
          x: index * width, y: height - bar, width: width - gap, height: bar,
          color: Color(gray: 90))
      }
    }
    let words =
      "\(layer.layer): share of images that excite each \(layer.layer.filterNoun), "
      + "\(layer.dead.count) of \(layer.activity.count) dead"
    return TileSheet(title: words, tiles: [TileSheet.Tile(chart)]).image()
  }
}
