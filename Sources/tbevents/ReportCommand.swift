import ArgumentParser
import CommandSupport
import EventFiles
import Files
import Foundation
import Reports
import Synchronization
import TextOutput

/// `tbevents report`: a log directory as one page.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "report", "Write a report as one HTML page: runs, curves, histograms, images, text.",
    """
    The page refers to nothing outside, so it opens from a disk or a mail, and prints to PDF. It has a \
    table of runs with hyperparameters and the best and last values of accuracies and losses; all \
    curves; histograms over time; the latest images; texts. Large log directories are thinned; the \
    page says what it leaves out.
    """)

  @OptionGroup var selection: Selection
  @Option("The page to write.", "path", more: "- is standard output.") var output = "report.html"
  @Option("The headline. (default: Report: and the directory's name)") var title: String?

  @Option(
    "How much to smooth, 0 to 0.999, as TensorBoard's slider.", "weight", .below(1, from: 0),
    more: "Curves of fewer than 30 points stay as they are.")
  var smoothing = 0.6

  @OptionGroup var groupOption: GroupOption

  @Flag(.force) var force = false
  @Flag(.quiet) var quiet = false

  func validate() throws {
    if title?.isEmpty == true { throw ValidationError("--title has no letters") }
  }

  func run() throws {
    let file =
      output == "-"
      ? nil : try OutputFile(path: output, force: force)
    let (runs, failures) = try selection.find()
    let contents = try read(runs)
    var options = ReportOptions(
      title: title ?? "Report: \(Self.name(of: selection.logdir))", source: selection.logdir,
      tool: "tbevents \(Tool.version)", time: Date().timeIntervalSince1970)
    options.smoothing = smoothing
    options.remedy = "--run and --tag choose."
    if groupOption.pattern != nil {
      options.grouping = { [groupOption] in try groupOption.groups(of: $0) }
    }
    let report = Report(of: contents, options)
    guard !report.isEmpty else { throw selection.noTag(in: contents) }
    let page = Array(try report.html().utf8)
    if let file {
      try file.write(page)
      try Console.print("wrote \(file.path): \(report.summary), \(Format.bytes(page.count))")
    } else {
      try Console.write(page)
    }
    if tellDamage(in: contents, failures) { throw ExitStatus.damagedInput }
  }

  /// Reads the runs, telling how many are read.
  private func read(_ runs: [Run]) throws -> [RunContents] {
    let wants = selection.wantsTag
    let progress = Mutex(
      (
        bar: ProgressBar(unit: "run", total: runs.count, style: .automatic(quiet: quiet)), done: 0
      ))
    defer { progress.withLock { $0.bar.finish() } }
    return try inParallel(runs) { run in
      // Hyperparameters belong to the runs, whichever tags are asked for.
      let contents = try RunContents(
        of: run, tags: { tag in wants(tag) || tag.hasPrefix("_hparams_/") })
      progress.withLock {
        $0.done += 1
        $0.bar.update($0.done)
      }
      return contents
    }
  }

  /// The last part of a path that says something.
  private static func name(of path: String) -> String {
    let name = Path.ownName(of: path)
    return name == "/" ? "Report" : name
  }
}
