/// Where a chart's parts are, in pixels from the top left corner.
struct ChartFrame {
  let x: Axis
  let y: Axis
  let width: Double
  let height: Double
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  let xTicks: [Axis.Tick]
  let yTicks: [Axis.Tick]

  /// - Parameters:
  ///   - letter: The width and height of a letter.
  ///   - tickSpacing: About how many letters' heights lie between two numbers of the vertical axis.
  init(
    _ chart: LineChart, width: Double, height: Double, letter: (width: Double, height: Double),
    legendLines: Int, tickSpacing: Double = 4
  ) {
    (x, y) = chart.axes()
    self.width = width
    self.height = height
    yTicks = y.ticks(about: max(2, Int(height / (letter.height * tickSpacing))))
    let longest = yTicks.map(\.text.count).max() ?? 1
    left = Double(longest + 1) * letter.width + letter.width * 0.5
    right = width - letter.width * 2
    let headLines = (chart.title.isEmpty ? 0.3 : 1.6) + (chart.yName.isEmpty ? 0 : 1.2)
    top = headLines * letter.height + 4
    bottom =
      height - (chart.xName.isEmpty ? 1.6 : 3) * letter.height
      - Double(legendLines) * letter.height * 1.3
    xTicks = x.ticks(about: max(2, Int((right - left) / (letter.width * 12))))
  }

  /// The pixel of a point; nil for a gap.
  func pixel(_ point: LineChart.Point) -> (x: Double, y: Double)? {
    pixel(point.x, point.y)
  }

  func pixel(_ x: Double, _ y: Double) -> (x: Double, y: Double)? {
    let (h, v) = (self.x.place(of: x), self.y.place(of: y))
    guard h.isFinite, v.isFinite else { return nil }
    return (left + h * (right - left), bottom - v * (bottom - top))
  }

  /// The curve in unbroken pieces, thinned to what the pixels show: of the points of one column the
  /// first, the lowest, the highest and the last.
  func pieces(_ points: [LineChart.Point]) -> [[(x: Double, y: Double)]] {
    var pieces: [[(x: Double, y: Double)]] = []
    var piece: [(x: Double, y: Double)] = []
    var column: [(x: Double, y: Double)] = []
    func thinned(_ column: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
      guard column.count > 4 else { return column }
      let indices = column.indices
      let low = indices.min { column[$0].y < column[$1].y } ?? 0
      let high = indices.max { column[$0].y < column[$1].y } ?? 0
      return Set([0, low, high, column.count - 1]).sorted().map { column[$0] }
    }
    for point in points {
      guard let pixel = pixel(point) else {
        piece += thinned(column)
        if !piece.isEmpty { pieces.append(piece) }
        (piece, column) = ([], [])
        continue
      }
      if let last = column.last, Int(last.x * 2) != Int(pixel.x * 2) {
        piece += thinned(column)
        column = []
      }
      column.append(pixel)
    }
    piece += thinned(column)
    if !piece.isEmpty { pieces.append(piece) }
    return pieces
  }
}

extension LineChart {
  /// The axes that show every curve and band.
  func axes() -> (x: Axis, y: Axis) {
    let xs = series.lazy.flatMap { $0.points.map(\.x) + $0.faint.map(\.x) + $0.band.map(\.x) }
    let ys = series.lazy.flatMap { series in
      // An unsmoothed curve's outliers don't press the others flat.
      series.points.map(\.y) + Self.withoutOutliers(series.faint.map(\.y))
        + series.band.flatMap { [$0.low, $0.high] }
    }
    return (Axis(xs, scale: xScale, margin: 0), Axis(ys, scale: yScale, margin: 0.04))
  }

  /// The numbers from the 1st to the 99th percentile, of many.
  private static func withoutOutliers(_ numbers: [Double]) -> [Double] {
    let finite = numbers.filter(\.isFinite).sorted()
    guard finite.count >= 100 else { return finite }
    return Array(finite[finite.count / 100...finite.count - 1 - finite.count / 100])
  }

  /// Entries of the legend in lines of at most so wide; none for curves without a name.
  ///
  /// - Parameter needed: what a name takes, with the sample of its line.
  func legend(width: Double, _ needed: (_ name: String) -> Double) -> [[Int]] {
    guard series.contains(where: { !$0.name.isEmpty }) else { return [] }
    var lines: [[Int]] = [[]]
    var used = 0.0
    for (index, one) in series.enumerated() where !one.name.isEmpty {
      let needed = needed(one.name)
      if used > 0, used + needed > width {
        lines.append([])
        used = 0
      }
      lines[lines.count - 1].append(index)
      used += needed
    }
    return lines
  }
}
