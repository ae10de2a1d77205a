import ArgumentParser
import CommandSupport
import EventFiles
import Files
import LogDirectories
import TextOutput

/// `tbevents rm`: runs, or contents of runs, go.
struct RemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "rm", "Remove runs, or tags and kinds of them.",
    """
    With --run alone, the event files of these runs go, and directories that are empty then; what else \
    lies there stays. With --tag or --kind the files are written anew without these, as tbevents rewrite \
    --in-place does it. Nothing asks back: --dry-run says what would go.

      tbevents rm logdir --run 'debug*' --dry-run
      tbevents rm logdir --kind images
    """)

  @OptionGroup var selection: Selection

  @Option(
    name: .customLong("kind"),
    help: ArgumentHelp(
      "Only contents of this kind; may be repeated.",
      discussion: "tensors: all other values.", valueName: "kind"))
  var kinds: [ContentKind] = []

  @Flag(help: "Remove nothing, only say what would be.")
  var dryRun = false

  @Option(.format) var format = OutputFormat.text

  func validate() throws {
    if selection.runPatterns.isEmpty, selection.tagPatterns.isEmpty, kinds.isEmpty {
      throw ValidationError("--run, --tag or --kind says what goes; --run '*' means every run")
    }
  }

  func run() throws {
    let (runs, failures) = try selection.find()
    guard !selection.tagPatterns.isEmpty || !kinds.isEmpty else {
      return try removeRuns(runs, failures)
    }
    var plan = RewritePlan()
    let (wantsTag, kinds) = (selection.wantsTag, Set(kinds))
    let isAnyTag = selection.tagPatterns.isEmpty
    plan.keeps = { tag, kind in
      let isOfKind = kinds.contains(kind)
      // Settings and graphs go only by their kind.
      return kind == .hparams || kind == .graphs
        ? !isOfKind : !((kinds.isEmpty || isOfKind) && (isAnyTag || wantsTag(tag)))
    }
    try SurgeryReport.write(
      runs, failures, to: selection.logdir, inPlace: true, plan: plan, isDry: dryRun,
      format: format)
  }

  private func removeRuns(_ runs: [Run], _ failures: [EventFileError]) throws {
    let rows = try runs.map { run in
      let files = try run.eventFiles()
      return (run, files, files.reduce(0) { $0 + (FileStatus(path: $1)?.size ?? 0) })
    }
    if !dryRun {
      for (run, files, _) in rows {
        for path in files { try Directory.removeFile(path) }
        if !Directory.removeIfEmpty(run.directory),
          let rest = try? Directory.entries(of: run.directory), !rest.isEmpty
        {
          let names = rest.prefix(3).map(\.name).joined(separator: ", ")
          Console.tell(
            "\(run.directory): stays, with \(names)\(rest.count > 3 ? ", …" : "") in it")
        }
      }
    }
    var result = CommandResult()
    result.table(
      rows,
      columns: [
        Column("run", .words) { Shown.tag($0.0.name) },
        Column(nil, key: "run") { $0.0.name },
        Column("files", .count, key: "files") { $0.1.count },
        Column("bytes", .count, key: "bytes") { $0.2 },
      ])
    let bytes = Format.bytes(rows.reduce(0) { $0 + $1.2 })
    result.section(
      "\(Format.counted(rows.count, "run")), \(bytes), \(dryRun ? "would be removed" : "removed")")
    try format.print(result)
    failures.forEach { Console.tell($0.description) }
    if !failures.isEmpty { throw ExitStatus.damagedInput }
  }
}
