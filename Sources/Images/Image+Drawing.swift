extension Image {
  /// Fills a rectangle; what lies outside the image is left out.
  public mutating func fill(x: Int, y: Int, width: Int, height: Int, color: Color) {
    let pixel = color.components(channels: channels)
    let columns = max(x, 0)..<max(min(x + width, self.width), max(x, 0))
    for row in max(y, 0)..<max(min(y + height, self.height), max(y, 0)) {
      for column in columns {
        let at = (row * self.width + column) * channels
        for (channel, byte) in pixel.enumerated() { pixels[at + channel] = byte }
      }
    }
  }

  /// Draws the outline of a box whose outer corners are (x, y) and (x + width - 1, y + height - 1);
  /// lines grow inwards.
  public mutating func drawBox(
    x: Int, y: Int, width: Int, height: Int, color: Color, thickness: Int = 1
  ) {
    let thickness = min(thickness, (min(width, height) + 1) / 2)
    fill(x: x, y: y, width: width, height: thickness, color: color)
    fill(x: x, y: y + height - thickness, width: width, height: thickness, color: color)
    fill(x: x, y: y, width: thickness, height: height, color: color)
    fill(x: x + width - thickness, y: y, width: thickness, height: height, color: color)
  }

  /// Draws text, the top left corner of its first letter at (x, y).
  ///
  /// Letters are 5 pixels wide and 8 high, 1 pixel apart, times `scale`; a line takes 10. ASCII has
  /// letters; whatever hasn't one is drawn as a box.
  public mutating func draw(_ text: String, x: Int, y: Int, color: Color, scale: Int = 1) {
    precondition(scale > 0, "text is drawn at scale 1 or more, got \(scale)")
    for (row, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      for (column, character) in line.enumerated() {
        let left = x + column * BitmapFont.advance * scale
        let top = y + row * BitmapFont.lineHeight * scale
        for (dy, bits) in BitmapFont.rows(of: character).enumerated() {
          for dx in 0..<BitmapFont.width where bits >> dx & 1 == 1 {
            fill(
              x: left + dx * scale, y: top + dy * scale, width: scale, height: scale, color: color)
          }
        }
      }
    }
  }

  /// An image of text with a margin of two pixels (times `scale`) around it.
  public static func text(
    _ text: String, scale: Int = 1, color: Color = .white, background: Color = .black
  ) -> Image {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let letters = lines.map(\.count).max() ?? 0
    let isGray = [color, background].allSatisfy { $0.red == $0.green && $0.green == $0.blue }
    let isOpaque = color.alpha == 255 && background.alpha == 255
    var result = Image(
      width: (letters * BitmapFont.advance + 3) * scale,
      height: (lines.count * BitmapFont.lineHeight + 2) * scale,
      channels: (isGray ? 1 : 3) + (isOpaque ? 0 : 1), filledWith: background)
    result.draw(text, x: 2 * scale, y: 2 * scale, color: color, scale: scale)
    return result
  }
}
