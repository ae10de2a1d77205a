public import Images

extension LineChart {
  /// The chart as an image, its lines without jags.
  ///
  /// - `textScale`: How large letters are: 2 gives letters of 10 by 16 pixels.
  public func image(width: Int = 1200, height: Int = 720, textScale: Int = 2) -> Image {
    precondition(width >= 100 && height >= 80, "a chart has at least 100x80 pixels")
    let letter = (width: Double(6 * textScale), height: Double(10 * textScale))
    let lines = legend(columns: width / (6 * textScale) - 4)
    let frame = ChartFrame(
      self, width: Double(width), height: Double(height), letter: letter,
      legendLines: lines.count)
    var image = Image(width: width, height: height, channels: 3, filledWith: .white)
    let ink = Color(gray: 60)
    func draw(_ text: String, _ x: Double, _ y: Double, _ align: Double, _ color: Color) {
      let left = x - align * Double(text.count) * letter.width
      image.draw(
        text, x: Int(left.rounded()), y: Int(y.rounded()), color: color, scale: textScale)
    }
    for tick in frame.yTicks {
      let y = frame.bottom - tick.place * (frame.bottom - frame.top)
      image.fill(
        x: Int(frame.left), y: Int(y), width: Int(frame.right - frame.left), height: 1,
        color: Color(gray: 226))
      draw(tick.text, frame.left - letter.width * 0.6, y - letter.height * 0.4, 1, ink)
    }
    for tick in frame.xTicks {
      let x = frame.left + tick.place * (frame.right - frame.left)
      image.fill(
        x: Int(x), y: Int(frame.top), width: 1, height: Int(frame.bottom - frame.top),
        color: Color(gray: 226))
      draw(tick.text, x, frame.bottom + letter.height * 0.5, 0.5, ink)
    }
    if !title.isEmpty { draw(title, frame.left, letter.height * 0.4, 0, .black) }
    if !yName.isEmpty { draw(yName, frame.left, frame.top - letter.height * 1.1, 0, ink) }
    if !xName.isEmpty {
      draw(
        xName, (frame.left + frame.right) / 2, frame.bottom + letter.height * 1.7, 0.5, ink)
    }
    drawCurves(on: &image, frame, thickness: Double(textScale))
    for (row, line) in lines.enumerated() {
      var x = frame.left
      let y = frame.bottom + letter.height * (3.1 + 1.3 * Double(row))
      for index in line {
        let sample = [(x: x, y: 0.0), (x: x + letter.width * 2, y: 0.0)]
        for piece in Stroke.dashed(sample, dashes(of: index), thickness: Double(textScale)) {
          let (start, end) = (Int(piece[0].x), Int(piece[piece.count - 1].x))
          image.fill(
            x: start, y: Int(y + letter.height * 0.3), width: max(1, end - start),
            height: 2 * textScale, color: color(of: index))
        }
        draw(series[index].name, x + letter.width * 2.5, y, 0, ink)
        x += Double(series[index].name.count + 5) * letter.width
      }
    }
    return image
  }

  private func drawCurves(on image: inout Image, _ frame: ChartFrame, thickness: Double) {
    var stroke = Stroke(width: image.width, height: image.height)
    var pixels = image.pixels
    let plot = (
      x: Int(frame.left)..<Int(frame.right) + 1, y: Int(frame.top)..<Int(frame.bottom) + 1
    )
    for (index, one) in series.enumerated() {
      let color = color(of: index)
      for (low, high) in zip(one.band, one.band.dropFirst()) {
        stroke.fillBetween(
          frame.pixel(low.x, low.low), frame.pixel(low.x, low.high), frame.pixel(high.x, high.low),
          frame.pixel(high.x, high.high))
      }
      stroke.paint(onto: &pixels, color: color, opacity: 0.18, within: plot)
      for piece in frame.pieces(one.faint) { stroke.line(piece, thickness: thickness * 0.7) }
      stroke.paint(onto: &pixels, color: color, opacity: 0.3, within: plot)
      for piece in frame.pieces(one.points) {
        for part in Stroke.dashed(piece, dashes(of: index), thickness: thickness) {
          stroke.line(part, thickness: thickness)
        }
      }
      stroke.paint(onto: &pixels, color: color, opacity: 1, within: plot)
    }
    image = Image(width: image.width, height: image.height, channels: 3, pixels: pixels)
  }
}

