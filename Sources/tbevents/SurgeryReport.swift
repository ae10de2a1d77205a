import CommandSupport
import EventFiles
import LogDirectories
import TextOutput

/// What became of a log directory that was written anew.
enum SurgeryReport {
  /// Writes runs by a plan, and tells what became of them.
  ///
  /// - Throws: `ExitStatus.damagedInput` where something couldn't be read.
  static func write(
    _ runs: [Run], _ failures: [EventFileError], to directory: String, inPlace: Bool,
    plan: RewritePlan, isDry: Bool, format: OutputFormat,
    newName: (String) -> String = { $0 }
  ) throws {
    let rewriter = try LogDirectoryRewriter(
      runs, to: directory, inPlace: inPlace, plan: plan, isDry: isDry, newName: newName)
    let left = isDry ? [] : try rewriter.put()
    try format.print(result(rewriter, directory, isDry: isDry))
    for name in left {
      Console.tell(
        "\(name): stays as it is, since not all of it can be read; tbevents repair helps")
    }
    let sentences =
      failures.map(\.description) + rewriter.reports.flatMap { $0.sentences(onUnfinished: true) }
    sentences.forEach(Console.tell)
    if !sentences.isEmpty { throw ExitStatus.damagedInput }
  }

  private static func result(
    _ rewriter: LogDirectoryRewriter, _ directory: String, isDry: Bool
  ) -> CommandResult {
    var rows: [(name: String, row: RunRewriter.Row)] = []
    for (name, run) in rewriter.runs { rows += run.rows.map { (name, $0) } }
    let read = rewriter.runs.reduce(0) { $0 + $1.rewriter.readBytes }
    let written = rewriter.runs.reduce(0) { $0 + $1.rewriter.writtenBytes }
    let counts = rows.reduce((0, 0)) { ($0.0 + $1.row.readCount, $0.1 + $1.row.writtenCount) }
    var result = CommandResult()
    result.table(
      rows,
      columns: [
        Column("run", .words) { Shown.tag($0.row.run) },
        Column("tag", .words) { Shown.tag($0.row.tag) },
        Column(nil, key: "run") { $0.row.run },
        Column(nil, key: "tag") { $0.row.tag },
        Column("kind", .words, key: "kind") { $0.row.kind.rawValue },
        Column("values", .count, key: "values") { $0.row.readCount },
        Column("kept", .count, key: "kept") { $0.row.writtenCount },
        Column("bytes", .count, key: "bytes") { $0.row.readBytes },
        Column(nil, key: "kept_bytes") { $0.row.writtenBytes },
        Column(nil, key: "new_run") { newRun($0.name, $0.row) },
        Column(nil, key: "new_tag") { $0.row.place.tag },
        Column("as", .words) { name, row in
          let run = newRun(name, row)
          let isSame = row.writtenCount == 0 || run == row.run && row.place.tag == row.tag
          return isSame ? "" : Shown.tag("\(run): \(row.place.tag)")
        },
      ])
    result.section(
      """
      \(Format.count(counts.1)) of \(Format.counted(counts.0, "value")), \(Format.bytes(written)) of \
      \(Format.bytes(read)), \(isDry ? "would be kept" : "read back and equal, in \(directory)")
      """)
    return result
  }

  /// The run that a series went to.
  private static func newRun(_ name: String, _ row: RunRewriter.Row) -> String {
    let parts = [name, row.place.run].filter { !$0.isEmpty && $0 != "." }
    return parts.isEmpty ? "." : parts.joined(separator: "/")
  }
}

extension FileReport {
  /// Sentences on what couldn't be read, and was read past.
  func sentences(onUnfinished: Bool) -> [String] {
    var sentences = failure.map { ["\($0); what else there is was read"] } ?? []
    if let first = damage.first {
      let more = damageCount > 1 ? ", and \(damageCount - 1) more" : ""
      sentences.append("\(path): \(first)\(more); what is whole was read")
    }
    if onUnfinished, unfinishedByteCount > 0 {
      sentences.append(
        "\(path): the last \(Format.counted(unfinishedByteCount, "byte")) are no whole record: still being written, or cut off"
      )
    }
    return sentences
  }
}
