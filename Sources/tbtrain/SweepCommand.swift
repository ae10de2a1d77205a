import ArgumentParser
import CommandSupport
import Foundation
import ModelFiles
import Tensors

/// `tbtrain sweep`.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "sweep", "Train every combination of the values of some flags.",
    """
    Flags take lists: --optimizer adam,sgd --learning-rate 1e-2,1e-3 trains four runs under one \
    directory, which TensorBoard's HPARAMS compares. Started again, it skips what is complete and \
    resumes what isn't.
    """, exitCodes: ExitStatus.trainingHelpText,
    subcommands: [
      SweepNetworkCommand<LeNetOptions>.self, SweepNetworkCommand<RNNOptions>.self,
      SweepNetworkCommand<VGGOptions>.self,
    ])
}

/// `tbtrain sweep lenet`, `tbtrain sweep rnn` and `tbtrain sweep vgg`.
struct SweepNetworkCommand<Own: NetworkOptions>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      Own.kind.rawValue, "Sweep \(Own.title).", exitCodes: ExitStatus.trainingHelpText)
  }

  @OptionGroup var sweep: SweepOptions
  @OptionGroup var own: Own
  @OptionGroup var training: TrainingOptions
  @Option(.threads) var threads: Int?
  @Flag(.quiet) var quiet = false

  private func product() throws -> Sweep {
    try Sweep(
      Own.kind, given: TrainingFlags.given(own, training).changes(for: Own.kind),
      seeds: sweep.seeds, logdir: sweep.logdir)
  }

  func validate() throws { _ = try product() }
  func run() throws { try sweep.run(product(), threads: threads, quiet: quiet) }
}

/// The flags of a sweep, and what they do.
struct SweepOptions: ParsableArguments {
  @Option("The directory that holds the sweep's runs.") var logdir = "logdir/sweep"

  @Option("Runs of each setting, with seeds from --seed on.", "count", .within(1...100_000))
  var seeds: Int?

  @Option("Runs at the same time. (default: one a core)", "jobs", .atLeast(1)) var jobs: Int?

  @Option(
    "Train one task's share: 2/8 is the second of eight.", "i/n",
    more: """
      Without it, SLURM_ARRAY_TASK_ID and _COUNT of a Slurm job array say the same, and \
      JOB_COMPLETION_INDEX of a Kubernetes indexed Job says which run. All tasks may write to one \
      shared directory.
      """)
  var task: TaskShare?

  @Flag(help: "Print the runs and their commands, and train none.") var list = false
  @Option(.format) var format = OutputFormat.text

  /// Trains this task's share of a sweep, and prints how it went.
  func run(_ sweep: Sweep, threads: Int?, quiet: Bool) throws {
    let share = try task ?? TaskShare(environment: ProcessInfo.processInfo.environment)
    let chosen = share.indices(of: sweep.tasks.count).map { sweep.tasks[$0] }
    if list {
      for task in chosen { try Console.print(sweep.command(of: task)) }
      return
    }
    guard !chosen.isEmpty else {
      Console.tell("the sweep has \(sweep.tasks.count) runs; none is left for this task")
      return
    }
    if task == nil {
      try Ranks.checkAlone(
        in: ProcessInfo.processInfo.environment,
        else: "give each its part by --task, or start one without mpirun")
    }
    let count = threads ?? Parallel.workers
    let outcomes = try sweep.run(
      chosen, jobs: min(jobs ?? count, chosen.count), threads: count,
      progress: .automatic(quiet: quiet))
    try format.print(SweepReport(sweep, outcomes).result)
    if outcomes.contains(where: { $0.state.exitStatus == .failed }) { throw ExitStatus.failed }
    try SweepOutcome.checkEnded(outcomes)
  }
}

extension SweepOutcome {
  /// Whether no run has anything left to do.
  ///
  /// - Throws: `ExitStatus.interrupted` after Ctrl-C, `ExitStatus.temporaryFailure` when another program
  ///   trains one of them.
  static func checkEnded(_ outcomes: [SweepOutcome]) throws {
    let statuses = outcomes.map(\.state.exitStatus)
    if statuses.contains(.interrupted) {
      Console.tell("stopped, everything saved; the same command goes on")
      throw ExitStatus.interrupted
    }
    if statuses.contains(.temporaryFailure) { throw ExitStatus.temporaryFailure }
  }
}
