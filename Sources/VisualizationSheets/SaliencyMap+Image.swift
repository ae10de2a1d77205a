public import Images
import Tensors
import TextOutput
public import Visualization

extension SaliencyMap {
  /// The magnitudes as colours; the darkest is 0.
  package var heatMap: HeatMap {
    let values = magnitudes
    return HeatMap(
      values, rows: scores.shape[1], columns: scores.shape[2],
      scale: ContrastScale(.minMax, lowest: 0, highest: ContrastScale(.minMax, of: values).highest))
  }

  /// A sheet for people: the image, the signed scores in gray, their magnitudes as a heat map, and
  /// these over the image.
  public func sheet(source: Image, title: String) -> Image {
    let palette = SheetPalette()
    let map = heatMap
    var panels = [palette.topPanel(palette.enlarged(source), "the image")]
    if method != .gradcam {
      let scale = ContrastScale(.symmetric, of: scores.scalars)
      let signed = Image(
        contrastStretching: scores.scalars, width: map.columns, height: map.rows,
        channels: scores.shape[3], scale: scale)
      panels.append(
        palette.topPanel(
          palette.enlarged(signed), "signed",
          below: palette.text(
            scale.farthest == 0
              ? "0 everywhere" : "gray 0, white \(Format.short(scale.farthest))")))
    }
    panels.append(palette.topPanel(map, "magnitude"))
    panels.append(
      palette.topPanel(palette.enlarged(map.image(over: source)), "over the image"))
    return palette.topAligned(panels, title: title)
  }
}
