import CommandSupport
import Datasets
import Foundation
import ModelFiles
import NeuralNetworks
import TensorBoard
import Tensors

/// One run of `tbtrain lenet`: its settings, data and network, and the loop.
struct LeNetTraining {
  private let settings: TrainingSettings
  private let data: Dataset
  private let folder: RunFolder
  private let logdir: String
  private var model: Sequential
  private var optimizer: any Optimizer
  /// Updates made before now.
  private let firstStep: Int
  private let isNew: Bool
  /// What couldn't be written: told when it happens, and again at the end.
  private var trouble: CommandFailure?

  /// Seconds between two checkpoints, at least; the end of the first epoch has one in any case.
  private static let checkpointInterval = 10.0

  /// A new run.
  init(new name: String?, logdir: String, given: [String: String]) throws {
    let asked = try TrainingSettings(flags: given)
    data = try Self.load(asked)
    settings = asked.resolved(for: data)
    model = Sequential.leNet5(
      input: data.imageShape, classes: data.classNames.count, activation: settings.activation,
      initializer: settings.initializer, dropout: settings.dropout, seed: settings.seed)
    optimizer = settings.optimizer.makeOptimizer(
      learningRate: settings.baseLearningRate, momentum: settings.momentum)
    self.logdir = logdir
    folder = try RunFolder(new: name, kind: "lenet", logdir: logdir)
    firstStep = 0
    isNew = true
  }

  /// A run that goes on where its checkpoint was saved.
  init(resuming name: String?, logdir: String, given: [String: String]) throws {
    let checkpoint =
      try name.map { try Checkpoint(path: RunFolder.joined(logdir, $0)) }
      ?? Checkpoint.newest(under: logdir)
    guard let state = checkpoint.state, !state.recipe.isEmpty else {
      throw CommandFailure(
        "\(checkpoint.path): isn't a checkpoint of tbtrain lenet, so it can't be resumed")
    }
    var recipe = state.recipe
    let lengths: Set = ["steps", "epochs"]
    let recorded = try TrainingSettings(flags: recipe, from: checkpoint.path).recipe
    var given = given
    given["data"] = given["data"].map(TrainingSettings.absolute)
    let wanted = try TrainingSettings(flags: recipe.merging(given) { $1 }).recipe
    for (flag, text) in given.sorted(by: { $0.key < $1.key }) where !lengths.contains(flag) {
      if flag == "augment", text == Augmentation.auto.rawValue { continue }
      guard wanted[flag] == recorded[flag] else {
        throw CommandFailure(
          """
          \(checkpoint.path): the run's --\(flag) is \(recorded[flag] ?? "the default"), not \
          \(text); leave the flag out to go on, or leave out --resume to start a new run
          """)
      }
    }
    if lengths.contains(where: { given[$0] != nil }) {
      for length in lengths { recipe[length] = given[length] }
    }
    settings = try TrainingSettings(flags: recipe, from: checkpoint.path)
    data = try Self.load(settings)
    model = try checkpoint.makeModel()
    guard
      model.outputShape(for: checkpoint.model.inputShape) == [data.classNames.count],
      checkpoint.model.inputShape == data.imageShape
    else {
      throw CommandFailure(
        """
        \(checkpoint.path): learned from pictures of \(checkpoint.model.inputShape), but \
        \(settings.data) has changed to \(data.imageShape) and \(data.classNames.count) classes
        """)
    }
    optimizer = settings.optimizer.makeOptimizer(
      learningRate: settings.baseLearningRate, momentum: settings.momentum)
    optimizer.slots = try checkpoint.optimizerState()
    optimizer.step = state.step
    self.logdir = logdir
    let path = URL(fileURLWithPath: checkpoint.path).deletingLastPathComponent().relativePath
    folder = RunFolder(path: path, name: URL(fileURLWithPath: path).lastPathComponent)
    firstStep = state.step
    isNew = false
    guard firstStep < totalSteps else {
      throw CommandFailure(
        "\(path): is complete at step \(firstStep); raise --steps or --epochs to train it further")
    }
  }

