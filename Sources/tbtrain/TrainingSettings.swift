import ArgumentParser
import CommandSupport
import Datasets
import Foundation
import NeuralNetworks

/// What the learning rate does after the warm-up.
enum ScheduleKind: String, CaseIterable, Decodable, Sendable {
  case constant, step, cosine
  case oneCycle = "one-cycle"
}

/// Whether training images are mirrored.
enum Augmentation: String, CaseIterable, Decodable, Sendable { case auto, none, flip }

/// The networks that can be trained; each is a command.
enum NetworkKind: String, CaseIterable, Decodable, Sendable { case lenet, rnn, vgg }

/// How CIFAR-10's binary files are read: 28x28 gray, or 32x32 RGB as they are.
enum CIFAR10Images: String, CaseIterable, Decodable, Sendable { case gray, rgb }

/// How new weights are drawn: the choices of all networks.
enum InitialWeights: String, CaseIterable, Decodable, Sendable {
  case he, xavier, torch, tensorflow1
  case truncatedNormal = "truncated-normal"

  /// What a network can be started from, its default first.
  static func choices(for network: NetworkKind) -> [InitialWeights] {
    switch network {
    case .lenet, .vgg: [.he, .xavier, .truncatedNormal]
    case .rnn: [.torch, .xavier, .tensorflow1]
    }
  }
}

/// Everything that a run's numbers depend on, and what it keeps. A run can be repeated from its
/// settings and version.
///
/// The defaults stand here; what a flag is called and which values it may have is said in
/// `TrainingOptions`. A checkpoint holds them as JSON.
struct TrainingSettings: Equatable {
  var network: NetworkKind
  var activation = Activation.relu
  var denseActivation: Activation?
  var dropout: Float = 0.5
  var cell = RecurrentCell.lstm
  var hidden = 128
  var forgetBias: Float = 1
  var width: Int?
  var initializer: InitialWeights
  var data: String
  var classNames: [String]?
  var steps: Int?
  var epochs: Int?
  var images: Int?
  var batchSize: Int
  var optimizer = OptimizerKind.adam
  var learningRate: Float?
  var momentum: Float?
  var beta1: Float?
  var beta2: Float?
  var decay: Float?
  var epsilon: Float?
  var weightDecay: Float?
  var schedule = ScheduleKind.cosine
  var warmupEpochs: Float?
  var clipNorm: Float?
  var labelSmoothing: Float?
  var augment = Augmentation.auto
  var crop: Int?
  var cutout: Int?
  var cifar10: CIFAR10Images?
  var pixels = PixelRange.minusOneToOne
  var trainPerClass: Int?
  var testPerClass: Int?
  var seed = 1
  var testEvery: Int?
  var testsTraining: Bool?
  var patience: Int?
  var checkpointEvery: Int?
  var keepBest = false
  var keepCheckpoints: [Int]?

  /// The constants of update rules, of which each rule has its own: see `OptimizerKind.constants`.
  static let constants: [(flag: String, path: any WritableKeyPath<Self, Float?> & Sendable)] = [
    ("momentum", \.momentum), ("beta1", \.beta1), ("beta2", \.beta2), ("decay", \.decay),
    ("epsilon", \.epsilon), ("weight-decay", \.weightDecay),
  ]

  /// Epochs of a training whose length nobody gave.
  static let defaultEpochs = 10

  /// What `--help` tells: the settings of each network if nothing is said.
  static let defaults = NetworkKind.allCases.map { Self($0) }

  /// The settings that a network has if nothing is said.
  init(_ network: NetworkKind) {
    self.network = network
    (data, batchSize) =
      switch network {
      case .lenet: ("shapes", 64)
      case .rnn: ("digits", 100)
      case .vgg: ("shapes", 128)
      }
    if network == .vgg { (width, cifar10) = (32, .rgb) }
    initializer = InitialWeights.choices(for: network)[0]
  }

  /// The defaults, changed.
  ///
  /// - Throws: `ValidationError` for values that can't be, alone or together.
  init(_ network: NetworkKind, _ changes: [SettingChange]) throws(ValidationError) {
    self.init(network)
    for change in changes { change.apply(&self) }
    try complete()
  }

  /// Replaces what is left open by the defaults that depend on other settings, and checks all.
  mutating func complete() throws(ValidationError) {
    try check()
    if steps == nil, images == nil { epochs = epochs ?? Self.defaultEpochs }
    denseActivation = denseActivation ?? activation
    learningRate = learningRate ?? optimizer.defaultLearningRate
    if classNames == ["cifar10"] { classNames = Dataset.cifar10ClassNames }
    for (flag, path) in Self.constants {
      self[keyPath: path] = self[keyPath: path] ?? optimizer.constants[flag]
    }
  }

  // MARK: Going on

  /// These settings, of a run that goes on, changed by what was given anew.
  ///
  /// - Throws: `ValidationError` when it would become another run.
  func continued(
    by changes: [SettingChange], of network: NetworkKind
  ) throws(ValidationError) -> TrainingSettings {
    var wanted = self
    wanted.network = network
    if changes.contains(where: { Setting.lengths.contains($0.flag) }) {
      (wanted.steps, wanted.epochs, wanted.images) = (nil, nil, nil)
    }
    for change in changes { change.apply(&wanted) }
    wanted.data = Self.absolute(wanted.data)
    return try continued(
      as: wanted,
      otherwise: "leave the flag out to go on, or leave out --resume to start a new run")
  }