/// How much of each pixel a curve covers: the most of all its pieces, so that joints aren't darker.
private struct Stroke {
  private let width: Int
  private let height: Int
  private var coverage: [Float]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    coverage = Array(repeating: 0, count: width * height)
  }

  /// Straight lines from point to point; a single point becomes a dot.
  mutating func line(_ points: [(x: Double, y: Double)], thickness: Double) {
    if points.count == 1 { segment(points[0], points[0], radius: thickness) }
    for (from, to) in zip(points, points.dropFirst()) {
      segment(from, to, radius: thickness / 2)
    }
  }

  /// The parts of a line that are drawn where it is dashed.
  static func dashed(
    _ points: [(x: Double, y: Double)], _ dashes: [Double], thickness: Double
  ) -> [[(x: Double, y: Double)]] {
    guard !dashes.isEmpty, points.count > 1 else { return [points] }
    var parts: [[(x: Double, y: Double)]] = [[points[0]]]
    var (number, left) = (0, dashes[0] * thickness)
    for (from, to) in zip(points, points.dropFirst()) {
      let (dx, dy) = (to.x - from.x, to.y - from.y)
      let length = (dx * dx + dy * dy).squareRoot()
      var along = 0.0
      while length - along > left {
        along += left
        let point = (x: from.x + dx * along / length, y: from.y + dy * along / length)
        if number.isMultiple(of: 2) {
          parts[parts.count - 1].append(point)
        } else {
          parts.append([point])
        }
        number = (number + 1) % dashes.count
        left = dashes[number] * thickness
      }
      left -= length - along
      if number.isMultiple(of: 2) { parts[parts.count - 1].append(to) }
    }
    return parts
  }

  private mutating func segment(
    _ a: (x: Double, y: Double), _ b: (x: Double, y: Double), radius: Double
  ) {
    let reach = radius + 1
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let lengthSquared = dx * dx + dy * dy
    let columns =
      max(0, Int(min(a.x, b.x) - reach))..<max(0, min(width, Int(max(a.x, b.x) + reach) + 1))
    let rows =
      max(0, Int(min(a.y, b.y) - reach))..<max(0, min(height, Int(max(a.y, b.y) + reach) + 1))
    for y in rows {
      for x in columns {
        let (px, py) = (Double(x) + 0.5 - a.x, Double(y) + 0.5 - a.y)
        let along = lengthSquared > 0 ? max(0, min(1, (px * dx + py * dy) / lengthSquared)) : 0
        let (ox, oy) = (px - along * dx, py - along * dy)
        let share = Float(radius + 0.5 - (ox * ox + oy * oy).squareRoot())
        guard share > 0 else { continue }
        coverage[y * width + x] = max(coverage[y * width + x], min(1, share))
      }
    }
  }

  /// The stretch between two upright lines.
  mutating func fillBetween(
    _ low1: (x: Double, y: Double)?, _ high1: (x: Double, y: Double)?,
    _ low2: (x: Double, y: Double)?, _ high2: (x: Double, y: Double)?
  ) {
    guard let low1, let high1, let low2, let high2, low1.x < low2.x else { return }
    let first = max(0, Int(low1.x.rounded()))
    let last = min(width, Int(low2.x.rounded()))
    guard first < last else { return }
    for x in first..<last {
      let along = min(1, max(0, (Double(x) + 0.5 - low1.x) / (low2.x - low1.x)))
      let top = high1.y + along * (high2.y - high1.y)
      let bottom = low1.y + along * (low2.y - low1.y)
      let rows = max(0, Int(top.rounded()))..<max(0, min(height, Int(bottom.rounded())))
      for y in rows { coverage[y * width + x] = 1 }
    }
  }

  /// Lays the colour over an image and begins anew.
  mutating func paint(
    onto pixels: inout [UInt8], color: Color, opacity: Float,
    within plot: (x: Range<Int>, y: Range<Int>)
  ) {
    let parts = [color.red, color.green, color.blue]
    for y in plot.y.clamped(to: 0..<height) {
      for x in plot.x.clamped(to: 0..<width) {
        let share = coverage[y * width + x] * opacity
        guard share > 0 else { continue }
        for channel in 0..<3 {
          let at = (y * width + x) * 3 + channel
          let mixed = Float(pixels[at]) * (1 - share) + Float(parts[channel]) * share
          pixels[at] = UInt8(mixed.rounded())
        }
      }
    }
    for index in coverage.indices { coverage[index] = 0 }
  }
}