  private static func load(_ settings: TrainingSettings) throws -> Dataset {
    try Dataset(
      nameOrPath: settings.data, trainingPerClass: settings.trainPerClass,
      testPerClass: settings.testPerClass)
  }

  private var stepsPerEpoch: Int {
    data.training.stepsPerEpoch(batchSize: settings.batchSize)
  }
  private var totalSteps: Int { settings.totalSteps(stepsPerEpoch: stepsPerEpoch) }

  /// Trains to the end, or until Ctrl-C, and tells how it went.
  ///
  /// - Throws: `ExitStatus.interrupted` after Ctrl-C, with everything saved.
  mutating func run(progress style: ProgressBar.Style) throws {
    let writer = try SummaryWriter(
      directory: folder.path, resumingAt: isNew ? nil : firstStep + 1)
    let log = TrainingLog(writer: writer, data: data, pixelRange: settings.pixels)
    if isNew { try log.started(settings, model: model) }
    var bar = ProgressBar(unit: "step", total: totalSteps, done: firstStep, style: style)
    let interruption = Interruption()
    let clock = ContinuousClock()
    let start = clock.now
    let ending = try loop(log, &bar, interruption)
    bar.finish()
    let seconds = (clock.now - start) / .seconds(1)
    switch ending {
    case .finished(let evaluation):
      do {
        try log.addEmbedding(of: model)
        try log.ended(.success, step: totalSteps)
        try log.close()
      } catch {
        note(error, bar)
      }
      try report(evaluation, seconds: seconds)
      if let trouble { throw trouble }
    case .interrupted(let step):
      try log.close()
      Console.tell(
        "stopped at step \(step) of \(totalSteps), everything saved; go on with "
          + "tbtrain lenet --resume --run \(folder.name)\(logdirFlag)")
      throw ExitStatus.interrupted
    case .diverged(let step):
      try log.ended(.failure, step: step)
      try log.close()
      throw CommandFailure(
        "the loss is no longer a number at step \(step): "
          + "try a --learning-rate below \(settings.baseLearningRate)")
    }
  }

  private enum Ending {
    case finished(Evaluation)
    case interrupted(step: Int)
    case diverged(step: Int)
  }

  /// The training loop.
  private mutating func loop(
    _ log: TrainingLog, _ bar: inout ProgressBar, _ interruption: Interruption
  ) throws -> Ending {
    let schedule = settings.makeSchedule(stepsPerEpoch: stepsPerEpoch)
    let total = totalSteps
    var pace = Pace()
    var lastSave: ContinuousClock.Instant?
    var evaluation: Evaluation?
    let batches = data.training.batches(
      of: settings.batchSize, steps: total, seed: settings.seed, startingAt: firstStep,
      pixelRange: settings.pixels, flips: settings.augmentation == .flip)
    for batch in batches {
      let step = batch.step + 1
      optimizer.learningRate = schedule.learningRate(at: step)
      let (logits, trace) = model.forward(
        batch.images, phase: .training(seed: settings.seed, step: step))
      let loss = softmaxCrossEntropy(logits, labels: batch.labels)
      guard loss.mean.isFinite else { return .diverged(step: step) }
      optimizer.update(
        &model, model.backward(loss.gradient, trace, for: .parameters).parameters)
      pace.count(batch.count)

      if TrainingLog.isCurveStep(step, of: total) {
        try log.trained(
          step: step, loss: loss, learningRate: optimizer.learningRate,
          imagesPerSecond: pace.imagesPerSecond)
      }
      bar.update(
        step,
        [
          "loss \(Format.fixed(Double(loss.mean), decimals: 3))",
          "accuracy \(Format.percent(Double(loss.accuracy)))",
          "\(Format.count(Int(pace.imagesPerSecond))) images/s",
        ])
      if TrainingLog.isEvaluationStep(step, of: total, stepsPerEpoch: stepsPerEpoch) {
        pace.pause()
        let result = Evaluation(of: model, on: data.test, pixelRange: settings.pixels)
        try log.evaluated(result, of: model, step: step)
        bar.line(line(step, loss, result, pace))
        evaluation = result
        pace.resume()
      }
      let isTimeToSave =
        batch.isLastOfEpoch
        && lastSave.map { ContinuousClock.now - $0 >= .seconds(Self.checkpointInterval) } ?? true
      if isTimeToSave || step == total || interruption.isRequested {
        pace.pause()
        do {
          try log.flush()
          try save(step: step)
          if log.lostEventCount == 0 { trouble = nil }
        } catch {
          if interruption.isRequested { throw error }
          note(error, bar)
        }
        lastSave = .now
        pace.resume()
      }
      if interruption.isRequested, step < total { return .interrupted(step: step) }
    }
    guard let evaluation else { return .interrupted(step: firstStep) }
    return .finished(evaluation)
  }

