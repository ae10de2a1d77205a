import ArgumentParser
import CommandSupport
import EventFiles
import LogDirectories
import TextOutput

/// `tbevents diff`: in what two logs differ.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "diff", "Compare settings, tags and curves of two logs.",
    """
    Runs are compared with those of the same name; a log of one run with one of one run, whatever they \
    are called. Of curves: the steps that both have, those that only one has, the first at which they \
    differ by more than the tolerance, the largest and the mean absolute difference, and the last \
    values. Other values are equal or not. Times aren't compared, and restarts are applied.

    As with diff(1) the exit code is 0 where there is no difference and 1 where there is one; 1 with a \
    sentence on stderr where the comparison failed.
    """)

  @Argument(help: "A log directory, or one run's.")
  var first: String

  @Argument(help: "Another.")
  var second: String

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "Only runs of this name; may be repeated. (default: all)", valueName: "pattern"))
  var runPatterns: [String] = []

  @Option(
    name: .customLong("tag"),
    help: ArgumentHelp(
      "Only tags of this name; may be repeated. (default: all)", valueName: "pattern"))
  var tagPatterns: [String] = []

  @Option("Numbers so far apart count as equal.", "number", .atLeast(0))
  var tolerance = 0.0

  @Option("The same as a share of the larger number.", "share", .atLeast(0))
  var relativeTolerance = 0.0

  @Flag(help: "List what is equal, too.")
  var all = false

  @Option(.format) var format = OutputFormat.text

  private struct Row {
    var run: String
    var entry: RunDifference.Entry
  }

  func run() throws {
    let (ours, ourFailures) = try read(first)
    let (theirs, theirFailures) = try read(second)
    let limit = RunDifference.Tolerance(absolute: tolerance, relative: relativeTolerance)
    var rows: [Row] = []
    let areSingle = ours.count == 1 && theirs.count == 1
    for one in ours {
      let name = one.run.name
      guard
        let other = areSingle
          ? theirs.first : theirs.first(where: { $0.run.name.key == name.key })
      else {
        rows.append(Row(run: name, entry: .run(inFirst: true)))
        continue
      }
      rows += try RunDifference(one, other, tolerance: limit).entries.map {
        Row(run: name, entry: $0)
      }
    }
    if !areSingle {
      for other in theirs where !ours.contains(where: { $0.run.name.key == other.run.name.key }) {
        rows.append(
          Row(run: other.run.name, entry: .run(inFirst: false)))
      }
    }
    let differing = rows.filter(\.entry.differs)
    try format.print(result(all ? rows : differing, differing.count, of: rows.count))
    let isDamaged = tellDamage(in: ours + theirs, ourFailures + theirFailures)
    if !differing.isEmpty { throw ExitStatus.failed }
    if isDamaged { throw ExitStatus.damagedInput }
  }

  private func read(_ path: String) throws -> ([RunContents], [EventFileError]) {
    var selection = Selection()
    selection.logdir = path
    selection.runPatterns = runPatterns
    selection.tagPatterns = tagPatterns
    let (runs, failures) = try selection.find()
    return (try readAll(runs, tags: selection.wantsTag), failures)
  }

  private func result(_ rows: [Row], _ differing: Int, of count: Int) -> CommandResult {
    var result = CommandResult()
    result.fact("first", first)
    result.fact("second", second)
    result.table(
      rows,
      columns: [
        Column("run", .words) { Shown.tag($0.run) },
        Column(nil, key: "run") { $0.run },
        Column("what", .words, key: "what") { $0.entry.what },
        Column("name", .words) { Shown.tag($0.entry.name) },
        Column(nil, key: "name") { $0.entry.name },
        Column("first", .words) { $0.entry.first.map(Shown.tag) },
        Column("second", .words) { $0.entry.second.map(Shown.tag) },
        Column(nil, key: "first") { $0.entry.first },
        Column(nil, key: "second") { $0.entry.second },
        Column("common", .count, key: "common_steps") { $0.entry.commonSteps },
        Column("others", .count, key: "other_steps") { $0.entry.otherSteps },
        Column("part at", .count, key: "first_step") { $0.entry.firstStep },
        Column("largest", .number(4), key: "max_difference") { $0.entry.largest },
        Column("mean", .number(4), key: "mean_difference") { $0.entry.mean },
        Column(nil, key: "differs") { $0.entry.differs },
      ])
    result.section(
      differing == 0
        ? "no difference in \(Format.counted(count, "setting, graph or tag", plural: "settings, graphs and tags"))"
        : "\(Format.count(differing)) of \(Format.counted(count, "setting, graph or tag", plural: "settings, graphs and tags")) differ"
    )
    return result
  }
}
