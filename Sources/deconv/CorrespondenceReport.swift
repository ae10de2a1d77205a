import CommandSupport
import Images
import ModelFiles
import TextOutput
import Visualization

/// What `deconv correspond` draws and says.
struct CorrespondenceReport {
  let subjects: [Subject]
  /// The low and the high layer.
  let stages: [FeatureStage]
  let parts: [PartBoxes.Part]
  /// The boxes of all sets: the parts', the random ones, the shared ones.
  let sets: [[PixelBox]]
  /// For each set and layer, the comparison.
  let found: [[Correspondence]]
  /// Sets of each control.
  let randomCount: Int
  let fill: Float
  let seed: Int

  /// A row of the table.
  private struct Row {
    var name: String
    var kind: String
    var sets: Range<Int>
  }

  private var rows: [Row] {
    parts.indices.map { Row(name: parts[$0].name, kind: "part", sets: $0..<$0 + 1) } + [
      Row(
        name: "random places", kind: "random", sets: parts.count..<parts.count + randomCount),
      Row(
        name: "random, shared", kind: "shared",
        sets: parts.count + randomCount..<sets.count),
    ]
  }

  /// Mean and standard deviation over the pairs of images of all sets of a row.
  private func delta(_ row: Row, layer: Int) -> (mean: Double, deviation: Double) {
    let pairs = row.sets.flatMap { found[$0][layer].pairs }
    let mean = pairs.reduce(0, +) / Double(max(1, pairs.count))
    let squares = pairs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(max(1, pairs.count))).squareRoot())
  }

  // MARK: Images

  /// The images with the boxes of each part, of one random set and of one shared one; beside them the
  /// deltas.
  func sheet() -> Image {
    let factor = subjects.map { max(1, 112 / max($0.image.image.width, $0.image.image.height)) }
    let mark = Color(red: 235, green: 94, blue: 0)
    let rows = rows
    let lines = rows.map { row in
      let boxes = sets[row.sets.lowerBound]
      let images = subjects.indices.map { index -> Image in
        var image = subjects[index].image.image.enlarged(by: factor[index])
          .converted(toChannels: 3)
        let (box, factor) = (boxes[index], factor[index])
        image.drawBox(
          x: box.x * factor, y: box.y * factor, width: box.width * factor,
          height: box.height * factor, color: mark, thickness: 2)
        return image.framed(by: 1, color: Color(gray: 200))
      }
      let words = [row.name] + stages.indices.map { "\(stages[$0].layer.name) " + short(row, $0) }
      let text = Image.text(
        words.joined(separator: "\n"), scale: 2, color: Color(gray: 40), background: .white)
      return (text, Image.beside(images, spacing: 6, background: .white))
    }
    let wide = lines.map(\.0.width).max() ?? 1
    let strips = lines.map { text, images in
      Image.beside(
        [
          text.cropped(x: 0, y: 0, width: wide, height: text.height, fill: .white), images,
        ], spacing: 12, background: .white)
    }
    let title = Image.text(
      "delta, mean +- std over the pairs of images; of random boxes the first set is shown",
      scale: 2, color: Color(gray: 40), background: .white)
    return Image.stacked([title] + strips, spacing: 10, background: .white)
      .framed(by: 12, color: .white)
  }

  private func short(_ row: Row, _ layer: Int) -> String {
    let (mean, deviation) = delta(row, layer: layer)
    return "\(Format.fixed(mean, decimals: 3)) +- \(Format.fixed(deviation, decimals: 3))"
  }

  // MARK: Words

  /// For people.
  func text(_ network: Network, output: String) -> String {
    var head = TextTable(("", .left), ("", .left))
    head.add("checkpoint", network.checkpoint.path)
    head.add("images", subjects.map(\.image.caption).joined(separator: ", "))
    head.add("boxes", "gray \(Words.short(Double(fill))), seed \(seed)")
    head.add("output", output)
    var table = TextTable(
      ("delta", .left), ("sets", .right), ("\(stages[0])", .right), ("\(stages[1])", .right))
    for row in rows {
      table.add([row.name, "\(row.sets.count)"] + stages.indices.map { short(row, $0) })
    }
    let findings = parts.indices.map { finding(rows[$0]) }
    return """
      \(head.rendered())

      \(table.rendered())

      \(findings.joined(separator: "\n"))
      """
  }

  /// What a part's delta says against the controls, at each layer.
  private func finding(_ row: Row) -> String {
    let controls = Array(rows.suffix(2))
    let words = stages.indices.map { layer -> String in
      let part = delta(row, layer: layer).mean
      let (random, shared) = (delta(controls[0], layer: layer), delta(controls[1], layer: layer))
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

  // MARK: Numbers

  /// An object a row and layer.
  var objects: [any Encodable] {
    struct Object: Encodable {
      var name, kind: String
      var layer: Int
      var pooled: Bool
      var sets, features: Int
      var mean, std: Double
      /// The paper's sum over ordered pairs, of all sets.
      var sum: Int
      var pairs: [Double]
    }
    return rows.flatMap { row -> [any Encodable] in
      stages.indices.map { layer in
        let (mean, deviation) = delta(row, layer: layer)
        let comparisons = row.sets.map { found[$0][layer] }
        return Object(
          name: row.name, kind: row.kind, layer: stages[layer].layer.number,
          pooled: stages[layer].isPooled, sets: row.sets.count,
          features: comparisons.first?.featureCount ?? 0, mean: mean, std: deviation,
          sum: comparisons.reduce(0) { $0 + $1.sum }, pairs: comparisons.flatMap(\.pairs))
      }
    }
  }

  /// The arrays.
  func write(to files: RawFiles) throws {
    let deltas = rows.flatMap { row in stages.indices.map { delta(row, layer: $0) } }
    let shape = [rows.count, stages.count]
    try files.write("mean", deltas.map(\.mean), shape: shape)
    try files.write("std", deltas.map(\.deviation), shape: shape)
    try files.write(
      "boxes", sets.joined().flatMap { [$0.y, $0.x, $0.height, $0.width].map { Int32($0) } },
      shape: [sets.count, subjects.count, 4])
    try files.write(
      "differences", found.joined().flatMap { $0.differences.joined().map { Int32($0) } },
      shape: [sets.count, stages.count, subjects.count, subjects.count])
  }
}
