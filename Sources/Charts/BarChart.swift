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
  /// - `textScale`: How large letters are: 2 gives letters of 10 by 16 pixels.
  public func image(width: Int = 900, textScale: Int = 2) -> Image {
    precondition(width >= 100, "a chart is at least 100 pixels wide, got \(width)")
    let letter = (width: 6 * textScale, height: 10 * textScale)
    let texts = bars.map { Format.number($0.value) }
    // Names take a third of the width at most, numbers what they need.
    let nameLength = min(bars.map(\.name.count).max() ?? 0, width / 3 / letter.width)
    let left = (nameLength + 1) * letter.width
    let right = max(left + 1, width - ((texts.map(\.count).max() ?? 0) + 1) * letter.width)
    let top = title.isEmpty ? letter.height / 2 : 2 * letter.height
    let rowHeight = 2 * letter.height
    var image = Image(
      width: width, height: top + max(1, bars.count) * rowHeight, channels: 3, filledWith: .white)
    image.draw(title, x: letter.width, y: letter.height / 2, color: .black, scale: textScale)

    let finite = bars.map(\.value).filter(\.isFinite)
    let (low, high) = (min(0, finite.min() ?? 0), max(0, finite.max() ?? 0))
    func x(_ value: Double) -> Int {
      // Halves, so that the difference of the largest numbers is one.
      let share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0
      return left + Int((share * Double(right - left)).rounded())
    }
    for (index, bar) in bars.enumerated() {
      let y = top + index * rowHeight
      image.draw(
        String(bar.name.prefix(nameLength)), x: letter.width / 2, y: y, color: Color(gray: 60),
        scale: textScale)
      let value = bar.value.isFinite ? bar.value : 0
      image.fill(
        x: x(min(0, value)), y: y - letter.height / 4, width: x(max(0, value)) - x(min(0, value)),
        height: letter.height * 3 / 2, color: LineChart.palette[0])
      image.draw(
        texts[index], x: x(max(0, value)) + letter.width / 2, y: y, color: Color(gray: 60),
        scale: textScale)
    }
    image.fill(x: x(0), y: top - letter.height / 4, width: 1, height: image.height, color: .black)
    return image
  }
}
