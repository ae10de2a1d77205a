import Images
import TextOutput

extension LineChart {
  /// The chart as an SVG image that any browser shows, without scripts or outside references.
  public func svg(width: Int = 800, height: Int = 480) -> String {
    let letter = (width: 7.0, height: 13.0)
    let lines = legend(columns: Int(Double(width) / letter.width) - 4)
    let frame = ChartFrame(
      self, width: Double(width), height: Double(height), letter: letter,
      legendLines: lines.count)
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
      height="\(height)" font-family="sans-serif" font-size="12" role="img">
      <rect width="\(width)" height="\(height)" fill="#fff"/>

      """
    func text(_ text: String, _ x: Double, _ y: Double, _ anchor: String, _ more: String = "") {
      svg += """
        <text x="\(SVGText.short(x))" y="\(SVGText.short(y))" text-anchor="\(anchor)"\(more)>\
        \(Markup.escapedLine(text))</text>

        """
    }
    if !title.isEmpty {
      text(title, frame.left, letter.height * 1.2, "start", #" font-size="14" font-weight="bold""#)
    }
    if !yName.isEmpty {
      text(yName, frame.left, frame.top - 6, "start", ##" fill="#555""##)
    }
    for tick in frame.yTicks {
      let y = frame.bottom - tick.place * (frame.bottom - frame.top)
      svg += rule(frame.left, y, frame.right, y)
      text(tick.text, frame.left - 6, y + 4, "end", ##" fill="#555""##)
    }
    for tick in frame.xTicks {
      let x = frame.left + tick.place * (frame.right - frame.left)
      svg += rule(x, frame.top, x, frame.bottom)
      text(tick.text, x, frame.bottom + letter.height * 1.2, "middle", ##" fill="#555""##)
    }
    if !xName.isEmpty {
      text(
        xName, (frame.left + frame.right) / 2, frame.bottom + letter.height * 2.5, "middle",
        ##" fill="#555""##)
    }
    for (index, one) in series.enumerated() {
      let color = SVGText.hex(color(of: index))
      svg += band(one.band, color, frame)
      svg += curve(one.faint, frame, #"stroke="\#(color)" stroke-opacity=".3""#)
      svg += curve(one.points, frame, #"stroke="\#(color)" stroke-width="2"\#(dashes(index, 2))"#)
    }
    for (row, line) in lines.enumerated() {
      var x = frame.left
      let y = frame.bottom + letter.height * (4 + 1.3 * Double(row))
      for index in line {
        svg +=
          #"<line x1="\#(SVGText.short(x - 6))" y1="\#(SVGText.short(y - 4))" x2="\#(SVGText.short(x + 16))" "#
          + #"y2="\#(SVGText.short(y - 4))" stroke="\#(SVGText.hex(color(of: index)))" "#
          + #"stroke-width="3"\#(dashes(index, 2))/>"#
          + "\n"
        text(series[index].name, x + 21, y, "start")
        x += Double(series[index].name.count + 5) * letter.width
      }
    }
    return svg + "</svg>\n"
  }

  private func dashes(_ index: Int, _ thickness: Double) -> String {
    let lengths = dashes(of: index).map { SVGText.short($0 * thickness) }
    return lengths.isEmpty ? "" : #" stroke-dasharray="\#(lengths.joined(separator: " "))""#
  }

  private func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
    let (x1, y1, x2, y2) = (
      SVGText.short(x1), SVGText.short(y1), SVGText.short(x2), SVGText.short(y2)
    )
    return ##"<line x1="\##(x1)" y1="\##(y1)" x2="\##(x2)" y2="\##(y2)" stroke="#e2e2e2"/>"## + "\n"
  }

  private func curve(_ points: [Point], _ frame: ChartFrame, _ style: String) -> String {
    frame.pieces(points).map { piece in
      if piece.count == 1 {
        let (x, y) = (SVGText.short(piece[0].x), SVGText.short(piece[0].y))
        return #"<circle cx="\#(x)" cy="\#(y)" r="2.5" fill="none" \#(style)/>"# + "\n"
      }
      let path = SVGText.path(piece)
      return #"<path d="M\#(path)" fill="none" stroke-linejoin="round" \#(style)/>"# + "\n"
    }.joined()
  }

  private func band(_ band: [BandPoint], _ color: String, _ frame: ChartFrame) -> String {
    let upper = band.compactMap { frame.pixel($0.x, $0.high) }
    let lower = band.compactMap { frame.pixel($0.x, $0.low) }
    guard upper.count > 1, upper.count == lower.count else { return "" }
    let path = SVGText.path(upper + lower.reversed())
    return #"<path d="M\#(path)Z" fill="\#(color)" fill-opacity=".18"/>"# + "\n"
  }
}
