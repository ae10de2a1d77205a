import ArgumentParser
import CommandSupport
import Datasets
import Files
import JPEGImages
import ModelFiles
import NeuralNetworks
import Tensors

/// One run: its settings, data and network, and what has become of it so far. The loop is in
/// `Training+Loop.swift`.
struct Training {
  let settings: TrainingSettings
  let data: Dataset
  let directory: RunDirectory
  /// Held as long as the run is trained, so that nobody else does; by the first rank.
  private let lock: OpenFile?
  /// Who trains it.
  let ranks: Ranks
  var model: Sequential
  var optimizer: any Optimizer
  /// Updates made before now.
  let firstStep: Int
  /// The first step that is logged anew; nil when the run has logged nothing yet.
  let resumedStep: Int?
  /// The best test so far.
  var best: BestResult?
  /// What couldn't be written: said when it happens, and again at the end.
  var trouble: CommandFailure?
  /// Seconds that the run was trained before it was resumed.
  private let earlierSeconds: Double
  private let began = ContinuousClock.now

  /// A new run.
  ///
  /// - Parameters:
  ///   - data: the data set of the settings, if it is loaded already.
  ///   - lock: the directory's, if it is held already.
  init(
    new directory: RunDirectory, _ asked: TrainingSettings, data loaded: Dataset? = nil,
    lock held: OpenFile? = nil, ranks: Ranks = Ranks()
  ) throws {
    self.directory = directory
    self.ranks = ranks
    lock = try held ?? (ranks.isFirst ? directory.lock() : nil)
    data = try loaded ?? Self.load(asked)
    settings = asked.resolved(for: data)
    model = settings.makeModel(input: data.imageShape, classes: data.classNames.count)
    optimizer = settings.makeOptimizer()
    firstStep = 0
    earlierSeconds = 0
    // What a run logged that was killed before its first checkpoint is taken back.
    resumedStep = directory.hasEvents ? 0 : nil
  }

  /// A run that goes on where its checkpoint was saved.
  ///
  /// - Parameter settings: makes the settings to go on with from the recorded ones, or throws
  ///   `ValidationError` when it can't go on with them.
  init(
    resuming checkpoint: Checkpoint, data loaded: Dataset? = nil, lock held: OpenFile? = nil,
    ranks: Ranks = Ranks(),
    settings change: (TrainingSettings) throws(ValidationError) -> TrainingSettings
  ) throws {
    settings = try Self.settings(of: checkpoint, change)
    directory = RunDirectory(path: Path.directory(of: checkpoint.path))
    self.ranks = ranks
    lock = try held ?? (ranks.isFirst ? directory.lock() : nil)
    // Whoever held the lock may have gone on.
    let checkpoint = try Checkpoint(path: checkpoint.path)
    guard let state = checkpoint.state else {
      throw CommandFailure("\(checkpoint.path): is no longer a checkpoint of tbtrain")
    }
    data = try loaded ?? Self.load(settings)
    model = try checkpoint.makeModel()
    let classNames = state.data?.classNames ?? data.classNames
    guard
      try model.outputShape(for: checkpoint.model.inputShape) == [data.classNames.count],
      checkpoint.model.inputShape == data.imageShape, classNames == data.classNames
    else {
      throw CommandFailure(
        """
        \(checkpoint.path): learned from images of \(checkpoint.model.inputShape) and the classes \
        \(classNames.joined(separator: ", ")), but \(settings.data) has changed to \
        \(data.imageShape) and \(data.classNames.joined(separator: ", "))
        """)
    }
    optimizer = settings.makeOptimizer()
    optimizer.slots = try checkpoint.optimizerState()
    optimizer.step = state.step
    firstStep = state.step
    earlierSeconds = state.seconds
    resumedStep = firstStep + 1
    best = state.best
    // A run that was killed behind its last checkpoint has still to be brought to its end.
    let isEnded = RunResult(of: directory).map { $0.step >= firstStep } ?? false
    guard firstStep < totalSteps || !isEnded else {
      throw CommandFailure(
        """
        \(directory.path): is complete at step \(firstStep); raise --steps, --epochs or --images to train it \
        further
        """)
    }
    guard !isOutOfPatience(at: firstStep) || !isEnded else {
      throw CommandFailure(
        """
        \(directory.path): stopped early at step \(firstStep), \(settings.patience ?? 0) tests after the best \
        one; a higher --patience trains it further
        """)
    }
  }

