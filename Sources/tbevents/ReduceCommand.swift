import ArgumentParser
import CommandSupport
import EventFiles
import Reports
import TensorBoard
import TextOutput

/// `tbevents reduce`: runs of one setting with several seeds, as their mean, deviation and the like.
struct ReduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "reduce", "Reduce runs that differ only in their seed to mean, std, min, max, median.",
    """
    Each group of runs becomes a run a statistic, <output>/<group>/mean and so on, which TensorBoard shows \
    as any other; --csv has all statistics of a step in a row, to the last digit. std divides by n - 1, as \
    pandas does it and NumPy with ddof=1. Where one run's value isn't a number, the statistic isn't \
    either.
    """)

  @OptionGroup var selection: Selection

  @Option("The log directory to write the new runs into.", "path") var output: String?

  @Option(
    "A table of all groups, tags and steps to write.", "path", more: "- is standard output.")
  var csv: String?

  @Option(
    name: .customLong("statistic"),
    help: ArgumentHelp(
      "mean, std, min, max, median, or a quantile: q0.25; repeatable.",
      discussion: "(default: mean, std, min, max and median)", valueName: "name"))
  var names: [String] = []

  @OptionGroup var groupOption: GroupOption

  @Option(
    "Runs of a group that must have a step. (default: all)", "count", .atLeast(1),
    name: .customLong("min-runs"))
  var leastRuns: Int?

  @Flag(help: "Draw straight lines between the steps of runs that lack one.")
  var interpolate = false

  @Flag(.force) var force = false

  func validate() throws {
    if output == nil, csv == nil { throw ValidationError("--output or --csv says where to write") }
    _ = try statistics()
  }

  private func statistics() throws -> [Statistic] {
    var statistics: [Statistic] = []
    for name in names.isEmpty ? ["mean", "std", "min", "max", "median"] : names {
      guard let statistic = Statistic(name: name) else {
        throw ValidationError(
          "--statistic is mean, std, min, max, median or q with a share: q0.25, not \(name)")
      }
      if !statistics.contains(statistic) { statistics.append(statistic) }
    }
    return statistics
  }

  func run() throws {
    let statistics = try statistics()
    let table = try csv.flatMap {
      $0 == "-" ? nil : try OutputFile(path: $0, force: force)
    }
    let (runs, failures) = try selection.find()
    let (groups, others) = try groupOption.groups(
      of: ReportRun.all(in: try readAll(runs, tags: isHyperparameters), keepsEmpty: true))
    try check(groups, others)
    let sink = csv == nil ? nil : try ExportSink(table)
    try sink?.add(
      Array("group,tag,step,wall_time,runs,\(statistics.map(\.name).joined(separator: ","))\n".utf8)
    )
    var isDamaged = false
    var lines: [String] = []
    for group in groups {
      let (line, wasDamaged) = try reduce(group, to: statistics, sink)
      line.map { lines.append($0) }
      isDamaged = isDamaged || wasDamaged
    }
    guard !lines.isEmpty else {
      throw CommandFailure("\(selection.logdir): no scalar has a step that runs of a group share")
    }
    try sink?.finish()
    if csv != "-" { try Console.print(lines.joined(separator: "\n")) }
    if tellDamage(in: [], failures) || isDamaged { throw ExitStatus.damagedInput }
  }

  /// Tells runs that are in no group or alone.
  private func check(_ groups: [RunGroup], _ others: [ReportRun]) throws {
    guard groups.contains(where: { $0.runs.count > 1 }) else {
      throw CommandFailure(
        "\(selection.logdir): no runs have the same settings with different seeds; --group-by says "
          + "which belong together, '^' takes all")
    }
    if !others.isEmpty {
      Console.tell(
        "\(Format.counted(others.count, "run")) in no group: \(Self.list(others.map(\.name)))")
    }
    let alone = groups.filter { $0.runs.count == 1 }.map(\.name)
    if !alone.isEmpty {
      Console.tell(
        "\(Format.counted(alone.count, "group")) of a single run: \(Self.list(alone))")
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
  }

  /// Reduces a group; what there is to say, nil where it has no scalars.
  private func reduce(
    _ group: RunGroup, to statistics: [Statistic], _ sink: ExportSink?
  ) throws -> (line: String?, isDamaged: Bool) {
    let contents = try readAll(group.runs.flatMap { $0.contents.map(\.run) }) {
      [wants = selection.wantsTag] in wants($0)
    }
    let isDamaged = tellDamage(in: contents)
    let tags = SeedCurves.scalars(of: contents)
    let writers = try output.map { output in
      try statistics.map {
        try StatisticFile("\(output)/\(ExportCommand.path(group.name))/\($0.name)", force)
      }
    }
    if !group.hyperparameters.isEmpty {
      let start = tags.flatMap(\.series).compactMap(\.wallTimes.first).min() ?? 0
      let settings = Summary.hyperparameters(
        group.hyperparameters, group: group.name, startTime: start)
      for writer in writers ?? [] { try writer.add(settings, 0, start) }
    }
    var (pointCount, omitted) = (0, 0)
    for (tag, series) in tags {
      let seeds = SeedCurves(
        series,
        SeedCurves.Alignment(leastCount: leastRuns, interpolates: interpolate))
      if seeds.count < group.runs.count {
        Console.tell(
          "\(group.name): only \(seeds.count) of \(group.runs.count) runs have the tag "
            + Shown.tag(tag))
      }
      let prefix = Array("\(cell(group.name)),\(cell(tag)),".utf8)
      omitted += try seeds.forEach { point in
        let values = statistics.map { $0(point.values) }
        for (writer, value) in zip(writers ?? [], values) {
          try writer.add(.scalar(Float(value)), tag: tag, point.step, point.wallTime)
        }
        try sink?.add { line in
          line += prefix
          line.append(integer: point.step)
          line.append(0x2C)
          line.append(exact: point.wallTime, isSingle: false)
          line.append(0x2C)
          line.append(integer: point.values.count)
          for value in values {
            line.append(0x2C)
            line.append(exact: value, isSingle: false)
          }
          line.append(0x0A)
        }
        pointCount += 1
      }
    }
    if omitted > 0 {
      Console.tell(
        "\(group.name): left out \(Format.counted(omitted, "step")) that too few of its runs "
          + "have; --min-runs or --interpolate keeps them")
    }
    guard pointCount > 0 else { return (nil, isDamaged) }
    for writer in writers ?? [] { try writer.finish() }
    let names = statistics.map(\.name)
    return (
      "\(group.name): \(Format.counted(group.runs.count, "run")), "
        + "\(Format.counted(tags.count, "tag")), \(Format.counted(pointCount, "point"))"
        + (output.map {
          " to \($0)/\(ExportCommand.path(group.name))/{\(names.joined(separator: ","))}"
        }
          ?? ""),
      isDamaged
    )
  }

  private func cell(_ text: String) -> String { CSV.field(SafeText.visible(text)) }
}
