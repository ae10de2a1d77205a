import ArgumentParser
import Charts
import CommandSupport
import EventFiles
import Foundation
import Images
import Reports
import TextOutput

extension SeedBand: ExpressibleByArgument {}

/// `tbevents plot`: curves in the terminal, as PNG or as SVG.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "plot", "Plot curves of one run or several, in the terminal or to a PNG or SVG file.")

  @OptionGroup var selection: Selection

  @Option(
    "How much to smooth, 0 to 0.999, as TensorBoard's slider.", "weight", .below(1, from: 0),
    more: "In files the raw curve stays visible behind.")
  var smoothing = 0.0

  @Option("step, relative (hours) or wall (hours since the first).", "axis") var x = XAxis.step

  @Flag(
    help: ArgumentHelp(
      "One curve for runs that differ only in their seed: mean ± std.",
      discussion: """
        Runs belong together as in tbevents reduce; where no two do, all. Steps that not all of \
        them have are left out.
        """))
  var mean = false

  @Option("With --mean: std (mean ± std) or range (least to greatest).", "band")
  var band = SeedBand.std

  @OptionGroup var groupOption: GroupOption

  @Flag(help: "Powers of ten evenly on the vertical axis.") var log = false
  @Option("A .png or .svg file to write. (default: the terminal)", "path") var output: String?
  @Flag(.force) var force = false

  enum XAxis: String, ExpressibleByArgument, CaseIterable {
    case step, relative, wall

    var name: String {
      switch self {
      case .step: "step"
      case .relative: "hours since the run's start"
      case .wall: "hours since the first run's start"
      }
    }
  }

  func validate() throws {
    guard output.map({ $0.hasSuffix(".png") || $0.hasSuffix(".svg") }) ?? true else {
      throw ValidationError("--output ends in .png or .svg")
    }
    if groupOption.pattern != nil, !mean { throw ValidationError("--group-by goes with --mean") }
    guard !selection.tagPatterns.isEmpty else {
      throw ValidationError("--tag says what to plot; tbevents inspect lists the tags")
    }
  }

  func run() throws {
    let file = try output.map {
      try OutputFile(path: $0, force: force, makesDirectories: false)
    }
    let (runs, failures) = try selection.find()
    let contents = try readAll(runs) { [wants = selection.wantsTag] in
      wants($0) || isHyperparameters($0)
    }
    let curves = contents.flatMap { contents in
      contents.series.filter { $0.kind == .scalar && $0.count > 0 }.map {
        Curve(run: contents.run.name, series: $0)
      }
    }
    guard !curves.isEmpty else { throw selection.noTag(in: contents) }
    let chart = try chart(curves, contents)
    if let file {
      try file.write(
        file.path.hasSuffix(".svg") ? Array(chart.svg().utf8) : chart.image().pngData())
      try Console.print(
        "plotted \(Format.counted(chart.series.count, "curve")) to \(file.path)")
    } else {
      let (terminal, columns) = Terminal.standardOutput()
      let text = chart.text(
        columns: min(columns, 120), usesUnicode: terminal.speaksUnicode,
        usesColor: terminal.isLive && terminal.hasColor)
      try Console.write(Array((text + "\n").utf8))
    }
    if tellDamage(in: contents, failures) { throw ExitStatus.damagedInput }
  }

  /// A tag's points in a run.
  struct Curve {
    var run: String
    var series: Series
  }

  private func chart(_ curves: [Curve], _ contents: [RunContents]) throws -> LineChart {
    let tags = Set(curves.map(\.series.tag.key))
    let runs = Set(curves.map(\.run.key))
    let start = curves.compactMap(\.series.wallTimes.first).min() ?? 0
    func name(_ run: String, _ tag: String) -> String {
      tags.count == 1 ? run : runs.count == 1 ? tag : "\(run) \(tag)"
    }
    let series: [LineChart.Series]
    if mean {
      series = try groups(contents).flatMap { group in
        try SeedCurves.scalars(of: group.runs.flatMap(\.contents)).map { tag, curves in
          try self.series(name(group.name, tag), curves, group: group.name, tag: tag)
        }
      }
    } else {
      series = curves.map { curve in
        let xs = horizontal(curve.series, start: start)
        let smoothed = Smoothing.exponential(curve.series.numbers, weight: smoothing)
        let points = zip(xs, smoothed).map { LineChart.Point(x: $0, y: $1) }
        let raw = zip(xs, curve.series.numbers).map { LineChart.Point(x: $0, y: $1) }
        return LineChart.Series(
          name(curve.run, curve.series.tag), points, faint: smoothing > 0 ? raw : [])
      }
    }
    let title =
      tags.count == 1 ? curves[0].series.tag : runs.count == 1 ? curves[0].run : ""
    var chart = LineChart(
      title: title + (smoothing > 0 ? "  (smoothed \(Format.number(smoothing, digits: 3)))" : ""),
      xName: mean ? XAxis.step.name : x.name, series: series)
    if log { chart.yScale = .logarithmic }
    return chart
  }

  /// Runs that are drawn as one: all of them where no two belong together.
  private func groups(_ contents: [RunContents]) throws -> [RunGroup] {
    let runs = ReportRun.all(in: contents, keepsEmpty: true)
    let groups = try groupOption.groups(of: runs).groups
    return groupOption.pattern != nil || groups.contains { $0.runs.count > 1 }
      ? groups : [RunGroup(name: "mean", runs: runs)]
  }

  /// A group's mean and its band.
  private func series(
    _ name: String, _ curves: [Series], group: String, tag: String
  ) throws -> LineChart.Series {
    var points: [LineChart.Point] = []
    var edges: [LineChart.BandPoint] = []
    SeedCurves(curves).forEach { point in
      let mean = Statistic.mean(point.values)
      let (low, high) = band.edges(point.values, mean: mean)
      points.append(.init(x: Double(point.step), y: mean))
      edges.append(.init(x: Double(point.step), low: low, high: high))
    }
    guard !points.isEmpty else {
      throw CommandFailure(
        "\(group): its runs have no step of \(tag) in common, so there is no mean")
    }
    if smoothing > 0 {
      func smoothed(_ values: [Double]) -> [Double] {
        Smoothing.exponential(values, weight: smoothing)
      }
      let (low, high) = (smoothed(edges.map(\.low)), smoothed(edges.map(\.high)))
      for (index, mean) in smoothed(points.map(\.y)).enumerated() {
        points[index].y = mean
        (edges[index].low, edges[index].high) = (low[index], high[index])
      }
    }
    return LineChart.Series(
      "\(name) (\(Format.counted(curves.count, "run")))", points, band: edges)
  }

  private func horizontal(_ series: Series, start: Double) -> [Double] {
    switch x {
    case .step: series.steps.map(Double.init)
    case .relative: series.wallTimes.map { ($0 - (series.wallTimes.first ?? 0)) / 3600 }
    case .wall: series.wallTimes.map { ($0 - start) / 3600 }
    }
  }
}
