import Charts
import CommandSupport
import Images
import ModelFiles
import TextOutput
import Visualization

/// What `deconv ablate` draws and says.
struct AblationReport {
  let ablation: Ablation
  let images: DataImages

  /// A filter and how the network does without it.
  private struct Entry {
    var filter: Int
    var score: Ablation.Score
  }

  /// The worst first: by accuracy, then by loss.
  private var ranked: [Entry] {
    zip(ablation.filters, ablation.without).map { Entry(filter: $0, score: $1) }.sorted {
      ($0.score.correct, -$0.score.lossSum, $0.filter)
        < ($1.score.correct, -$1.score.lossSum, $1.filter)
    }
  }

  // MARK: Images

  /// Accuracy and loss without each filter, from the worst to the best, beside those of the whole
  /// network.
  func image() -> Image {
    let ranked = ranked
    func chart(_ title: String, _ value: (Ablation.Score) -> Double) -> Image {
      func line(_ name: String, _ values: [Double]) -> LineChart.Series {
        LineChart.Series(
          name, values.enumerated().map { LineChart.Point(x: Double($0 + 1), y: $1) })
      }
      let noun = ablation.layer.filterNoun
      return LineChart(
        title: title, xName: "\(noun)s of \(ablation.layer), the worst to lose first",
        series: [
          line("without one \(noun)", ranked.map { value($0.score) }),
          line("whole network", ranked.map { _ in value(ablation.whole) }),
        ]
      ).image(width: 1000, height: 460)
    }
    return Image.stacked(
      [chart("accuracy", \.accuracy), chart("loss, nats", \.loss)], spacing: 12,
      background: .white)
  }

  // MARK: Words

  /// For people.
  ///
  /// - Parameter rows: of the table; 0 for all.
  func text(_ network: Network, rows: Int, output: String) -> String {
    let whole = ablation.whole
    let noun = ablation.layer.filterNoun
    let ranked = ranked
    var head = TextTable(("", .left), ("", .left))
    head.add("checkpoint", network.checkpoint.path)
    head.add("data", images.description)
    head.add("layer", "\(ablation.layer), \(Format.counted(ranked.count, noun)) off one by one")
    head.add(
      "whole",
      "accuracy \(Format.percent(whole.accuracy)), loss \(Format.fixed(whole.loss, decimals: 4))")
    head.add("found", finding)
    head.add("output", output)
    var table = TextTable(
      (noun, .right), ("accuracy", .right), ("change", .right), ("loss", .right),
      ("change", .right))
    let shown = rows == 0 ? ranked.count : min(rows, ranked.count)
    for entry in ranked.prefix(shown) {
      table.add(
        "\(entry.filter)", Format.percent(entry.score.accuracy),
        Self.signed(100 * (entry.score.accuracy - whole.accuracy), decimals: 1),
        Format.fixed(entry.score.loss, decimals: 4),
        Self.signed(entry.score.loss - whole.loss, decimals: 4))
    }
    let rest =
      shown < ranked.count ? "\n(\(ranked.count - shown) more; --rows 0 shows all)" : ""
    return "\(head.rendered())\n\n\(table.rendered())\(rest)"
  }

  private var finding: String {
    let (whole, noun) = (ablation.whole, ablation.layer.filterNoun)
    let ranked = ranked
    guard let worst = ranked.first else { return "nothing was switched off" }
    let unchanged = ranked.filter { $0.score == whole }.count
    let better = ranked.filter { $0.score.correct > whole.correct }.count
    guard unchanged < ranked.count else {
      return "no \(noun) changes anything: the layer above ignores them, or all are dead"
    }
    let loss = whole.correct - worst.score.correct
    var words =
      loss > 0
      ? "\(noun) \(worst.filter) costs most, \(Format.counted(loss, "right answer"))"
      : "no \(noun) costs a right answer"
    if better > 0 { words += "; without \(better) of them accuracy is higher" }
    if unchanged > 0 { words += "; \(unchanged) change nothing at all: dead, or ignored above" }
    return words
  }

  private static func signed(_ number: Double, decimals: Int) -> String {
    let text = Format.fixed(number, decimals: decimals)
    return number > 0 && text.contains { $0 != "0" && $0 != "." } ? "+" + text : text
  }

  // MARK: Numbers

  /// An object about the whole network, then one a filter, the worst first.
  var objects: [any Encodable] {
    struct Whole: Encodable {
      var layer, images: Int
      var accuracy, loss: Double
    }
    struct Without: Encodable {
      var filter: Int
      var accuracy, loss: Double
    }
    let whole = ablation.whole
    return [
      Whole(
        layer: ablation.layer.number, images: whole.count, accuracy: whole.accuracy,
        loss: whole.loss)
    ]
      + ranked.map {
        Without(filter: $0.filter, accuracy: $0.score.accuracy, loss: $0.score.loss)
      }
  }

  /// The arrays.
  func write(to files: RawFiles) throws {
    let shape = [ablation.filters.count]
    try files.write("filters", ablation.filters.map { Int32($0) }, shape: shape)
    try files.write("accuracy", ablation.without.map(\.accuracy), shape: shape)
    try files.write("loss", ablation.without.map(\.loss), shape: shape)
  }
}
