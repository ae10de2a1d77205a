import Charts
import CommandSupport
import Images
import TextOutput
import Visualization
import VisualizationSheets

/// Table 1: how alike the hiding of each part is, beside two controls.
struct CorrespondenceTable {
  let stages: [FeatureStage]
  /// For each set of boxes and layer, the comparison: the parts' sets, the random ones, the shared
  /// ones.
  private let found: [[Correspondence]]
  private let rows: [Row]

  private struct Row {
    var name: String
    var kind: String
    var sets: Range<Int>
    /// Over the pairs of images of all sets, at each layer.
    var deltas: [(mean: Double, deviation: Double)] = []
  }

  init(parts: [String], randomCount: Int, stages: [FeatureStage], found: [[Correspondence]]) {
    (self.stages, self.found) = (stages, found)
    let rows =
      parts.enumerated().map { Row(name: $1, kind: "part", sets: $0..<$0 + 1) } + [
        Row(
          name: "random places", kind: "random", sets: parts.count..<parts.count + randomCount),
        Row(name: "random, shared", kind: "shared", sets: parts.count + randomCount..<found.count),
      ]
    self.rows = rows.map { row in
      var row = row
      row.deltas = stages.indices.map { layer in
        let pairs = row.sets.flatMap { found[$0][layer].pairs }
        let mean = pairs.reduce(0, +) / Double(max(1, pairs.count))
        let squares = pairs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, (squares / Double(max(1, pairs.count))).squareRoot())
      }
      return row
    }
  }

  private func short(_ row: Row, _ layer: Int) -> String {
    let (mean, deviation) = row.deltas[layer]
    return "\(Format.fixed(mean, decimals: 3)) +- \(Format.fixed(deviation, decimals: 3))"
  }

  /// The table, a sentence a part, an object a row and layer, and the arrays mean and std.
  func describe(in result: inout CommandResult) {
    result.table(
      rows,
      columns: [Column("delta", .words) { $0.name }, Column("sets") { $0.sets.count }]
        + stages.indices.map { layer in Column("\(stages[layer])") { short($0, layer) } })
    result.section(
      rows.filter { $0.kind == "part" }.map { finding($0) }.joined(separator: "\n"))
    result.rows = rows.flatMap { row in
      stages.indices.map { layer in
        let comparisons = row.sets.map { found[$0][layer] }
        return JSON([
          "name": row.name, "kind": row.kind, "layer": stages[layer].layer.number,
          "pooled": stages[layer].isPooled, "sets": row.sets.count,
          "features": comparisons.first?.featureCount ?? 0, "mean": row.deltas[layer].mean,
          "std": row.deltas[layer].deviation,
          // The paper's sum over ordered pairs, of all sets.
          "sum": comparisons.reduce(0) { $0 + $1.sum }, "pairs": comparisons.flatMap(\.pairs),
        ])
      }
    }
    let deltas = rows.flatMap(\.deltas)
    result.array("mean", shape: [rows.count, stages.count], deltas.map(\.mean))
    result.array("std", shape: [rows.count, stages.count], deltas.map(\.deviation))
  }

  /// What a part's delta says against the controls, at each layer.
  private func finding(_ row: Row) -> String {
    let controls = rows.suffix(2).map(\.deltas)
    let words = stages.indices.map { layer -> String in
      let part = row.deltas[layer].mean
      let (random, shared) = (controls[0][layer], controls[1][layer])
      let name = stages[layer].layer.name
      if part < random.mean - random.deviation, part < shared.mean - shared.deviation {
        return "\(name): lower than both controls, so hiding it does the same to the images"
      }
      if part < min(random.mean, shared.mean) {
        return "\(name): lower than both controls, but within their spread"
      }
      return part < random.mean
        ? "\(name): lower than random places, but not than shared ones: the place explains it"
        : "\(name): no lower than random places"
    }
    return "\(row.name): \(words.joined(separator: "; "))"
  }

  /// The images with the boxes of each part, of one random set and of one shared one; beside them the
  /// deltas.
  ///
  /// - Parameter boxes: of all sets.
  func sheet(of images: [Image], boxes: [[PixelBox]]) -> Drawing {
    let palette = SheetPalette()
    let lines = rows.map { row in
      let marked = zip(images, boxes[row.sets.lowerBound]).map { image, box -> Drawing in
        let factor = max(1, 112 / max(image.width, image.height))
        var drawing = Drawing(image, enlargedBy: factor)
        drawing.box(
          x: Double(box.x * factor), y: Double(box.y * factor), width: Double(box.width * factor),
          height: Double(box.height * factor), color: palette.mark, thickness: 2)
        return drawing.framed(color: palette.frame)
      }
      let words = [row.name] + stages.indices.map { "\(stages[$0].layer.name) " + short(row, $0) }
      return (palette.text(words.joined(separator: "\n")), Drawing.beside(marked, spacing: 8))
    }
    let wide = lines.map(\.0.width).max() ?? 1
    let strips = lines.map { text, images in
      Drawing.beside([text.extended(width: wide), images], spacing: 12)
    }
    let title = palette.text(
      "delta, mean ± std over the pairs of images; of random boxes the first set is shown")
    return Drawing.stacked([title] + strips, spacing: 10).padded(by: 12)
  }
}
