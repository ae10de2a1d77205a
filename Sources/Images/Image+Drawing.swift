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

  /// Draws text, the top left corner of its first line at (x, y).
  ///
  /// The font is DejaVu Sans; whatever it hasn't is drawn as a box.
  /// - `size`: Pixels an em, about; lines lie five quarters of it apart.
  public mutating func draw(_ text: String, x: Int, y: Int, color: Color, size: Int = 11) {
    let font = Font(size: size)
    for (row, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      draw(line, x: x, baseline: y + row * font.lineHeight + font.baseline, color: color, font)
    }
  }

  /// Draws a line of text that stands on a row.
  package mutating func draw(
    _ line: some StringProtocol, x: Int, baseline: Int, color: Color, _ font: Font
  ) {
    let (width, height) = (self.width, self.height)
    font.cover(line, x: x, y: baseline) { x, y, share in
      guard x >= 0, y >= 0, x < width, y < height else { return }
      blend(color, share: Int(share) * Int(color.alpha) / 255, at: (y * width + x) * channels)
    }
  }

  /// Lays a share of a colour, 0 to 255, over the pixel whose channels begin at a position.
  package mutating func blend(_ color: Color, share: Int, at position: Int) {
    let parts = color.components(channels: channels)
    let hasAlpha = channels.isMultiple(of: 2)
    let below = hasAlpha ? Int(pixels[position + channels - 1]) : 255
    // What of the old colour is still seen, and all that is seen.
    let rest = below * (255 - share) / 255
    let whole = max(1, rest + share)
    for channel in 0..<(hasAlpha ? channels - 1 : channels) {
      let sum = Int(pixels[position + channel]) * rest + Int(parts[channel]) * share
      pixels[position + channel] = UInt8((sum + whole / 2) / whole)
    }
    if hasAlpha { pixels[position + channels - 1] = UInt8(rest + share) }
  }

  /// An image of text with a margin around it.
  ///
  /// - `size`: Pixels an em, about.
  public static func text(
    _ text: String, size: Int = 11, color: Color = .white, background: Color = .black
  ) -> Image {
    let font = Font(size: size)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let isGray = [color, background].allSatisfy { $0.red == $0.green && $0.green == $0.blue }
    let isOpaque = color.alpha == 255 && background.alpha == 255
    var result = Image(
      width: (lines.map { font.width(of: $0) }.max() ?? 0) + 2 * font.margin,
      height: lines.count * font.lineHeight + 2 * font.margin,
      channels: (isGray ? 1 : 3) + (isOpaque ? 0 : 1), filledWith: background)
    result.draw(text, x: font.margin, y: font.margin, color: color, size: size)
    return result
  }
}
