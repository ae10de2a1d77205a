package import Charts
public import Images
import Tensors
public import Visualization

extension SaliencyMap {
  /// The magnitudes as colours; the darkest is 0.
  ///
  /// - Parameter percentile: of the magnitudes, from which on all are of the brightest colour.
  package func heatMap(percentile: Double = 100) -> HeatMap {
    let values = magnitudes
    return HeatMap(
      values, rows: scores.shape[1], columns: scores.shape[2],
      scale: ContrastScale(
        .minMax, lowest: 0,
        highest: ContrastScale(.symmetric, of: values, percentile: percentile).highest))
  }

  /// A sheet for people: the image, the signed scores in gray, their magnitudes as a heat map, and
  /// these over the image.
  public func sheet(source: Image, title: String) -> Image {
    drawing(source: source, title: title).image()
  }

  package func drawing(source: Image, title: String, percentile: Double = 100) -> Drawing {
    let palette = SheetPalette()
    let map = heatMap(percentile: percentile)
    var panels = [palette.topPanel(palette.enlarged(source), "the image")]
    if method != .gradcam {
      let scale = ContrastScale(.symmetric, of: scores.scalars, percentile: percentile)
      let signed = Image(
        contrastStretching: scores.scalars, width: map.columns, height: map.rows,
        channels: scores.shape[3], scale: scale)
      panels.append(
        palette.topPanel(
          palette.enlarged(signed), "signed",
          below: palette.text(scale.words)))
    }
    panels.append(palette.topPanel(map, "magnitude"))
    panels.append(
      palette.topPanel(palette.enlarged(map.image(over: source)), "over the image"))
    return palette.sheet(panels, title: title, alignment: .start)
  }
}
