import ArgumentParser
import CommandSupport
import EventFiles
import TextOutput

/// `tbevents inspect`: what a log directory holds.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "inspect", "List runs, tags, kinds, points, steps, sizes and damage.")

  @OptionGroup var selection: Selection
  @Option(.format) var format = OutputFormat.text

  func run() throws {
    let (runs, failures) = try selection.find()
    let contents = try readAll(runs, tags: selection.wantsTag)
    var result = CommandResult()
    for contents in contents { describe(contents, &result) }
    result.rows = contents.map(object)
    try format.print(result)
    if tellDamage(in: contents, failures) { throw ExitStatus.damagedInput }
  }

  private func describe(_ contents: RunContents, _ result: inout CommandResult) {
    let size = contents.files.reduce(0) { $0 + $1.byteCount + $1.unfinishedByteCount }
    let events = contents.files.reduce(0) { $0 + $1.eventCount }
    result.table(
      contents.series,
      title: """
        run \(Shown.tag(contents.run.name)): \(Format.counted(contents.files.count, "file")), \
        \(Format.bytes(size)), \(Format.counted(events, "event"))\
        \(contents.hasGraph ? ", with a graph" : "")
        """,
      columns: [
        Column("  tag", .words) { "  " + Shown.tag($0.tag) },
        Column("kind", .words) { Shown.tag(kind($0)) }, Column("points", .count) { $0.count },
        Column("first", .count) { $0.steps.first },
        Column("last", .count) { $0.steps.last },
        Column("bytes") { Format.bytes($0.byteCount) },
        Column("last value", .number(4)) { $0.numbers.last },
      ])
    let superseded = contents.series.reduce(0) { $0 + $1.supersededCount }
    if superseded > 0 {
      result.section("  \(Format.counted(superseded, "value")) replaced by a restart, not counted")
    }
    for file in contents.files where file.unfinishedByteCount > 0 {
      result.section(
        "  \(SafeText.visible(file.path)): \(Format.bytes(file.unfinishedByteCount)) at the end are no "
          + "whole record: still being written, or cut off")
    }
  }

  private func kind(_ series: Series) -> String {
    series.kind == .tensor && !series.pluginName.isEmpty ? series.pluginName : series.kind.rawValue
  }

  /// A run as JSON has it.
  private func object(_ contents: RunContents) -> JSON {
    JSON([
      "run": contents.run.name, "directory": contents.run.directory, "graph": contents.hasGraph,
      "tags": contents.series.map {
        JSON([
          "tag": $0.tag, "kind": $0.kind.rawValue, "plugin": $0.pluginName, "points": $0.count,
          "first_step": $0.steps.first, "last_step": $0.steps.last, "bytes": $0.byteCount,
          "superseded": $0.supersededCount,
        ])
      },
      "files": contents.files.map {
        JSON([
          "path": $0.path, "events": $0.eventCount, "bytes": $0.byteCount,
          "unfinished_bytes": $0.unfinishedByteCount, "damage": $0.damage.map(\.description),
          "failure": $0.failure?.description,
        ])
      },
    ])
  }
}
