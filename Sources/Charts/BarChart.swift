public import Images
internal import TextOutput

/// Numbers that belong to names, a horizontal bar each.
public struct BarChart: Sendable {
  /// A bar.
  public struct Bar: Sendable, Equatable {
    /// What stands before it.
    public var name: String
    /// How long it is, to the right of 0 or to the left; one that isn't finite has no length.
    public var value: Double

    /// A bar.
    public init(_ name: String, _ value: Double) { (self.name, self.value) = (name, value) }
  }

  /// The headline; empty for none.
  public var title: String
  /// The bars, from top to bottom.
  public var bars: [Bar]

  /// A chart of these bars.
  public init(title: String = "", bars: [Bar]) { (self.title, self.bars) = (title, bars) }

  /// The chart as an image, as high as its bars take.
  ///
  /// - `textSize`: How large letters are, in pixels an em.
  public func image(width: Int = 900, textSize: Int = 16) -> Image {
    precondition(width >= 100, "a chart is at least 100 pixels wide, got \(width)")
    return drawing(width: width, textSize: textSize).image()
  }

  /// The chart, as high as its bars take.
  package func drawing(width: Int, textSize: Int = 16) -> Drawing {
    let font = Font(size: textSize)
    let texts = bars.map { Format.number($0.value) }
    func widest(_ texts: [String]) -> Int { texts.map { font.width(of: $0) }.max() ?? 0 }
    // Names take a third of the width at most, numbers what they need.
    let names = bars.map { bar in
      var name = bar.name
      while font.width(of: name) > width / 3 { name.removeLast() }
      return name
    }
    let left = widest(names) + 2 * font.margin
    let right = max(left + 1, width - widest(texts) - 2 * font.margin)
    let rowHeight = 2 * font.lineHeight
    let top = title.isEmpty ? font.lineHeight / 2 : rowHeight
    let ink = Color(gray: 60)
    var drawing = Drawing(width: width, height: top + max(1, bars.count) * rowHeight)
    drawing.write(
      title, x: Double(font.margin), y: Double(font.lineHeight), size: textSize, color: .black,
      isBold: true)

    let finite = bars.map(\.value).filter(\.isFinite)
    let (low, high) = (min(0, finite.min() ?? 0), max(0, finite.max() ?? 0))
    func x(_ value: Double) -> Double {
      // Halves, so that the difference of the largest numbers is one.
      let share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0
      return Double(left) + (share * Double(right - left)).rounded()
    }
    for (index, bar) in bars.enumerated() {
      let y = Double(top + index * rowHeight)
      let line = y + Double(font.baseline)
      drawing.write(names[index], x: Double(font.margin), y: line, size: textSize, color: ink)
      let value = bar.value.isFinite ? bar.value : 0
      let (start, end) = (x(min(0, value)), x(max(0, value)))
      drawing.fill(
        x: start, y: y - Double(font.lineHeight / 4), width: end - start,
        height: Double(font.lineHeight * 3 / 2), color: LineChart.palette[0])
      drawing.write(
        texts[index], x: end + Double(font.margin), y: line, size: textSize, color: ink)
    }
    drawing.fill(
      x: x(0), y: Double(top - font.lineHeight / 4), width: 1, height: Double(drawing.height),
      color: .black)
    return drawing
  }
}
