import ArgumentParser
import CommandSupport
import Foundation
import ModelFiles
import Tensors

/// `tbtrain sweep`.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Train every combination of the values of some flags.",
    discussion: """
      Flags take lists: --optimizer adam,sgd --learning-rate 1e-2,1e-3 trains four runs under one \
      folder, which TensorBoard's HPARAMS compares. Started again, it skips what is complete and \
      resumes what isn't.

      \(ExitStatus.helpText)
      """,
    subcommands: [SweepLeNetCommand.self, SweepRNNCommand.self])
}

/// `tbtrain sweep lenet`.
struct SweepLeNetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lenet", abstract: "Sweep LeNet-5.", discussion: ExitStatus.helpText)

  @OptionGroup var sweep: SweepOptions
  @OptionGroup var lenet: LeNetOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    try sweep.run(
      .lenet, given: lenet.given.merging(training.given) { $1 }, threads: threads, quiet: quiet)
  }
}

/// `tbtrain sweep rnn`.
struct SweepRNNCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rnn", abstract: "Sweep an RNN, LSTM or GRU.", discussion: ExitStatus.helpText)

  @OptionGroup var sweep: SweepOptions
  @OptionGroup var rnn: RNNOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    try sweep.run(
      .rnn, given: rnn.given.merging(training.given) { $1 }, threads: threads, quiet: quiet)
  }
}

/// The flags of a sweep, and what they do.
struct SweepOptions: ParsableArguments {
  @Option(help: "The folder that holds the sweep's runs.")
  var logdir = "logdir/sweep"

  @Option(
    help: ArgumentHelp(
      "Runs of each setting, with seeds from --seed on.", valueName: "count"))
  var seeds: Int?

  @Option(help: "Runs at the same time. (default: one a core)")
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      "Train one task's share: 2/8 is the second of eight.",
      discussion: """
        Without it, SLURM_ARRAY_TASK_ID and _COUNT of a Slurm job array say the same, and \
        JOB_COMPLETION_INDEX of a Kubernetes indexed Job says which run. All tasks may write to one \
        shared folder.
        """, valueName: "i/n"))
  var task: String?

  @Flag(help: "Print the runs and their commands, and train none.")
  var list = false

  @Option(help: "How the results are printed: text or json.")
  var format = ResultFormat.text

  enum ResultFormat: String, ExpressibleByArgument, CaseIterable { case text, json }

  func validate() throws {
    if let seeds, !(1...100_000).contains(seeds) {
      throw ValidationError("--seeds is at least 1, at most 100000")
    }
    if let jobs, jobs < 1 { throw ValidationError("--jobs is at least 1, not \(jobs)") }
    if let task, TaskShare(text: task) == nil {
      throw ValidationError("--task is i/n, the i-th of n tasks, not \"\(task)\"")
    }
  }

  func run(
    _ network: NetworkKind, given: [String: [String]], threads: ThreadsOption, quiet: QuietOption
  ) throws {
    if seeds != nil, (given["seed"]?.count ?? 0) > 1 {
      throw ValidationError("--seeds counts from one --seed on; give a single one")
    }
    let sweep = Sweep(network, given: given, seeds: seeds, logdir: logdir)
    let share =
      try task.flatMap(TaskShare.init(text:))
      ?? TaskShare(
        environment: ProcessInfo.processInfo.environment)
    let chosen = share.indices(of: sweep.tasks.count).map { sweep.tasks[$0] }
    if list {
      for task in chosen { try Console.print(try sweep.command(of: task)) }
      return
    }
    guard !chosen.isEmpty else {
      Console.tell("the sweep has \(sweep.tasks.count) runs; none is left for this task")
      return
    }
    let count = threads.count ?? Parallel.workers
    let outcomes = try sweep.run(
      chosen, jobs: min(jobs ?? count, chosen.count), threads: count,
      progress: quiet.progressStyle)
    let report = SweepReport(sweep, outcomes)
    switch format {
    case .text: try Console.print(report.text)
    case .json: for line in try report.lines() { try Console.print(line) }
    }
    if outcomes.contains(where: { if case .failed = $0.state { true } else { false } }) {
      throw ExitStatus.failed
    }
    if outcomes.contains(where: { if case .unfinished = $0.state { true } else { false } }) {
      Console.tell("stopped, everything saved; the same command goes on")
      throw ExitStatus.interrupted
    }
  }
}
