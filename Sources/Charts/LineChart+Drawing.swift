public import Images

extension LineChart {
  /// The chart as an image, its lines without jags.
  ///
  /// - `textSize`: How large letters are, in pixels an em.
  public func image(width: Int = 1200, height: Int = 720, textSize: Int = 16) -> Image {
    precondition(width >= 100 && height >= 80, "a chart has at least 100x80 pixels")
    return drawing(width: width, height: height, textSize: textSize).image()
  }

  /// The chart as an SVG image that any browser shows, without scripts or outside references.
  public func svg(width: Int = 800, height: Int = 480) -> String {
    drawing(width: width, height: height, textSize: 12).svg { _ in [] }
  }

  /// The chart with its axes and its legend.
  package func drawing(width: Int, height: Int, textSize: Int = 16) -> Drawing {
    let font = Font(size: textSize)
    let letter = (width: Double(textSize) * 0.636, height: Double(font.lineHeight))
    let lines = legend(width: Double(width) - 4 * letter.width) {
      Double(font.width(of: $0)) + letter.width * 5
    }
    let frame = ChartFrame(
      self, width: Double(width), height: Double(height), letter: letter,
      legendLines: lines.count)
    var drawing = Drawing(width: width, height: height)
    let (ink, grid) = (Color(gray: 60), Color(gray: 226))
    func write(
      _ text: String, _ x: Double, _ y: Double, _ anchor: Drawing.Anchor = .start,
      _ color: Color = ink, isBold: Bool = false
    ) {
      drawing.write(
        text, x: x, y: y, size: textSize, color: color, anchor: anchor, isBold: isBold)
    }
    let third = Double(textSize) / 3
    for tick in frame.yTicks {
      let y = frame.bottom - tick.place * (frame.bottom - frame.top)
      drawing.fill(x: frame.left, y: y, width: frame.right - frame.left, height: 1, color: grid)
      write(tick.text, frame.left - letter.width * 0.6, y + third, .end)
    }
    for tick in frame.xTicks {
      let x = frame.left + tick.place * (frame.right - frame.left)
      drawing.fill(x: x, y: frame.top, width: 1, height: frame.bottom - frame.top, color: grid)
      write(tick.text, x, frame.bottom + letter.height, .middle)
    }
    write(title, frame.left, letter.height, .start, .black, isBold: true)
    write(yName, frame.left, frame.top - letter.height * 0.4)
    write(xName, (frame.left + frame.right) / 2, frame.bottom + letter.height * 2.2, .middle)
    addCurves(to: &drawing, frame, thickness: Double(textSize) / 8)
    for (row, line) in lines.enumerated() {
      var x = frame.left
      let y = frame.bottom + letter.height * (3.6 + 1.3 * Double(row))
      for index in line {
        drawing.line(
          [(x, y - third), (x + letter.width * 2.5, y - third)], color: color(of: index),
          thickness: Double(textSize) / 5, dashes: dashes(of: index))
        write(series[index].name, x + letter.width * 3.2, y)
        x += Double(font.width(of: series[index].name)) + letter.width * 5
      }
    }
    return drawing
  }

  private func addCurves(to drawing: inout Drawing, _ frame: ChartFrame, thickness: Double) {
    let plot = Drawing.Box(
      x: frame.left, y: frame.top, width: frame.right - frame.left,
      height: frame.bottom - frame.top)
    for (index, one) in series.enumerated() {
      let color = color(of: index)
      let upper = one.band.compactMap { frame.pixel($0.x, $0.high) }
      let lower = one.band.compactMap { frame.pixel($0.x, $0.low) }
      if upper.count > 1, upper.count == lower.count {
        drawing.shape(upper + lower.reversed(), color: color, opacity: 0.18)
      }
      for piece in frame.pieces(one.faint) {
        drawing.line(piece, color: color, thickness: thickness * 0.7, opacity: 0.3, within: plot)
      }
      for piece in frame.pieces(one.points) {
        drawing.line(piece, color: color, thickness: thickness, dashes: dashes(of: index))
      }
    }
  }
}
