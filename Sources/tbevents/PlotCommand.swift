import ArgumentParser
import Charts
import CommandSupport
import EventFiles
import Foundation
import Images
import TextOutput

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
        Runs belong together when their names are the same but for seed<number>; where no name has \
        that, all do. Steps that not all of them have are left out.
        """))
  var mean = false

  @Flag(help: "Powers of ten evenly on the vertical axis.") var log = false
  @Option("A .png or .svg file to write. (default: the terminal)", "path") var output: String?
  @OptionGroup var force: ForceOption

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
    guard !selection.tagPatterns.isEmpty else {
      throw ValidationError("--tag says what to plot; tbevents inspect lists the tags")
    }
  }

  func run() throws {
    let file = try output.map {
      try OutputFile(path: $0, force: force.isOn, makesDirectories: false)
    }
    let (runs, failures) = try selection.find()
    let contents = try readAll(runs, tags: selection.wantsTag)
    var curves = contents.flatMap { contents in
      contents.series.filter { $0.kind == .scalar && $0.count > 0 }.map {
        Curve(run: contents.run.name, series: $0)
      }
    }
    guard !curves.isEmpty else { throw selection.noTag(in: contents) }
    let chart = try chart(&curves)
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

  private func chart(_ curves: inout [Curve]) throws -> LineChart {
    let tags = Set(curves.map(\.series.tag.key))
    let runs = Set(curves.map(\.run.key))
    let start = curves.compactMap(\.series.wallTimes.first).min() ?? 0
    func name(_ run: String, _ tag: String) -> String {
      tags.count == 1 ? run : runs.count == 1 ? tag : "\(run) \(tag)"
    }
    let series: [LineChart.Series]
    if mean {
      series = try SeedGroup.groups(of: curves).map { group in
        let points = group.points
        guard !points.isEmpty else {
          throw CommandFailure(
            "\(group.name): its runs have no step of \(group.tag) in common, so there is no mean")
        }
        let means = Smoothing.exponential(points.map(\.mean), weight: smoothing)
        return LineChart.Series(
          "\(name(group.name, group.tag)) (\(group.count) runs)",
          zip(points, means).map { LineChart.Point(x: Double($0.step), y: $1) },
          band: zip(points, means).map { point, mean in
            LineChart.BandPoint(
              x: Double(point.step), low: mean - point.deviation, high: mean + point.deviation)
          })
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

  private func horizontal(_ series: Series, start: Double) -> [Double] {
    switch x {
    case .step: series.steps.map(Double.init)
    case .relative: series.wallTimes.map { ($0 - (series.wallTimes.first ?? 0)) / 3600 }
    case .wall: series.wallTimes.map { ($0 - start) / 3600 }
    }
  }
}

/// Runs of one setting with several seeds.
struct SeedGroup {
  let name: String
  let tag: String
  private let curves: [Series]

  /// How many runs.
  var count: Int { curves.count }

  /// A step's mean and sample standard deviation.
  struct Point {
    var step: Int
    var mean: Double
    var deviation: Double
  }

  /// The steps that all runs have.
  var points: [Point] {
    let values = curves.map { series in
      Dictionary(zip(series.steps, series.numbers)) { $1 }
    }
    guard let first = values.first else { return [] }
    return first.keys.sorted().compactMap { step in
      let numbers = values.compactMap { $0[step] }
      guard numbers.count == values.count else { return nil }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = numbers.count > 1 ? (squares / Double(numbers.count - 1)).squareRoot() : 0
      return Point(step: step, mean: mean, deviation: deviation)
    }
  }

  /// Groups curves of a tag by their run's name without the seed.
  static func groups(of curves: [PlotCommand.Curve]) -> [SeedGroup] {
    let named = curves.contains { withoutSeed($0.run) != $0.run }
    return curves.grouped { named ? withoutSeed($0.run) : "mean" }.flatMap { name, curves in
      curves.map(\.series).grouped(by: \.tag).map { tag, curves in
        SeedGroup(name: name, tag: tag, curves: curves)
      }
    }
  }

  /// A name without "seed", the sign behind it and its number, and the sign before it.
  static func withoutSeed(_ name: String) -> String {
    guard let range = name.range(of: "[-_,.]?seed[-_=]?[0-9]+", options: .regularExpression)
    else { return name }
    return name.replacingCharacters(in: range, with: "")
  }
}
