import ArgumentParser
import CommandSupport
import Datasets
import EventFiles
import Files
import Foundation
import ModelFiles
import Reports
import Tensors
import TextOutput

/// `tbtrain assignment`: every experiment of the assignment, and the report of them.
struct AssignmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "assignment", "Do the whole assignment: train, look inside, write the report.",
    """
    Trains LeNet on --data by optimizer, rate, momentum, activation, initial weights and number of \
    images, recurrent layers on the rows of --rows-data by size and optimizer, looks into a network as \
    Zeiler & Fergus do, and writes report.html and report.md: tables of means and deviations over the \
    seeds, curves, images, and what was measured in sentences, beside what other reports got. deconv \
    and tbevents, which are built beside tbtrain, draw the figures. Killed and started again, it goes \
    on; several may work on one directory.

    minutes takes about eight minutes on two cores (400 and 300 updates, two seeds), hour about an hour (2,000 \
    and 1,000 updates, three seeds), full several hours (as long as the recipes say, three seeds).
    """, exitCodes: ExitStatus.trainingHelpText)

  @Option("Images for LeNet: a directory, shapes or digits.", "set") var data = "shapes"

  @Option(
    "Images that recurrent layers read by rows.", "set", more: "Such as a directory of MNIST.")
  var rowsData = "digits"

  @Option("minutes, hour or full.", "size") var size = Assignment.Size.minutes
  @Option("The directory for runs, figures and report.", "directory") var output = "report"

  @Option(
    "Only these experiments, with commas. (default: all)", "sections",
    more: Assignment.sections.map(\.id).joined(separator: ", ") + ".")
  var section: String?

  @Option("Runs of each setting. (default: 2, else 3)", "count", .within(1...100)) var seeds: Int?

  @Option(
    "Updates of each training. (default: the size's)", "updates", .within(1...1_000_000_000))
  var steps: Int?

  @Option(
    "Training images of each class. (default: all)", "images", .within(1...1_000_000))
  var trainPerClass: Int?

  @Option("Test images of each class. (default: all)", "images", .within(1...1_000_000))
  var testPerClass: Int?

  @Flag(help: "Print the runs' commands, and do nothing.") var list = false
  @Option(.threads) var threads: Int?
  @Flag(.quiet) var quiet = false
}

extension AssignmentCommand {
  func validate() throws { _ = try plan() }

  /// The experiments that the flags ask for.
  func plan() throws -> Assignment {
    let names = section.map { $0.split(separator: ",").map(String.init) }
    if let other = names?.first(where: { name in
      !Assignment.sections.contains { $0.id == name }
    }) {
      throw ValidationError(
        "there is no section \(other): they are "
          + Assignment.sections.map(\.id).joined(separator: ", "))
    }
    return try Assignment(
      size: size, sections: Assignment.sections.filter { names?.contains($0.id) ?? true },
      seeds: seeds, steps: steps, output: output
    ) { network in
      var words = ["--data", network == .rnn ? rowsData : data]
      if let trainPerClass { words += ["--train-per-class", "\(trainPerClass)"] }
      if let testPerClass { words += ["--test-per-class", "\(testPerClass)"] }
      return words
    }
  }

  /// What to type for the same report.
  var command: String {
    var words = ["tbtrain", "assignment", "--data", data, "--rows-data", rowsData]
    words += ["--size", size.rawValue, "--output", output]
    let numbers = [
      ("seeds", seeds), ("steps", steps), ("train-per-class", trainPerClass),
      ("test-per-class", testPerClass),
    ]
    for (flag, number) in numbers { if let number { words += ["--\(flag)", "\(number)"] } }
    return Assignment.typed(words)
  }

  func run() throws {
    let assignment = try plan()
    let tasks = assignment.sweep.tasks
    if list {
      for task in tasks { try Console.print(assignment.commands[task.name] ?? "") }
      return
    }
    // What would end hours of training in vain is found out first.
    try Ranks.checkAlone(
      in: ProcessInfo.processInfo.environment, else: "start one without mpirun")
    _ = try FigureMaker(output: output, reuses: true, threads: threads)
    let data = try load(assignment)
    try claim()
    let steps = tasks.compactMap { task in
      data[task.settings.network].map { data in
        task.settings.totalSteps(
          stepsPerEpoch: data.training.stepsPerEpoch(batchSize: task.settings.batchSize))
      }
    }.reduce(0, +)
    let report = AssignmentReport(assignment, command: command, data: data)
    let figureSteps = max(1, steps / 12 / max(1, report.figureCount))
    let style = ProgressBar.Style.automatic(quiet: quiet)
    let count = threads ?? Parallel.workers
    let outcomes = try assignment.sweep.run(
      tasks, jobs: min(count, tasks.count), threads: count, progress: style,
      later: figureSteps * report.figureCount)
    try SweepOutcome.checkEnded(outcomes)
    let isNew = outcomes.contains { outcome in
      if case .done(_, isNew: true) = outcome.state { true } else { false }
    }
    let maker = try FigureMaker(output: output, reuses: !isNew, threads: threads)
    let interruption = Interruption()
    var bar = ProgressBar(
      unit: "step", total: steps + figureSteps * report.figureCount, done: steps, style: style)
    var made = 0
    let document = try report.document(of: outcomes) { figure in
      if interruption.isRequested { throw stopped() }
      bar.update(steps + made * figureSteps, ["drawing \(figure.name)"])
      made += 1
      bar.line("\(made)/\(report.figureCount) figures  \(figure.name)")
      return try maker.make(figure)
    }
    bar.finish()
    if interruption.isRequested { throw stopped() }
    let files = [("report.html", document.html()), ("report.md", document.markdown())]
    for (name, text) in files {
      try OutputFile(path: Path.joined(output, name), force: true).write(text.utf8)
      try Console.print("wrote \(Path.joined(output, name)): \(Format.bytes(text.utf8.count))")
    }
    if outcomes.contains(where: { $0.state.exitStatus == .failed }) { throw ExitStatus.failed }
  }

  /// How it ends after Ctrl-C between two figures.
  private func stopped() -> ExitStatus {
    Console.tell("stopped, everything saved; the same command goes on")
    return .interrupted
  }

  /// The data of each network that is trained.
  ///
  /// - Throws: `DatasetError`, or `CommandFailure` where a network can't learn from them.
  private func load(_ assignment: Assignment) throws -> [NetworkKind: Dataset] {
    var found: [NetworkKind: Dataset] = [:]
    for task in assignment.sweep.tasks where found[task.settings.network] == nil {
      let data = try Training.load(task.settings)
      guard data.test.count > 0 else {
        throw CommandFailure("\(task.settings.data): has no test images, of which the report tells")
      }
      found[task.settings.network] = data
    }
    return found
  }

  /// Takes the directory for this report.
  ///
  /// - Throws: `CommandFailure` when another one is there.
  private func claim() throws {
    let path = Path.joined(output, "assignment.txt")
    if let known = try? OpenFile.contents(of: path, limit: 1 << 20) {
      guard known == Array("\(command)\n".utf8) else {
        let other = String(decoding: known, as: UTF8.self).trimmingCharacters(in: .newlines)
        throw CommandFailure("\(output): holds the report of \(other); give another --output")
      }
      return
    }
    try Directory.make(Path.joined(output, "figures"))
    try AtomicFile.write(Array("\(command)\n".utf8), to: path)
  }
}
