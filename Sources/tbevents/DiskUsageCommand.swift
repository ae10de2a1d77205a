import ArgumentParser
import CommandSupport
import EventFiles
import LogDirectories
import TextOutput

/// `tbevents du`: where the bytes go.
struct DiskUsageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "du", "Show the bytes by run, tag and kind, the most first.",
    """
    The rows add up to the sizes of the event files. framing: 16 bytes a record for its length and \
    checksums; headers: times, steps, versions and marks; unfinished: no whole record, at a file's end.
    """)

  @OptionGroup var selection: Selection

  @Option("A row for each tag, kind or run.", "grouping")
  var by = Grouping.tag

  @Option(.format) var format = OutputFormat.text

  enum Grouping: String, ExpressibleByArgument, CaseIterable { case tag, kind, run }

  func run() throws {
    let (runs, failures) = try selection.find()
    let usages = try inParallel(runs) { try DiskUsage(of: $0) }
    let total = usages.reduce(0) { $0 + $1.byteCount }
    let wantsTag = selection.wantsTag
    let isWhole = selection.tagPatterns.isEmpty
    var groups: [[[UInt8]]: DiskUsage.Row] = [:]
    for row in usages.flatMap(\.rows) where isWhole || !row.tag.isEmpty && wantsTag(row.tag) {
      var row = row
      // Headers and frames are counted in records, not in values.
      if ["framing", "headers"].contains(row.kind), by == .run { row.count = 0 }
      switch by {
      case .tag: break
      case .kind: (row.run, row.tag) = ("", "")
      case .run: (row.tag, row.kind) = ("", "")
      }
      let key = [row.run.key, row.tag.key, row.kind.key]
      row.count += groups[key]?.count ?? 0
      row.byteCount += groups[key]?.byteCount ?? 0
      groups[key] = row
    }
    let rows = groups.values.sorted {
      ($1.byteCount, $0.run, $0.tag, $0.kind) < ($0.byteCount, $1.run, $1.tag, $1.kind)
    }
    var result = CommandResult()
    result.table(rows, columns: columns(total))
    let shown = rows.reduce(0) { $0 + $1.byteCount }
    let files = usages.reduce(0) { $0 + $1.reports.count }
    result.section(
      """
      \(isWhole ? "" : "\(Format.count(shown)) of ")\(Format.counted(total, "byte")) in \
      \(Format.counted(files, "file")) of \(Format.counted(runs.count, "run"))
      """)
    try format.print(result)
    let sentences =
      failures.map(\.description)
      + usages.flatMap(\.reports).flatMap { $0.sentences(onUnfinished: false) }
    sentences.forEach(Console.tell)
    if !sentences.isEmpty { throw ExitStatus.damagedInput }
  }

  private func columns(_ total: Int) -> [Column<DiskUsage.Row>] {
    var columns: [Column<DiskUsage.Row>] = []
    if by != .kind {
      columns += [
        Column("run", .words) { Shown.tag($0.run) }, Column(nil, key: "run") { $0.run },
      ]
    }
    if by == .tag {
      columns += [
        Column("tag", .words) { Shown.tag($0.tag) }, Column(nil, key: "tag") { $0.tag },
      ]
    }
    if by != .run { columns.append(Column("kind", .words, key: "kind") { $0.kind }) }
    return columns + [
      Column("values", .count, key: "values") { $0.count },
      Column("bytes", .count, key: "bytes") { $0.byteCount },
      Column("share", .percent, key: "share") { Double($0.byteCount) / Double(max(total, 1)) },
    ]
  }
}