  /// Other settings, with which a run that has these goes on.
  ///
  /// - Parameter otherwise: what to do when they are another run's.
  func continued(
    as wanted: TrainingSettings, otherwise advice: String
  ) throws(ValidationError) -> TrainingSettings {
    guard wanted.network == network else {
      throw ValidationError("is a run of tbtrain \(network.rawValue), which continues it")
    }
    var wanted = wanted
    if wanted.augment == .auto { wanted.augment = augment }
    for (setting, _) in Setting.all where !Setting.changeable.contains(setting.flag) {
      let (own, other) = (setting.text(self) ?? "off", setting.text(wanted) ?? "off")
      guard own == other else {
        throw ValidationError("the run's --\(setting.flag) is \(own), not \(other); \(advice)")
      }
    }
    try wanted.complete()
    return wanted
  }

  // MARK: Data

  /// A data set's path as it is found from any directory, by --resume and by deconv.
  static func absolute(_ data: String) -> String {
    Dataset.drawnNames.contains(data)
      ? data : URL(fileURLWithPath: data).standardizedFileURL.path
  }

  /// The settings with `auto` decided, images being mirrored where that makes sense, and with an
  /// absolute path.
  func resolved(for data: Dataset) -> TrainingSettings {
    var settings = self
    settings.data = Self.absolute(self.data)
    if augment == .auto {
      settings.augment = data.training.isMirrorSymmetric ? .flip : .none
    }
    return settings
  }

  // MARK: What they make

  /// The rate that the schedule starts from.
  var baseLearningRate: Float { learningRate ?? optimizer.defaultLearningRate }

  /// Updates of the whole training.
  func totalSteps(stepsPerEpoch: Int) -> Int {
    steps ?? images.map { ($0 + batchSize - 1) / batchSize }
      ?? (epochs ?? Self.defaultEpochs) * stepsPerEpoch
  }

  /// A new network.
  func makeModel(input: [Int], classes: Int) -> Sequential {
    switch network {
    case .lenet:
      .leNet5(
        input: input, classes: classes, activation: activation, denseActivation: denseActivation,
        initializer: Initializer(rawValue: initializer.rawValue) ?? .he, dropout: dropout,
        seed: seed)
    case .rnn:
      .rowReader(
        cell: cell, hidden: hidden, input: input, classes: classes,
        initializer: RecurrentInitializer(rawValue: initializer.rawValue) ?? .torch,
        forgetBias: forgetBias, seed: seed)
    case .vgg:
      .vgg(
        input: input, classes: classes, width: width ?? 32,
        initializer: Initializer(rawValue: initializer.rawValue) ?? .he, seed: seed)
    }
  }

  /// The update rule, before its first update.
  func makeOptimizer() -> any Optimizer {
    let rate = baseLearningRate
    func constant(_ flag: String, _ value: Float?) -> Float {
      value ?? optimizer.constants[flag] ?? 0
    }
    let momentum = constant("momentum", momentum)
    let epsilon = constant("epsilon", epsilon)
    return switch optimizer {
    case .sgd: SGD(learningRate: rate)
    case .momentum: Momentum(learningRate: rate, momentum: momentum)
    case .nesterov: Momentum(learningRate: rate, momentum: momentum, isNesterov: true)
    case .adam, .adamw:
      Adam(
        learningRate: rate, beta1: constant("beta1", beta1), beta2: constant("beta2", beta2),
        epsilon: epsilon, weightDecay: constant("weight-decay", weightDecay))
    case .rmsprop:
      RMSProp(
        learningRate: rate, decay: constant("decay", decay), momentum: momentum, epsilon: epsilon)
    case .adagrad: Adagrad(learningRate: rate)
    }
  }

  /// What is done to training images, once `resolved(for:)` has decided on `auto`.
  var augmentation: ImageAugmentation {
    ImageAugmentation(flips: augment == .flip, crop: crop ?? 0, cutout: cutout ?? 0)
  }

  /// The learning rate over the training.
  func makeSchedule(stepsPerEpoch: Int) -> Schedule {
    let total = totalSteps(stepsPerEpoch: stepsPerEpoch)
    let longest = total * 3 / 10
    let warmUp =
      warmupEpochs.map { Int(($0 * Float(stepsPerEpoch)).rounded()) }
      ?? (schedule == .oneCycle ? longest : min(3 * stepsPerEpoch, longest))
    let shape: Schedule.Shape =
      switch schedule {
      case .constant: .constant
      case .step: .step(interval: max(1, (total - warmUp + 2) / 3), factor: 0.1)
      case .cosine: .cosine(final: 0)
      case .oneCycle: .oneCycle()
      }
    return Schedule(base: baseLearningRate, shape: shape, warmUpSteps: warmUp, totalSteps: total)
  }
}

extension OptimizerKind {
  /// The constants of the rule besides its learning rate, by flag, with TensorFlow 1's values; of adamw
  /// with PyTorch's.
  var constants: [String: Float] {
    switch self {
    case .sgd, .adagrad: [:]
    case .momentum, .nesterov: ["momentum": 0.9]
    case .adam: ["beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8]
    case .adamw: ["beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight-decay": 0.01]
    case .rmsprop: ["decay": 0.9, "momentum": 0, "epsilon": 1e-10]
    }
  }
}