  /// The settings of a run that is to go on, with the checkpoint's name in what is wrong with them.
  static func settings(
    of checkpoint: Checkpoint,
    _ change: (TrainingSettings) throws(ValidationError) -> TrainingSettings
  ) throws -> TrainingSettings {
    let recorded = try TrainingSettings(recordedIn: checkpoint)
    do { return try change(recorded) } catch {
      throw CommandFailure("\(checkpoint.path): \(error.message)")
    }
  }

  /// The data set of a run.
  ///
  /// - Throws: `DatasetError`, or `CommandFailure` when the network can't learn from it.
  static func load(_ settings: TrainingSettings) throws -> Dataset {
    let found = try Dataset(
      nameOrPath: settings.data, formats: .photographs, trainingPerClass: settings.trainPerClass,
      testPerClass: settings.testPerClass, inColor: settings.cifar10 == .rgb)
    let names = settings.classNames ?? found.classNames
    let shape = found.imageShape.map(String.init).joined(separator: "x")
    let problem: String? =
      if names.count != found.classNames.count {
        "has \(found.classNames.count) classes, but --class-names names \(names.count)"
      } else if names.count < 2 {
        "has a single class, \(names[0]); a classifier tells two or more apart"
      } else if found.training.count == 0 {
        "has no training images"
      } else if settings.network == .lenet, found.imageShape[..<2].contains(where: { $0 < 4 }) {
        "has images of \(shape), but LeNet-5 pools twice and takes 4x4 or larger"
      } else if settings.network == .vgg, found.imageShape[..<2].contains(where: { $0 < 8 }) {
        "has images of \(shape), but this VGG pools three times and takes 8x8 or larger"
      } else if found.imageShape.reduce(1, *) > 1 << 20 {
        "has images of \(shape), too large for these networks"
      } else {
        nil
      }
    if let problem { throw CommandFailure("\(settings.data): \(problem)") }
    return Dataset(
      name: found.name, classNames: names, training: found.training, test: found.test)
  }

  var stepsPerEpoch: Int { data.training.stepsPerEpoch(batchSize: settings.batchSize) }
  var totalSteps: Int { settings.totalSteps(stepsPerEpoch: stepsPerEpoch) }

  /// Whether so many tests followed the best one that the training ends.
  func isOutOfPatience(at step: Int) -> Bool {
    guard let patience = settings.patience, let best else { return false }
    let interval = settings.testEvery ?? TrainingLog.evaluationSteps(stepsPerEpoch: stepsPerEpoch)
    return step / interval - best.step / interval >= patience
  }

  // MARK: Saving

  /// Seconds that the run was trained in all.
  var seconds: Double { earlierSeconds + (ContinuousClock.now - began) / .seconds(1) }

  private func state(step: Int) -> TrainingState {
    TrainingState(
      step: step, seed: settings.seed,
      data: DataDescription(
        source: settings.data, classNames: data.classNames, pixels: settings.pixels.rawValue,
        trainingPerClass: settings.trainPerClass, testPerClass: settings.testPerClass),
      settings: settings.recorded, best: best, seconds: seconds)
  }

  /// Saves all that the run needs to go on.
  func save(step: Int) throws {
    try Checkpoint.save(
      model, inputShape: data.imageShape, state: state(step: step), optimizer: optimizer.slots,
      in: directory.path)
  }

  /// Keeps the network beside the checkpoint, to be looked at.
  func keep(step: Int, as name: String) throws {
    try Checkpoint.keep(
      model, inputShape: data.imageShape, state: state(step: step),
      as: Path.joined(directory.path, name))
  }

  /// Whether the network after a step is one of those that are kept.
  func isKept(_ step: Int) -> Bool {
    guard let kept = settings.keepCheckpoints, step % stepsPerEpoch == 0 else { return false }
    return kept.contains(step / stepsPerEpoch)
  }
}
