import ArgumentParser
import Charts
import CommandSupport
import Datasets
import TextOutput
import Visualization

/// `deconv ablate`: what each filter is worth.
struct AblateCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "ablate", "Switch each filter of a layer off and test the network.",
    """
    A filter that is off gives 0 everywhere. The table has the worst loss of accuracy first.

    With --format json the first object is about the whole network, each other one about a filter, \
    the worst first. With --npy the arrays are filters, accuracy and loss, in the filters' order.
    """)

  @Option("The layer. (default: the highest convolution)", "layer") var layer: LayerName?
  @Option("Filters, as 3,7 or 0-15.", "list") var filter = FilterList.all
  @Option("Rows of the table; 0 for all.", "count", .atLeast(0)) var rows = 20
  @OptionGroup var data: DataOptions
  @Option("The PNG or SVG to write.", "path") var output = "ablation.png"
  @OptionGroup var lab: LabOptions

  func look(into network: Network) throws {
    let layer = try network.convolution(layer, use: "whose units to switch off")
    let filters = try filter.filters(of: layer, in: network.deconvnet)
    let outputs = try lab.outputs(output, arrays: ["filters", "accuracy", "loss"], network)
    let images = try DataImages(data, for: network)
    try images.checkClasses(network)

    var ablation = Ablation(of: layer, filters: filters, in: network.deconvnet)
    images.forEachBatch(progress: lab.progress) { batch, indices in
      ablation.look(at: batch, labels: indices.map { images.images.labels[$0] })
    }
    try outputs.write(result(ablation, images, network))
  }

  /// A filter and how the network does without it.
  private struct Entry {
    var filter: Int
    var score: Ablation.Score
  }

  private func result(
    _ ablation: Ablation, _ images: DataImages, _ network: Network
  ) -> CommandResult {
    let (whole, layer) = (ablation.whole, ablation.layer)
    // The worst first: by accuracy, then by loss.
    let ranked = zip(ablation.filters, ablation.without).map { Entry(filter: $0, score: $1) }
      .sorted {
        ($0.score.correct, -$0.score.lossSum, $0.filter)
          < ($1.score.correct, -$1.score.lossSum, $1.filter)
      }
    var result = CommandResult(network)
    result.fact("data", images.description)
    result.fact(
      "layer", "\(layer), \(Format.counted(ranked.count, layer.filterNoun)) off one by one")
    result.fact(
      "whole",
      "accuracy \(Format.percent(whole.accuracy)), loss \(Format.fixed(whole.loss, decimals: 4))")
    result.fact("found", finding(ranked, ablation))
    result.summary = [
      JSON([
        "layer": layer.number, "name": layer.name, "images": whole.count,
        "accuracy": whole.accuracy, "loss": whole.loss,
      ])
    ]
    result.table(
      ranked, shown: rows == 0 ? nil : rows, remedy: "--rows 0 shows all",
      columns: Column.place(in: layer) + [
        Column(layer.filterNoun, key: "filter") { $0.filter },
        Column("accuracy", .percent, key: "accuracy") { $0.score.accuracy },
        Column("change", .change(1)) { 100 * ($0.score.accuracy - whole.accuracy) },
        Column("loss", .fixed(4), key: "loss") { $0.score.loss },
        Column("change", .change(4)) { $0.score.loss - whole.loss },
      ])
    result.array("filters", ablation.filters.map { Int32($0) })
    result.array("accuracy", ablation.without.map(\.accuracy))
    result.array("loss", ablation.without.map(\.loss))
    result.draw(chart(ranked, ablation), tag: "ablation/\(layer.name)")
    return result
  }

  /// Accuracy and loss without each filter, from the worst to the best, beside those of the whole
  /// network; the worst ones by name.
  private func chart(_ ranked: [Entry], _ ablation: Ablation) -> Drawing {
    let noun = ablation.layer.filterNoun
    func chart(_ title: String, _ value: (Ablation.Score) -> Double) -> Drawing {
      func line(_ name: String, _ values: [Double]) -> LineChart.Series {
        LineChart.Series(
          name, values.enumerated().map { LineChart.Point(x: Double($0 + 1), y: $1) })
      }
      return LineChart(
        title: title,
        xName: "\(noun)s of \(ablation.layer), the worst to lose first: "
          + ranked.prefix(6).map { "\($0.filter)" }.joined(separator: ", ")
          + (ranked.count > 6 ? ", ..." : ""),
        series: [
          line("without one \(noun)", ranked.map { value($0.score) }),
          line("whole network", ranked.map { _ in value(ablation.whole) }),
        ]
      ).drawing(width: 1000, height: 460)
    }
    return Drawing.stacked(
      [chart("accuracy", \.accuracy), chart("loss, nats", \.loss)], spacing: 12)
  }

  private func finding(_ ranked: [Entry], _ ablation: Ablation) -> String {
    let (whole, noun) = (ablation.whole, ablation.layer.filterNoun)
    guard let worst = ranked.first else { return "nothing was switched off" }
    let unchanged = ranked.count { $0.score == whole }
    let better = ranked.count { $0.score.correct > whole.correct }
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
}
