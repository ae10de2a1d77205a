import ArgumentParser
import CommandSupport
import EventFiles
import Files
import LogDirectories
import TextOutput

/// `tbevents rewrite`: a log directory with other runs, tags, steps or fewer values.
struct RewriteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "rewrite", "Write runs anew: fewer values, other names, files merged.",
    """
    Records that stay are copied byte for byte; where a part of a record goes, the rest of it stays as \
    it is. First comes what is kept (--run, --tag, --kind, --steps, --restarts), then thinning, then new \
    names and steps. All is read back and compared with what was read before a file gets its name. Only \
    event files are written; what else lies in a run's directory stays where it is.

    In place, the new files are whole and on the disk before an old one goes. A run with damaged files \
    stays as it is, as does one that is written to meanwhile; end its training first.

      tbevents rewrite logdir --output small --drop-kind images --at-most 1000
      tbevents rewrite logdir --output new --rename-tag '^Loss/=loss/' --split train
      tbevents rewrite logdir --in-place --merge step --restarts marked
    """)

  @OptionGroup var selection: Selection

  @Option(
    name: .customLong("drop-run"),
    help: ArgumentHelp("Drop runs of this name; may be repeated.", valueName: "pattern"))
  var droppedRuns: [String] = []

  @OptionGroup var keep: KeepOptions

  @Option(
    help: ArgumentHelp(
      "Only values of these steps: 100..2000, 100.. or ..2000.",
      discussion: "Both ends are kept. Settings and graphs are of no step.", valueName: "steps"))
  var steps: StepRange?

  @Option(
    help: ArgumentHelp(
      "What a restart replaced: keep, or drop marked or steps.",
      discussion: """
        marked: values that the mark of a restart replaces, as TensorBoard's slow loader does. steps: \
        also those whose step a later value of the tag has again or falls below, as its fast one does.
        """, valueName: "rule"))
  var restarts = RewritePlan.Restarts.keep

  @OptionGroup var thin: ThinOptions

  @Option(
    name: .customLong("rename-tag"),
    help: ArgumentHelp(
      "Rename tags: a regular expression, =, the new text.",
      discussion: """
        Each match is replaced; $1 is what the first group found, $0 all, $$ a dollar sign; \\= is an \
        equals sign in the expression. May be repeated, each upon the result of the one before.
        """, valueName: "old=new"))
  var tagRenamings: [Renaming] = []

  @Option(
    name: .customLong("rename-run"),
    help: ArgumentHelp(
      "Rename runs in the same way.",
      discussion: "Several runs may become one with --merge.", valueName: "old=new"))
  var runRenamings: [Renaming] = []

  @Option(
    help: ArgumentHelp(
      "Move tags PREFIX/… into a run RUN/PREFIX; may be repeated.",
      discussion: "The prefix, up to the first slash, is a pattern of * and ?.",
      valueName: "prefix"))
  var split: [String] = []

  @Option(
    help: ArgumentHelp(
      "Merge a run's files into one, in the order of: files, step or time.",
      discussion: """
        Sorting by step or time takes 24 bytes of memory an event, and implies --restarts marked.
        """, valueName: "order"))
  var merge: RewritePlan.Merge?

  @Option("Add this to each step.", "steps")
  var shiftSteps = 0

  @Option("Add this to each wall time, in seconds.", "seconds")
  var shiftTime = 0.0

  @Option("The log directory to write: new, or an empty one.", "directory")
  var output: String?

  @Flag(help: "Replace the event files that were read.")
  var inPlace = false

  @Flag(help: "Write nothing, only say what would be.")
  var dryRun = false

  @Option(.format) var format = OutputFormat.text

  func validate() throws {
    if output != nil, inPlace {
      throw ValidationError("--output and --in-place exclude each other")
    }
    if output == nil, !inPlace, !dryRun {
      throw ValidationError("--output names the directory to write; --in-place replaces the files")
    }
    if !shiftTime.isFinite { throw ValidationError("--shift-time is a finite number of seconds") }
  }

  func run() throws {
    let directory = output ?? selection.logdir
    var isNew = false
    if let output, !dryRun {
      isNew = FileStatus(path: output) == nil
      guard isNew || (try? Directory.entries(of: output).isEmpty) ?? false else {
        throw CommandFailure("\(output): exists already and isn't empty")
      }
    }
    let found = try selection.find()
    let dropped = droppedRuns.map(Pattern.init)
    let runs = found.runs.filter { run in !dropped.contains { $0.matches(run.name) } }
    guard !runs.isEmpty else {
      throw CommandFailure("\(selection.logdir): no run is left")
    }
    do {
      try SurgeryReport.write(
        runs, found.failures, to: directory, inPlace: output == nil, plan: plan, isDry: dryRun,
        format: format
      ) { Renaming.renamed($0, by: runRenamings) }
    } catch {
      // What was begun is worth nothing, and would be in the way.
      if isNew, !(error is ExitStatus), let output { try? Directory.removeAll(output) }
      throw error
    }
  }

  private var plan: RewritePlan {
    var plan = RewritePlan()
    plan.keeps = keep.keeps(selection)
    plan.steps = steps?.range
    plan.restarts =
      restarts == .keep && (merge == .step || merge == .time) ? .marked : restarts
    plan.thinning = thin.thinning
    if !thin.kinds.isEmpty { plan.thinned = Set(thin.kinds) }
    plan.merge = merge
    plan.stepShift = shiftSteps
    plan.timeShift = shiftTime
    let (renamings, prefixes) = (tagRenamings, split.map(Pattern.init))
    plan.place = { tag in
      let tag = Renaming.renamed(tag, by: renamings)
      let bytes = tag.utf8
      guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else {
        return RewritePlan.Place(run: "", tag: tag)
      }
      let (prefix, rest) = (String(tag[..<slash]), String(tag[bytes.index(after: slash)...]))
      // What can't be a directory stays a part of the tag.
      guard prefixes.contains(where: { $0.matches(prefix) }), !rest.isEmpty,
        SafeText.fileName(prefix) == prefix
      else { return RewritePlan.Place(run: "", tag: tag) }
      return RewritePlan.Place(run: prefix, tag: rest)
    }
    return plan
  }
}

/// Steps from one to another: `100..2000`, `100..` or `..2000`.
struct StepRange: ExpressibleByArgument {
  let range: ClosedRange<Int>

  init?(argument: String) {
    let ends = argument.split(separator: "..", omittingEmptySubsequences: false)
    guard ends.count == 2, argument != ".." else { return nil }
    guard let low = ends[0].isEmpty ? .min : Int(ends[0]),
      let high = ends[1].isEmpty ? .max : Int(ends[1]), low <= high
    else { return nil }
    range = low...high
  }
}
