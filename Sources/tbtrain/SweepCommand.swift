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

      \(ExitStatus.trainingHelpText)
      """,
    subcommands: [
      SweepNetworkCommand<LeNetOptions>.self, SweepNetworkCommand<RNNOptions>.self,
    ])
}

/// `tbtrain sweep lenet` and `tbtrain sweep rnn`.
struct SweepNetworkCommand<Own: NetworkOptions>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: Own.network.rawValue, abstract: "Sweep \(Own.title).",
      discussion: ExitStatus.trainingHelpText)
  }

  @OptionGroup var sweep: SweepOptions
  @OptionGroup var own: Own
  @OptionGroup var training: TrainingOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  private func product() throws -> Sweep {
    try Sweep(
      Own.network, given: GivenFlags(training, own).changes(for: Own.network), seeds: sweep.seeds,
      logdir: sweep.logdir)
  }

  func validate() throws { _ = try product() }
  func run() throws { try sweep.run(product(), threads: threads, quiet: quiet) }
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

  /// Trains this task's share of a sweep, and prints how it went.
  func run(_ sweep: Sweep, threads: ThreadsOption, quiet: QuietOption) throws {
    let share =
      try task.flatMap(TaskShare.init(text:))
      ?? TaskShare(
        environment: ProcessInfo.processInfo.environment)
    let chosen = share.indices(of: sweep.tasks.count).map { sweep.tasks[$0] }
    if list {
      for task in chosen { try Console.print(sweep.command(of: task)) }
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
    case .json: for line in report.lines { try Console.print(line) }
    }
    if outcomes.contains(where: { if case .failed = $0.state { true } else { false } }) {
      throw ExitStatus.failed
    }
    if outcomes.contains(where: { if case .unfinished = $0.state { true } else { false } }) {
      Console.tell("stopped, everything saved; the same command goes on")
      throw ExitStatus.interrupted
    }
    if outcomes.contains(where: { if case .elsewhere = $0.state { true } else { false } }) {
      throw ExitStatus.temporaryFailure
    }
  }
}
