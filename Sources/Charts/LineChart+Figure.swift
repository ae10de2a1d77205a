import TextOutput

extension LineChart {
  /// A chart as a part of a web page, whose style sheet colours it.
  public struct Figure: Sendable {
    /// The `<svg>` element, without headline, legend and background.
    public var svg: String
    /// Where numbers lie in it, for a script that shows values under the pointer.
    public var geometry: Geometry
  }

  /// Where numbers lie in a figure: `left + (x - lowestX) / (highestX - lowestX) * (right - left)`, and
  /// so upwards. On a logarithmic axis, lowest and highest are powers of ten.
  public struct Geometry: Sendable, Equatable {
    /// Sides of the plot, in the units of the `viewBox`.
    public var left: Double, right: Double, top: Double, bottom: Double
    /// Ends of the horizontal axis.
    public var lowestX: Double, highestX: Double
    /// Ends of the vertical axis.
    public var lowestY: Double, highestY: Double
  }

  /// The chart for a page: as wide as its place there, in the style sheet's colours.
  ///
  /// Classes: `grid` on the lines behind, `raw` on faint curves, `curve` on curves, `dot` on single
  /// points, `band` on bands, beside each series' own `styleClass`.
  ///
  /// - `label`: What the chart shows, for those who don't see it.
  /// - `marksPoints`: Whether curves of few points show each of them.
  public func figure(
    width: Int, height: Int, label: String, marksPoints: Bool = true
  ) -> Figure {
    let frame = ChartFrame(
      self, width: Double(width), height: Double(height), letter: (width: 6.5, height: 12),
      legendLines: 0, tickSpacing: 2.8)
    var svg = """
      <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(Markup.escapedLine(label))">
      <path class="grid" d="
      """
    var texts = ""
    func text(_ text: String, _ x: Double, _ y: Double, _ anchor: String) {
      texts +=
        #"<text x="\#(SVGText.short(x))" y="\#(SVGText.short(y))" text-anchor="\#(anchor)">"#
        + "\(Markup.escapedLine(text))</text>"
    }
    for tick in frame.yTicks {
      let y = frame.bottom - tick.place * (frame.bottom - frame.top)
      svg += "M\(SVGText.short(frame.left)) \(SVGText.short(y))H\(SVGText.short(frame.right))"
      text(tick.text, frame.left - 6, y + 4, "end")
    }
    for tick in frame.xTicks {
      let x = frame.left + tick.place * (frame.right - frame.left)
      svg += "M\(SVGText.short(x)) \(SVGText.short(frame.top))V\(SVGText.short(frame.bottom))"
      text(tick.text, x, frame.bottom + 15, "middle")
    }
    if !xName.isEmpty { text(xName, (frame.left + frame.right) / 2, frame.bottom + 30, "middle") }
    svg += "\"/>\(texts)\n"
    for one in series {
      svg += band(one, frame)
      if !one.faint.isEmpty { svg += curve(one.faint, frame, "raw \(one.styleClass)", false) }
    }
    for one in series {
      svg += curve(one.points, frame, "curve \(one.styleClass)", marksPoints)
    }
    let geometry = Geometry(
      left: frame.left, right: frame.right, top: frame.top, bottom: frame.bottom,
      lowestX: frame.x.lowest, highestX: frame.x.highest, lowestY: frame.y.lowest,
      highestY: frame.y.highest)
    return Figure(svg: svg + "</svg>", geometry: geometry)
  }

  /// A curve's unbroken pieces as one path, and dots where points stand alone or are few. What leaves the
  /// plot ends at its edge.
  private func curve(
    _ points: [Point], _ frame: ChartFrame, _ classes: String, _ marksPoints: Bool
  ) -> String {
    let pieces = frame.pieces(points).map { piece in
      piece.map { (x: $0.x, y: Swift.min(Swift.max($0.y, frame.top), frame.bottom)) }
    }
    let marksAll = marksPoints && points.count <= 25
    let paths = pieces.filter { $0.count > 1 }.map { "M" + SVGText.path($0) }.joined()
    let dots = pieces.filter { marksAll || $0.count == 1 }.flatMap(\.self)
    var svg = paths.isEmpty ? "" : #"<path class="\#(classes)" d="\#(paths)"/>"# + "\n"
    if !dots.isEmpty {
      // A path of no length with round ends is a dot.
      let path = dots.map { "M\(SVGText.short($0.x)) \(SVGText.short($0.y))h0" }.joined()
      svg += #"<path class="dot \#(classes)" d="\#(path)"/>"# + "\n"
    }
    return svg
  }

  private func band(_ one: Series, _ frame: ChartFrame) -> String {
    let upper = one.band.compactMap { frame.pixel($0.x, $0.high) }
    let lower = one.band.compactMap { frame.pixel($0.x, $0.low) }
    guard upper.count > 1, upper.count == lower.count else { return "" }
    return
      #"<path class="band \#(one.styleClass)" d="M\#(SVGText.path(upper + lower.reversed()))Z"/>"#
      + "\n"
  }
}