  /// A disk that is full, or a folder that is gone, doesn't end hours of training.
  private mutating func note(_ error: any Error, _ bar: ProgressBar) {
    if trouble == nil { bar.tell("\(error); the training goes on") }
    trouble = CommandFailure("\(error)")
  }

  /// What an evaluation says where there is no bar.
  private func line(
    _ step: Int, _ loss: CrossEntropy, _ result: Evaluation, _ pace: Pace
  ) -> String {
    """
    step \(Format.count(step))/\(Format.count(totalSteps))  \
    epoch \((step + stepsPerEpoch - 1) / stepsPerEpoch)  \
    loss/train \(Format.fixed(Double(loss.mean), decimals: 3))  \
    loss/test \(Format.fixed(result.loss, decimals: 3))  \
    accuracy/test \(Format.percent(result.accuracy))  \
    \(Format.count(Int(pace.imagesPerSecond))) images/s
    """
  }

  private func save(step: Int) throws {
    let state = TrainingState(
      step: step, seed: settings.seed,
      data: DataDescription(
        source: settings.data, classNames: data.classNames, pixels: settings.pixels.rawValue,
        trainingPerClass: settings.trainPerClass, testPerClass: settings.testPerClass),
      recipe: settings.recipe)
    try Checkpoint.save(
      model, inputShape: data.imageShape, state: state, optimizer: optimizer.slots,
      in: folder.path)
  }

  private var logdirFlag: String { logdir == "logdir" ? "" : " --logdir \(logdir)" }

  /// The table at the end, and what to type next.
  private func report(_ evaluation: Evaluation, seconds: Double) throws {
    var table = TextTable(("", .left), ("", .left))
    table.add("test accuracy", Format.percent(evaluation.accuracy))
    table.add("test loss", Format.fixed(evaluation.loss, decimals: 3))
    table.add(
      "dead filters",
      evaluation.deadFilters.map { "\($0.layer) \($0.dead)" }.joined(separator: ", "))
    table.add("time", Format.duration(seconds: seconds))
    table.add("run", folder.path)
    table.add("look", "tensorboard --logdir \(logdir)")
    table.add(
      "",
      "deconv project --layer 2 --filter 7"
        + (logdir == "logdir" ? "" : " --checkpoint \(folder.path)"))
    try Console.print(table.rendered())
  }
}

/// Images a second, over the last few seconds of training alone.
struct Pace {
  private var images = 0
  private var seconds = 0.0
  private var since = ContinuousClock.now

  /// The rate.
  var imagesPerSecond: Double {
    let all = seconds + (ContinuousClock.now - since) / .seconds(1)
    return all > 0 ? Double(images) / all : 0
  }

  /// So many images more.
  mutating func count(_ count: Int) {
    images += count
    let all = seconds + (ContinuousClock.now - since) / .seconds(1)
    // Old images count half and less.
    if all > 2 {
      images /= 2
      (seconds, since) = (all / 2, .now)
    }
  }

  /// What follows isn't training.
  mutating func pause() {
    seconds += (ContinuousClock.now - since) / .seconds(1)
    since = .now
  }

  /// Training goes on.
  mutating func resume() { since = .now }
}
