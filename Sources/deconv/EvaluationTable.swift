import Charts
import CommandSupport
import TensorBoard
import TextOutput
import Visualization
import VisualizationSheets

/// What `deconv evaluate` found, as a table, points, a plot and scalars.
struct EvaluationTable {
  let scores: [SaliencyEvaluation.Score]
  /// The layers whose weights were drawn anew, the last one of the network first.
  let layers: [NumberedLayer]
  /// Of an image.
  let pixels: Int

  /// A point of a curve.
  private struct Point {
    var method: String
    var curve: String
    var at: Double
    var value: Double?
  }

  private typealias Score = SaliencyEvaluation.Score

  /// The table, an object a method and a row a point, arrays, and the run's scalars.
  func describe(in result: inout CommandResult) {
    result.table(
      scores,
      columns: [
        Column("method", .words) { $0.name },
        Column("deletion", .fixed(3)) { $0.area(.deletion) },
        Column("insertion", .fixed(3)) { $0.area(.insertion) },
      ]
        + layers.indices.map { layer in
          Column((layer == 0 ? "" : "+") + layers[layer].name, .fixed(2)) {
            $0.magnitudes.isEmpty ? nil : Score.mean($0.magnitudes[layer])
          }
        })
    result.section(
      """
      deletion, insertion: the area below the curve; the less, the more is better. The layers: the \
      rank correlation with the trained network's map, when weights are drawn anew down to there.
      """)
    result.section(finding)
    result.summary = scores.map { score in
      JSON([
        "method": score.name, "deletion": score.area(.deletion),
        "insertion": score.area(.insertion), "layers": layers.map(\.name),
        "randomized": score.magnitudes.map(Score.mean),
        "randomized_signed": score.signed.map(Score.mean),
      ])
    }
    let points = scores.flatMap(points)
    result.table(
      points, shown: 0,
      columns: [
        Column(nil, key: "method") { $0.method }, Column(nil, key: "curve") { $0.curve },
        Column(nil, key: "at") { $0.at }, Column(nil, key: "value") { $0.value },
      ])
    for point in points {
      guard let value = point.value else { continue }
      // At so many pixels, or layers.
      let isShare = PixelCurve.Kind(rawValue: point.curve) != nil
      result.log(
        .scalar("evaluation/\(point.curve)/\(point.method)", value),
        step: Int((isShare ? Double(pixels) * point.at : point.at).rounded()))
    }
    let curves = PixelCurve.Kind.allCases.map { kind in scores.compactMap { $0.meanCurve(kind) } }
    result.array("share", curves[0].first?.shares ?? [])
    for (kind, curves) in zip(PixelCurve.Kind.allCases, curves) {
      result.array(
        kind.rawValue, shape: [curves.count, curves.first?.shares.count ?? 0],
        curves.flatMap(\.probabilities))
    }
    for (name, values) in [
      ("randomized", \Score.magnitudes), ("randomized_signed", \Score.signed),
    ] {
      let rows = scores.map { $0[keyPath: values] }.filter { !$0.isEmpty }
      result.array(
        name, shape: [rows.count, layers.count], rows.joined().map { Score.mean($0) ?? .nan })
    }
  }

  private func points(of score: Score) -> [Point] {
    let curves = PixelCurve.Kind.allCases.flatMap { kind in
      score.meanCurve(kind).map { curve in
        zip(curve.shares, curve.probabilities).map {
          Point(method: score.name, curve: kind.rawValue, at: $0, value: $1)
        }
      } ?? []
    }
    let named = [("randomized", score.magnitudes), ("randomized_signed", score.signed)]
    return curves
      + named.flatMap { name, values in
        values.enumerated().map { index, values in
          Point(
            method: score.name, curve: name, at: Double(index + 1), value: Score.mean(values))
        }
      }
  }

  /// Which methods pass.
  private var finding: String? {
    let control = scores.first { $0.method == nil }
    guard let control, let deleted = control.area(.deletion),
      let inserted = control.area(.insertion)
    else { return nil }
    let judged = scores.filter { $0.method != nil }
    func names(_ isMeant: (Score) -> Bool) -> String {
      Words.list(judged.filter(isMeant).map(\.name))
    }
    let better = names {
      ($0.area(.deletion) ?? 1) < deleted && ($0.area(.insertion) ?? 0) > inserted
    }
    let blind = names { (Score.mean($0.magnitudes.last ?? []) ?? 0) > 0.5 }
    return """
      better than a random order at both: \(better)
      still alike (above 0.5) when no layer knows anything: \(blind)
      """
  }

  /// Three charts below each other's title.
  func drawing(title: String) -> Drawing {
    func chart(
      _ title: String, _ xName: String, _ points: (Score) -> [(Double, Double?)]
    ) -> Drawing {
      LineChart(
        title: title, xName: xName,
        series: scores.filter { !points($0).isEmpty }.map { score in
          LineChart.Series(
            score.name, points(score).map { LineChart.Point(x: $0.0, y: $0.1 ?? .nan) })
        }
      ).drawing(width: 620, height: 470)
    }
    func curve(_ kind: PixelCurve.Kind) -> (Score) -> [(Double, Double?)] {
      { score in
        score.meanCurve(kind).map { zip($0.shares, $0.probabilities).map { (100 * $0, $1) } } ?? []
      }
    }
    let names = layers.enumerated().map { "\($0.offset + 1) \($0.element.name)" }
    return Drawing.stacked([
      SheetPalette().text(title),
      Drawing.beside(
        [
          chart("probability, pixels deleted", "percent of the pixels", curve(.deletion)),
          chart("probability, pixels inserted", "percent of the pixels", curve(.insertion)),
          chart(
            "rank correlation, weights drawn anew",
            layers.count <= 5 ? "layers: \(names.joined(separator: ", "))" : "layers from the top"
          ) { score in
            score.magnitudes.isEmpty
              ? []
              : [(0, 1)]
                + score.magnitudes.enumerated().map {
                  (Double($0.offset + 1), Score.mean($0.element))
                }
          },
        ], spacing: 12, alignment: .start),
    ]).padded(by: 12)
  }
}
