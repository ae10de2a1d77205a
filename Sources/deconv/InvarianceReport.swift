import Charts
import CommandSupport
import Images
import ModelFiles
import TextOutput
import Visualization

/// What `deconv invariance` draws and says.
struct InvarianceReport {
  let subjects: [Subject]
  let curves: [(series: WarpSeries, result: Invariance)]
  /// The low and the high layer.
  let stages: [FeatureStage]

  /// The columns of the figure.
  private enum Measure: CaseIterable {
    case low, high, probability

    var key: String { "\(self)" }

    func value(_ point: Invariance.Point) -> Double {
      switch self {
      case .low: point.distances[0]
      case .high: point.distances[1]
      case .probability: Double(point.probability)
      }
    }
  }

  // MARK: Images

  /// Three rows of charts, each below some of the first image's warps.
  func sheet(fill: Float) -> Image {
    let blocks = curves.map { series, result in
      Image.stacked(
        [warped(series, fill: fill)]
          + [
            Image.beside(
              charts(series, result).map { $0.image(width: 560, height: 400) }, spacing: 8,
              background: .white)
          ], spacing: 4, background: .white)
    }
    return Image.stacked(blocks, spacing: 16, background: .white).framed(by: 12, color: .white)
  }

  /// The charts alone.
  func svg() -> String {
    let (width, height) = (480, 320)
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(3 * width) \(3 * height)" \
      width="\(3 * width)" height="\(3 * height)">

      """
    for (row, curve) in curves.enumerated() {
      for (column, chart) in charts(curve.series, curve.result).enumerated() {
        svg += """
          <g transform="translate(\(column * width) \(row * height))">
          \(chart.svg(width: width, height: height))</g>

          """
      }
    }
    return svg + "</svg>\n"
  }

  private func charts(_ series: WarpSeries, _ result: Invariance) -> [LineChart] {
    Measure.allCases.map { measure in
      LineChart(
        title: title(of: measure), xName: Self.axis(of: series.kind),
        series: zip(names, result.points).map { name, points in
          LineChart.Series(
            name,
            zip(series.amounts, points).map {
              LineChart.Point(x: $0, y: measure.value($1))
            })
        })
    }
  }

  /// What the images are called: where two have one caption, they are counted.
  private var names: [String] {
    let captions = subjects.map(\.image.caption)
    return captions.indices.map { index in
      let caption = captions[index]
      guard captions.filter({ $0 == caption }).count > 1 else { return caption }
      return "\(caption) (\(captions[...index].filter { $0 == caption }.count))"
    }
  }

  private func title(of measure: Measure) -> String {
    switch measure {
    case .low: "distance at \(stages[0])"
    case .high: "distance at \(stages[1])"
    case .probability: "probability of its class"
    }
  }

  private static func axis(of kind: WarpSeries.Kind) -> String {
    switch kind {
    case .translation: "pixels down"
    case .scale: "scale"
    case .rotation: "degrees"
    }
  }

  /// Seven of the first image's warps.
  private func warped(_ series: WarpSeries, fill: Float) -> Image {
    let image = subjects[0].image.image
    let bytes = [Float](repeating: fill * 255, count: image.channels)
    let amounts = series.amounts
    let shown = min(7, amounts.count)
    let tiles = (0..<shown).map { place in
      let index = shown == 1 ? 0 : place * (amounts.count - 1) / (shown - 1)
      let warped = image.warped(series.warps[index], fill: bytes)
      let factor = max(1, 84 / max(warped.width, warped.height))
      return warped.enlarged(by: factor).framed(by: 1, color: Color(gray: 200)).captioned(
        Self.amount(amounts[index], series.kind), scale: 2, color: Color(gray: 40),
        background: .white)
    }
    return Image.beside(tiles, spacing: 12, background: .white)
  }

  private static func amount(_ amount: Double, _ kind: WarpSeries.Kind) -> String {
    let number = Words.short((amount * 1000).rounded() / 1000)
    return kind == .scale ? "\(number)x" : number
  }

  // MARK: Words

  /// For people.
  func text(_ network: Network, fill: Float, output: String) -> String {
    var table = TextTable(("", .left), ("", .left))
    table.add("checkpoint", network.checkpoint.path)
    table.add("images", names.joined(separator: ", "))
    table.add("layers", "\(stages[0]) and \(stages[1])")
    table.add("outside", "gray \(Words.short(Double(fill)))")
    for (series, result) in curves { table.add(series.kind.rawValue, finding(series, result)) }
    table.add("output", output)
    return table.rendered()
  }

  /// What a row of charts shows.
  private func finding(_ series: WarpSeries, _ result: Invariance) -> String {
    let clear = series.clearIndex
    let next = clear + 1 < series.amounts.count ? clear + 1 : clear
    let shares = [0, 1].map { layer -> String in
      let distances = result.meanDistances(layer: layer)
      let largest = distances.max() ?? 0
      return largest > 0 ? Format.percent(distances[next] / largest, decimals: 0) : "none"
    }
    let step = Self.step(series.amounts[next], series.kind)
    let probabilities = result.meanProbabilities
    let lowest = probabilities.indices.min { probabilities[$0] < probabilities[$1] } ?? clear
    func short(_ number: Double) -> String { Format.number(number, digits: 2) }
    let half = series.amounts.indices
      .filter { probabilities[$0] <= probabilities[clear] / 2 }
      .min {
        abs(series.amounts[$0] - series.amounts[clear])
          < abs(series.amounts[$1] - series.amounts[clear])
      }
    let fall =
      half.map { "halved at \(Self.step(series.amounts[$0], series.kind))" } ?? "never halved"
    return """
      \(step) moves the low layer \(shares[0]) of its farthest, the high one \(shares[1]); \
      probability \(short(probabilities[clear])) as it is, \(fall), least \
      \(short(probabilities[lowest])) at \(Self.step(series.amounts[lowest], series.kind))
      """
  }

  private static func step(_ amount: Double, _ kind: WarpSeries.Kind) -> String {
    let number = Self.amount(abs(amount), kind)
    return switch kind {
    case .translation:
      amount == 0
        ? "no shift"
        : "\(number) pixel\(number == "1" ? "" : "s") \(amount < 0 ? "up" : "down")"
    case .scale: number
    case .rotation: "\(number) degrees"
    }
  }

  // MARK: Numbers

  /// A line a point.
  func csv() -> String {
    var lines = ["kind,amount,image,class,low_distance,high_distance,probability"]
    for point in points {
      lines.append(
        """
        \(point.kind),\(point.amount),\(point.image),\(point.class),\(point.low_distance),\
        \(point.high_distance),\(point.probability)
        """)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// An object a point.
  var objects: [any Encodable] { points }

  /// The arrays.
  func write(to files: RawFiles) throws {
    for (series, result) in curves {
      let name = series.kind.rawValue
      try files.write(name, series.amounts, shape: [series.amounts.count])
      for measure in Measure.allCases {
        try files.write(
          "\(name)_\(measure.key)",
          result.points.flatMap { $0.map { Float(measure.value($0)) } },
          shape: [subjects.count, series.amounts.count])
      }
    }
  }

  private struct PointObject: Encodable {
    var kind: String
    var amount: Double
    /// The image's place among those compared.
    var image: Int
    var `class`: Int
    var low_distance, high_distance: Float
    var probability: Float
  }

  private var points: [PointObject] {
    curves.flatMap { series, result in
      subjects.indices.flatMap { image in
        zip(series.amounts, result.points[image]).map { amount, point in
          PointObject(
            kind: series.kind.rawValue, amount: amount, image: image, class: subjects[image].label,
            low_distance: Float(point.distances[0]), high_distance: Float(point.distances[1]),
            probability: point.probability)
        }
      }
    }
  }
}
