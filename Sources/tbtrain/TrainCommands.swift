import ArgumentParser
import CommandSupport
import Datasets
import ModelFiles
import NeuralNetworks
import Tensors
import TextOutput

/// `tbtrain lenet`.
struct LeNetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lenet",
    abstract: "Train LeNet-5 and log everything to TensorBoard.",
    discussion: """
      conv 5x5x32, pool 2, conv 5x5x64, pool 2, dense 1024, dropout, dense. Without flags it learns \
      a drawn data set and writes to logdir/. Ctrl-C saves; --resume goes on as if never stopped.

      \(ExitStatus.helpText)
      """)

  @OptionGroup var place: RunOptions
  @OptionGroup var lenet: LeNetOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    try SingleRun(
      network: .lenet, place: place, given: single(lenet.given.merging(training.given) { $1 }),
      threads: threads, quiet: quiet
    ).train()
  }
}

/// `tbtrain rnn`.
struct RNNCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rnn",
    abstract: "Train an RNN, LSTM or GRU that reads images row by row.",
    discussion: """
      An image is a sequence of its rows; the state after the last one goes through a dense layer. \
      Without flags an LSTM learns drawn digits. Ctrl-C saves; --resume goes on as if never stopped.

      \(ExitStatus.helpText)
      """)

  @OptionGroup var place: RunOptions
  @OptionGroup var rnn: RNNOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    try SingleRun(
      network: .rnn, place: place, given: single(rnn.given.merging(training.given) { $1 }),
      threads: threads, quiet: quiet
    ).train()
  }
}

/// One training from the command line to the table at its end.
struct SingleRun {
  let network: NetworkKind
  /// What runs without a name are called, with a number behind it; nil: the network.
  var kind: String?
  let place: RunOptions
  let given: [String: String]
  let threads: ThreadsOption
  let quiet: QuietOption

  /// Trains, and tells how it went.
  ///
  /// - Throws: `ExitStatus.interrupted` after Ctrl-C, with everything saved.
  func train() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      var training = try makeTraining()
      var bar = ProgressBar(
        unit: "step", total: training.totalSteps, done: training.firstStep,
        style: quiet.progressStyle)
      let result = try training.run(&bar, Interruption())
      switch result.status {
      case .finished, .stoppedEarly:
        try report(result, of: training)
        if let trouble = training.trouble { throw trouble }
      case .interrupted:
        Console.tell(
          "stopped at step \(result.step) of \(result.totalSteps), everything saved; go on with "
            + "tbtrain \(network.rawValue) --resume --run \(training.folder.name)\(logdirFlag)")
        throw ExitStatus.interrupted
      case .diverged:
        throw CommandFailure(
          "the loss is no longer a number at step \(result.step): "
            + "try a --learning-rate below \(training.settings.baseLearningRate)")
      }
    }
  }

  private func makeTraining() throws -> Training {
    guard place.resume else {
      let asked = try TrainingSettings(network, flags: given)
      // A data set that isn't there leaves no folder behind.
      let data = try Training.load(asked)
      return try Training(
        new: RunFolder(new: place.name, kind: kind ?? network.rawValue, logdir: place.logdir),
        asked,
        data: data)
    }
    let checkpoint =
      try place.name.map { try Checkpoint(path: RunFolder.joined(place.logdir, $0)) }
      ?? Checkpoint.newest(under: place.logdir)
    return try Training(resuming: checkpoint, network, given: given)
  }

  private var logdirFlag: String { place.logdir == "logdir" ? "" : " --logdir \(place.logdir)" }

  /// The table at the end, and what to type next.
  private func report(_ result: RunResult, of training: Training) throws {
    var table = TextTable(("", .left), ("", .left))
    table.add("test accuracy", result.accuracy.map { Format.percent($0) } ?? "-")
    table.add("test loss", result.loss.map { Format.fixed($0, decimals: 3) } ?? "-")
    if let best = result.best, best.step != result.step {
      table.add("best test", "\(Format.percent(best.accuracy)) at step \(Format.count(best.step))")
    }
    if result.status == .stoppedEarly {
      table.add("stopped early", "at step \(Format.count(result.step))")
    }
    if !result.deadFilters.isEmpty {
      table.add("dead filters", result.deadFilters.joined(separator: ", "))
    }
    table.add("time", Format.duration(seconds: result.seconds))
    table.add("run", training.folder.path)
    table.add("look", "tensorboard --logdir \(place.logdir)")
    let isDefault = place.logdir == "logdir"
    switch network {
    case .lenet:
      table.add(
        "",
        "deconv project --layer 2 --filter 7"
          + (isDefault ? "" : " --checkpoint \(training.folder.path)"))
    case .rnn:
      table.add(
        "", "tbtrain evaluate" + (isDefault ? "" : " --checkpoint \(training.folder.path)"))
    }
    try Console.print(table.rendered())
  }
}
