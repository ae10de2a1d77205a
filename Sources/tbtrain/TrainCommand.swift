import ArgumentParser
import CommandSupport
import Datasets
import Files
import Foundation
import ModelFiles
import NeuralNetworks
import Tensors
import TextOutput

/// `tbtrain lenet`, `tbtrain rnn` and `tbtrain vgg`: one training.
struct TrainCommand<Own: NetworkOptions>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      Own.kind.rawValue, "Train \(Own.title) and log everything to TensorBoard.",
      "\(Own.about) Ctrl-C saves; --resume goes on as if never stopped.",
      exitCodes: ExitStatus.trainingHelpText)
  }

  @OptionGroup var place: RunOptions
  @OptionGroup var own: Own
  @OptionGroup var training: TrainingOptions
  @Option(.threads) var threads: Int?
  @Flag(.quiet) var quiet = false

  private var single: SingleRun {
    get throws {
      SingleRun(
        network: Own.kind, kind: Own.kind.rawValue, place: place,
        changes: try TrainingFlags.given(own, training).single(for: Own.kind), threads: threads,
        quiet: quiet)
    }
  }

  func validate() throws { try single.check() }
  func run() throws { try single.train() }
}

/// One training from the command line to the table at its end.
struct SingleRun {
  let network: NetworkKind
  /// What runs without a name are called, with a number behind it.
  let kind: String
  let place: RunOptions
  let changes: [SettingChange]
  let threads: Int?
  let quiet: Bool

  /// Trains, and tells how it went.
  ///
  /// - Throws: `ExitStatus.interrupted` after Ctrl-C, with everything saved;
  ///   `ExitStatus.temporaryFailure` when another program trains the run.
  func train() throws {
    let ranks = try Ranks(environment: ProcessInfo.processInfo.environment)
    try ranks.together {
      try Parallel.$workers.withValue(threads ?? ranks.threads) {
        let training: Training
        do {
          training = try ranks.each { try makeTraining(ranks) }
        } catch let occupied as RunDirectory.Occupied {
          Console.tell("\(occupied)")
          throw ExitStatus.temporaryFailure
        }
        try train(training)
      }
    }
  }

  private func train(_ training: Training) throws {
    var training = training
    var bar = ProgressBar(
      unit: "step", total: training.totalSteps, done: training.firstStep,
      style: .automatic(quiet: quiet || !training.ranks.isFirst))
    let result = try training.run(&bar, Interruption())
    guard training.ranks.isFirst else { return }
    switch result.status {
    case .finished, .stoppedEarly:
      try report(result, of: training)
      if let trouble = training.trouble { throw trouble }
    case .interrupted:
      Console.tell(
        """
        stopped at step \(result.step) of \(result.totalSteps), everything saved; go on with \
        \(training.ranks.launcher)tbtrain \(network.rawValue) --resume --run \
        \(training.directory.name)\(logdirFlag)
        """)
      throw ExitStatus.interrupted
    case .diverged:
      throw CommandFailure(
        """
        the training has diverged at step \(result.step), its loss is above 1,000,000 or no number: \
        try a --learning-rate below \(training.settings.baseLearningRate)
        """)
    }
  }

  /// Whether the flags can be what they are: of a run that goes on, each by itself.
  ///
  /// - Throws: `ValidationError`.
  func check() throws {
    guard place.resume else { return _ = try TrainingSettings(network, changes) }
    var settings = TrainingSettings(network)
    for change in changes { change.apply(&settings) }
    try settings.checkEach()
  }

  private func makeTraining(_ ranks: Ranks) throws -> Training {
    guard place.resume else {
      let asked = try TrainingSettings(network, changes)
      // A data set that isn't there leaves no directory behind.
      let data = try Training.load(asked)
      if asked.batchSize > data.training.count, ranks.isFirst {
        Console.tell(
          """
          --batch-size \(asked.batchSize) is more than the \(data.training.count) training images: \
          each update learns from all of them
          """)
      }
      let directory =
        ranks.isFirst
        ? try RunDirectory(new: place.name, kind: kind, logdir: place.logdir)
        : RunDirectory(path: place.logdir)
      return try Training(new: directory, asked, data: data, ranks: ranks)
    }
    let checkpoint =
      try place.name.map { try Checkpoint(path: Path.joined(place.logdir, $0)) }
      ?? Checkpoint.newest(under: place.logdir)
    return try Training(resuming: checkpoint, ranks: ranks) { recorded throws(ValidationError) in
      try recorded.continued(by: changes, of: network)
    }
  }

  private var logdirFlag: String { place.logdir == "logdir" ? "" : " --logdir \(place.logdir)" }

  /// The table at the end, and what to type next.
  private func report(_ result: RunResult, of training: Training) throws {
    var table = CommandResult()
    table.fact("test accuracy", result.accuracy.map { Format.percent($0) } ?? "-")
    table.fact("test loss", result.loss.map { Format.fixed($0, decimals: 3) } ?? "-")
    if let best = result.best, best.step != result.step {
      table.fact("best test", "\(Format.percent(best.accuracy)) at step \(Format.count(best.step))")
    }
    if result.status == .stoppedEarly {
      table.fact("stopped early", "at step \(Format.count(result.step))")
    }
    if !result.deadFilters.isEmpty {
      table.fact("dead filters", result.deadFilters.joined(separator: ", "))
    }
    table.fact("time", Format.duration(seconds: result.seconds))
    table.fact("run", training.directory.path)
    table.fact("look", "tensorboard --logdir \(place.logdir)")
    let next =
      network == .rnn ? "tbtrain evaluate" : "deconv project --layer 2 --filter 7"
    table.fact("", next + (logdirFlag.isEmpty ? "" : " --checkpoint \(training.directory.path)"))
    try Console.print(table.text)
  }
}
