import Charts
import Images
import TextOutput
import Visualization
import VisualizationSheets

/// What is measured of a warped image.
enum Measure: CaseIterable {
  case low, high, probability

  func value(_ point: Invariance.Point) -> Double {
    switch self {
    case .low: point.distances[0]
    case .high: point.distances[1]
    case .probability: Double(point.probability)
    }
  }
}

/// A series of warps and what the features made of it.
struct Curve {
  let series: WarpSeries
  let found: Invariance

  /// An object a point.
  func rows(labels: [Int]) -> [JSON] {
    labels.indices.flatMap { image in
      zip(series.amounts, found.points[image]).map { amount, point in
        JSON([
          "kind": series.kind.rawValue, "amount": amount, "image": image, "class": labels[image],
          "low_distance": Float(point.distances[0]), "high_distance": Float(point.distances[1]),
          "probability": point.probability,
        ])
      }
    }
  }

  /// What the curves show.
  var finding: String {
    let (clear, amounts) = (series.clearIndex, series.amounts)
    let next = clear + 1 < amounts.count ? clear + 1 : clear
    let shares = [0, 1].map { layer -> String in
      let distances = found.meanDistances(layer: layer)
      let largest = distances.max() ?? 0
      return largest > 0 ? Format.percent(distances[next] / largest, decimals: 0) : "none"
    }
    let probabilities = found.meanProbabilities
    let lowest = probabilities.indices.min { probabilities[$0] < probabilities[$1] } ?? clear
    func short(_ number: Double) -> String { Format.number(number, digits: 2) }
    let half = amounts.indices.filter { probabilities[$0] <= probabilities[clear] / 2 }
      .min { abs(amounts[$0] - amounts[clear]) < abs(amounts[$1] - amounts[clear]) }
    return """
      \(words(amounts[next])) moves the low layer \(shares[0]) of its farthest, the high one \
      \(shares[1]); probability \(short(probabilities[clear])) as it is, \
      \(half.map { "halved at \(words(amounts[$0]))" } ?? "never halved"), least \
      \(short(probabilities[lowest])) at \(words(amounts[lowest]))
      """
  }

  /// An amount below an image.
  func short(_ amount: Double) -> String {
    let number = Format.short((amount * 1000).rounded() / 1000)
    return series.kind == .scale ? "\(number)x" : number
  }

  /// An amount in a sentence.
  private func words(_ amount: Double) -> String {
    let number = short(abs(amount))
    return switch series.kind {
    case .translation:
      amount == 0
        ? "no shift"
        : "\(number) pixel\(number == "1" ? "" : "s") \(amount < 0 ? "up" : "down")"
    case .scale: number
    case .rotation: "\(number) degrees"
    }
  }
}

/// Figure 5: three rows of charts.
struct InvarianceFigure {
  /// What the images are called.
  let names: [String]
  let curves: [Curve]
  /// The low and the high layer.
  let stages: [FeatureStage]

  /// The charts, each row below some of an image's warps.
  func sheet(above image: Image, fill: Float) -> Image {
    let blocks = curves.map { curve in
      Image.stacked(
        [
          warped(image, curve, fill: fill),
          Image.beside(
            charts(curve).map { $0.image(width: 560, height: 400) }, spacing: 8,
            background: .white),
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
      for (column, chart) in charts(curve).enumerated() {
        svg += """
          <g transform="translate(\(column * width) \(row * height))">
          \(chart.svg(width: width, height: height))</g>

          """
      }
    }
    return svg + "</svg>\n"
  }

  private func charts(_ curve: Curve) -> [LineChart] {
    let axis =
      switch curve.series.kind {
      case .translation: "pixels down"
      case .scale: "scale"
      case .rotation: "degrees"
      }
    return Measure.allCases.map { measure in
      let title =
        switch measure {
        case .low: "distance at \(stages[0])"
        case .high: "distance at \(stages[1])"
        case .probability: "probability of its class"
        }
      return LineChart(
        title: title, xName: axis,
        series: zip(names, curve.found.points).map { name, points in
          LineChart.Series(
            name,
            zip(curve.series.amounts, points).map {
              LineChart.Point(x: $0, y: measure.value($1))
            })
        })
    }
  }

  /// Seven of an image's warps.
  private func warped(_ image: Image, _ curve: Curve, fill: Float) -> Image {
    let bytes = [Float](repeating: fill * 255, count: image.channels)
    let amounts = curve.series.amounts
    let shown = min(7, amounts.count)
    let tiles = (0..<shown).map { place in
      let index = shown == 1 ? 0 : place * (amounts.count - 1) / (shown - 1)
      return image.warped(curve.series.warps[index], fill: bytes).fitted(to: 84)
        .framed(by: 1, color: Color(gray: 200))
        .captioned(
          curve.short(amounts[index]), scale: 2, color: Color(gray: 40), background: .white)
    }
    return Image.beside(tiles, spacing: 12, background: .white)
  }
}
