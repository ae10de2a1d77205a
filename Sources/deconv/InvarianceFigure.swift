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

  /// The charts, each row below some of the images' warps.
  func drawing(above images: [Image], fill: Float) -> Drawing {
    let blocks = curves.map { curve in
      Drawing.stacked(
        [
          warped(images, curve, fill: fill),
          Drawing.beside(charts(curve).map { $0.drawing(width: 560, height: 400) }, spacing: 8),
        ], spacing: 4, alignment: .middle)
    }
    let title = SheetPalette().text(
      "images moved, enlarged and turned: how far their features go from those of the image as it is"
    )
    return Drawing.stacked([title] + blocks, spacing: 16).padded(by: 12)
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

  /// The images as they are, and seven of their warps each; a row an image, at most five.
  private func warped(_ images: [Image], _ curve: Curve, fill: Float) -> Drawing {
    let amounts = curve.series.amounts
    let shown = min(7, amounts.count)
    let places = (0..<shown).map { shown == 1 ? 0 : $0 * (amounts.count - 1) / (shown - 1) }
    var sheet = TileSheet(
      title: "", columnCaptions: places.map { curve.short(amounts[$0]) },
      rows: zip(names, images).prefix(5).map { name, image in
        let bytes = [Float](repeating: fill * 255, count: image.channels)
        return TileSheet.Row(
          caption: name,
          places.map {
            TileSheet.Tile(image.warped(curve.series.warps[$0], fill: bytes), side: 84)
          })
      })
    sheet.gap = 8
    return sheet.drawing()
  }
}
