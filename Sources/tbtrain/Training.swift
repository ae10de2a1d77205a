import CommandSupport
import Datasets
import Foundation
import ModelFiles
import NeuralNetworks
import Tensors

/// One run: its settings, data and network, and what has become of it so far. The loop is in
/// `Training+Loop.swift`.
struct Training {
  let settings: TrainingSettings
  let data: Dataset
  let folder: RunFolder
  /// Held as long as the run is trained, so that nobody else does.
  private let lock: FileLock
  var model: Sequential
  var optimizer: any Optimizer
  /// Updates made before now.
  let firstStep: Int
  /// The first step that is logged anew; nil when the run has logged nothing yet.
  let resumedStep: Int?
  /// The best test so far.
  var best: BestResult?
  /// What couldn't be written: told when it happens, and again at the end.
  var trouble: CommandFailure?

  /// A new run.
  ///
  /// - Parameters:
  ///   - data: the data set of the settings, if it is loaded already.
  ///   - lock: the folder's, if it is held already.
  init(
    new folder: RunFolder, _ asked: TrainingSettings, data loaded: Dataset? = nil,
    lock held: FileLock? = nil
  ) throws {
    self.folder = folder
    lock = try held ?? folder.lock()
    data = try loaded ?? Self.load(asked)
    settings = asked.resolved(for: data)
    model = settings.makeModel(input: data.imageShape, classes: data.classNames.count)
    optimizer = settings.optimizer.makeOptimizer(
      learningRate: settings.baseLearningRate, momentum: settings.momentum)
    firstStep = 0
    // What a run logged that was killed before its first checkpoint is taken back.
    resumedStep = folder.hasEvents ? 0 : nil
  }

  /// A run that goes on where its checkpoint was saved.
  ///
  /// - Parameters:
  ///   - network: what the command trains.
  ///   - given: flags that were given again, or that change its length.
  init(
    resuming checkpoint: Checkpoint, _ network: NetworkKind, given: [String: String],
    data loaded: Dataset? = nil, lock held: FileLock? = nil
  ) throws {
    settings = try Self.settings(of: checkpoint, network, given: given)
    let path = URL(fileURLWithPath: checkpoint.path).deletingLastPathComponent().relativePath
    folder = RunFolder(path: path, name: URL(fileURLWithPath: path).lastPathComponent)
    lock = try held ?? folder.lock()
    // Whoever held the lock may have gone on.
    let checkpoint = try Checkpoint(path: checkpoint.path)
    guard let state = checkpoint.state else {
      throw CommandFailure("\(checkpoint.path): is no longer a checkpoint of tbtrain")
    }
    data = try loaded ?? Self.load(settings)
    model = try checkpoint.makeModel()
    guard
      try model.outputShape(for: checkpoint.model.inputShape) == [data.classNames.count],
      checkpoint.model.inputShape == data.imageShape
    else {
      throw CommandFailure(
        """
        \(checkpoint.path): learned from images of \(checkpoint.model.inputShape), but \
        \(settings.data) has changed to \(data.imageShape) and \(data.classNames.count) classes
        """)
    }
    optimizer = settings.optimizer.makeOptimizer(
      learningRate: settings.baseLearningRate, momentum: settings.momentum)
    optimizer.slots = try checkpoint.optimizerState()
    optimizer.step = state.step
    firstStep = state.step
    resumedStep = firstStep + 1
    best = state.best
    // A run that was killed behind its last checkpoint has still to be brought to its end.
    let isEnded = RunResult(of: folder).map { $0.step >= firstStep } ?? false
    guard firstStep < totalSteps || !isEnded else {
      throw CommandFailure(
        """
        \(path): is complete at step \(firstStep); raise --steps, --epochs or --iterations to train \
        it further
        """)
    }
    guard !isOutOfPatience(at: firstStep) || !isEnded else {
      throw CommandFailure(
        """
        \(path): stopped early at step \(firstStep), \(settings.patience ?? 0) tests after the best \
        one; a higher --patience trains it further
        """)
    }
  }

