package import Charts
package import Images
package import Visualization

extension ArchitectureReport {
  /// The first layer's filters with their spectra, and for each rectified layer how many of the images
  /// excite each filter; dead filters are marked.
  ///
  /// - `filters`: the first layer's filters as images; nil where they can't be shown.
  package func sheet(title: String, filters: [Image]?) -> Drawing {
    let palette = SheetPalette()
    var parts: [Drawing] = []
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
          Drawing.beside(
            [Drawing(filter, fittedTo: size), Drawing(power, fittedTo: size)], spacing: 4),
          caption: "\(index): " + bands(spectrum), isMarked: dead.contains(index))
      }
      parts.append(
        TileSheet(
          title: title + "\nfilters and their spectra: low/mid/high frequencies in percent",
          tiles: tiles
        ).drawing())
    } else {
      parts.append(TileSheet(title: title, rows: []).drawing())
    }
    for layer in layers where layer.layer.isRectified { parts.append(bars(layer, palette)) }
    return Drawing.stacked(parts)
  }

  private func bands(_ spectrum: FilterSpectrum) -> String {
    [spectrum.low, spectrum.middle, spectrum.high].map { "\(Int(($0 * 100).rounded()))" }
      .joined(separator: "/")
  }

  /// A bar a filter: the share of images that excite it; numbers stand below some.
  private func bars(_ layer: Layer, _ palette: SheetPalette) -> Drawing {
    let (height, count) = (60, layer.activity.count)
    let width = max(1, min(12, 1024 / max(1, count)))
    var chart = Drawing(width: max(1, count * width), height: height + 16)
    chart.fill(
      x: 0, y: 0, width: Double(count * width), height: Double(height), color: Color(gray: 240))
    let gap = width > 2 ? 1 : 0
    for (index, filter) in layer.activity.enumerated() {
      let share = filter.isDead ? 1 : filter.activeImageShare
      let bar = max(1, (share * Double(height)).rounded())
      chart.fill(
        x: Double(index * width), y: Double(height) - bar, width: Double(width - gap), height: bar,
        color: filter.isDead ? palette.mark : Color(gray: 90))
    }
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500].first { $0 * width >= 40 } ?? 1000
    for index in stride(from: 0, to: count, by: step) {
      chart.write(
        "\(index)", x: Double(index * width) + Double(width - gap) / 2, y: Double(height + 13),
        size: SheetPalette.captionSize, anchor: index == 0 ? .start : .middle)
    }
    let words =
      "\(layer.layer): share of images that excite each \(layer.layer.filterNoun), full height all; "
      + "\(layer.dead.count) of \(layer.activity.count) dead"
    return TileSheet(title: words, tiles: [TileSheet.Tile(chart)]).drawing()
  }
}