  /// The settings of a run that is to go on.
  ///
  /// - Throws: `CommandFailure` when it isn't the network's run, or would become another one.
  static func settings(
    of checkpoint: Checkpoint, _ network: NetworkKind, given: [String: String]
  ) throws -> TrainingSettings {
    guard let state = checkpoint.state, let kind = TrainingSettings.network(of: state.recipe) else {
      throw CommandFailure(
        "\(checkpoint.path): isn't a checkpoint of tbtrain, so it can't be resumed")
    }
    guard kind == network else {
      throw CommandFailure(
        """
        \(checkpoint.path): is a run of tbtrain \(kind.rawValue), which --resume goes on with there
        """)
    }
    var recipe = state.recipe
    let recorded = try TrainingSettings(network, flags: recipe, from: checkpoint.path).recipe
    var given = given
    given["data"] = given["data"].map(TrainingSettings.absolute)
    let wanted = try TrainingSettings(network, flags: recipe.merging(given) { $1 }).recipe
    for (flag, text) in given.sorted(by: { $0.key < $1.key })
    where !TrainingSettings.changeable.contains(flag) {
      if flag == "augment", text == Augmentation.auto.rawValue { continue }
      guard wanted[flag] == recorded[flag] else {
        throw CommandFailure(
          """
          \(checkpoint.path): the run's --\(flag) is \(recorded[flag] ?? "the default"), not \
          \(text); leave the flag out to go on, or leave out --resume to start a new run
          """)
      }
    }
    if TrainingSettings.lengths.contains(where: { given[$0] != nil }) {
      for length in TrainingSettings.lengths { recipe[length] = nil }
    }
    for flag in TrainingSettings.changeable {
      if let text = given[flag] { recipe[flag] = text }
    }
    return try TrainingSettings(network, flags: recipe, from: checkpoint.path)
  }

  /// The data set of a run.
  static func load(_ settings: TrainingSettings) throws -> Dataset {
    try Dataset(
      nameOrPath: settings.data, trainingPerClass: settings.trainPerClass,
      testPerClass: settings.testPerClass)
  }

  var stepsPerEpoch: Int { data.training.stepsPerEpoch(batchSize: settings.batchSize) }
  var totalSteps: Int { settings.totalSteps(stepsPerEpoch: stepsPerEpoch) }

  /// Whether so many tests followed the best one that the training ends.
  func isOutOfPatience(at step: Int) -> Bool {
    guard let patience = settings.patience, let best else { return false }
    let interval = TrainingLog.evaluationSteps(stepsPerEpoch: stepsPerEpoch)
    return step / interval - best.step / interval >= patience
  }

  // MARK: Saving

  private func state(step: Int) -> TrainingState {
    TrainingState(
      step: step, seed: settings.seed,
      data: DataDescription(
        source: settings.data, classNames: data.classNames, pixels: settings.pixels.rawValue,
        trainingPerClass: settings.trainPerClass, testPerClass: settings.testPerClass),
      recipe: settings.recipe, best: best)
  }

  /// Saves all that the run needs to go on.
  func save(step: Int) throws {
    try Checkpoint.save(
      model, inputShape: data.imageShape, state: state(step: step), optimizer: optimizer.slots,
      in: folder.path)
  }

  /// Keeps the network beside the checkpoint, to be looked at.
  func keep(step: Int, as name: String) throws {
    try Checkpoint.keep(
      model, inputShape: data.imageShape, state: state(step: step),
      as: RunFolder.joined(folder.path, name))
  }

  /// Whether the network after a step is one of those that are kept.
  func isKept(_ step: Int) -> Bool {
    guard let kept = settings.keepCheckpoints, step % stepsPerEpoch == 0 else { return false }
    return kept.numbers.contains(step / stepsPerEpoch)
  }
}
