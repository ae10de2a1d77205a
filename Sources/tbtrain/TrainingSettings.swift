import CommandSupport
import Datasets
import Foundation
import NeuralNetworks

/// What the learning rate does after the warm-up.
enum ScheduleKind: String, CaseIterable { case constant, step, cosine }

/// What is done to training images.
enum Augmentation: String, CaseIterable { case auto, none, flip }

/// The networks that can be trained; each is a command.
enum NetworkKind: String, CaseIterable { case lenet, rnn }

/// Everything that a run's numbers depend on, and what it keeps. A run can be repeated from its
/// settings and version.
struct TrainingSettings: Equatable {
  let network: NetworkKind
  var data: String
  var steps: Int?
  var epochs = 10
  var iterations: Int?
  var batchSize: Int
  var optimizer = OptimizerKind.adam
  var learningRate: Float?
  var momentum: Float = 0.9
  var schedule = ScheduleKind.cosine
  var warmUpEpochs: Float?
  var clipNorm: Float?
  var activation = Activation.relu
  var initializer = Initializer.he
  var dropout: Float = 0.5
  var cell = RecurrentCell.lstm
  var hidden = 128
  var forgetBias: Float = 1
  var augmentation = Augmentation.auto
  var pixels = PixelRange.minusOneToOne
  var trainPerClass: Int?
  var testPerClass: Int?
  var seed = 1
  var patience: Int?
  var checkpointEvery: Int?
  var keepBest = false
  var keepCheckpoints: NumberList?

  /// The flags that say how long a training is.
  static let lengths: Set = ["steps", "epochs", "iterations"]
  /// The flags that a run may be resumed with whatever it began with.
  static let changeable = lengths.union([
    "patience", "checkpoint-every", "keep-best", "keep-checkpoints",
  ])

  /// A setting as a flag: its name, its text, and how a text changes it (false: it can't be read).
  private struct Field: Sendable {
    var flag: String
    /// The only network that has it; nil: all have.
    var network: NetworkKind?
    var text: @Sendable (TrainingSettings) -> String?
    var set: @Sendable (inout TrainingSettings, String) -> Bool
  }

  private static func field<Value: SendableMetatype>(
    _ flag: String, _ path: any WritableKeyPath<TrainingSettings, Value> & Sendable,
    _ text: @escaping @Sendable (Value) -> String?, _ parse: @escaping @Sendable (String) -> Value?,
    of network: NetworkKind? = nil
  ) -> Field {
    Field(
      flag: flag, network: network, text: { text($0[keyPath: path]) },
      set: { settings, text in
        guard let value = parse(text) else { return false }
        settings[keyPath: path] = value
        return true
      })
  }

  private static func plain<Value: LosslessStringConvertible & SendableMetatype>(
    _ flag: String, _ path: any WritableKeyPath<TrainingSettings, Value> & Sendable,
    of network: NetworkKind? = nil
  ) -> Field {
    field(flag, path, { $0.description }, { Value($0) }, of: network)
  }

  private static func optional<Value: LosslessStringConvertible & SendableMetatype>(
    _ flag: String, _ path: any WritableKeyPath<TrainingSettings, Value?> & Sendable
  ) -> Field {
    field(flag, path, { $0?.description }, { Value($0) })
  }

  private static func choice<Value: RawRepresentable<String> & SendableMetatype>(
    _ flag: String, _ path: any WritableKeyPath<TrainingSettings, Value> & Sendable,
    of network: NetworkKind? = nil
  ) -> Field {
    field(flag, path, { $0.rawValue }, { Value(rawValue: $0) }, of: network)
  }

  /// All settings, in the order of `--help`.
  private static let fields: [Field] = [
    choice("cell", \.cell, of: .rnn), plain("hidden", \.hidden, of: .rnn),
    plain("forget-bias", \.forgetBias, of: .rnn), choice("activation", \.activation, of: .lenet),
    choice("init", \.initializer, of: .lenet), plain("dropout", \.dropout, of: .lenet),
    plain("data", \.data), optional("steps", \.steps), plain("epochs", \.epochs),
    optional("iterations", \.iterations), plain("batch-size", \.batchSize),
    choice("optimizer", \.optimizer), optional("learning-rate", \.learningRate),
    plain("momentum", \.momentum), choice("schedule", \.schedule),
    optional("warmup-epochs", \.warmUpEpochs), optional("clip-norm", \.clipNorm),
    choice("augment", \.augmentation), choice("pixels", \.pixels),
    optional("train-per-class", \.trainPerClass), optional("test-per-class", \.testPerClass),
    plain("seed", \.seed), optional("patience", \.patience),
    optional("checkpoint-every", \.checkpointEvery),
    field("keep-best", \.keepBest, { $0 ? "true" : nil }, { Bool($0) }),
    optional("keep-checkpoints", \.keepCheckpoints),
  ]

  /// The place of each flag in `--help`.
  static var flagOrder: [String: Int] {
    Dictionary(fields.enumerated().map { ($1.flag, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The settings as flags and texts, in the order of `--help`; what isn't set, or another network's,
  /// is left out.
  var flags: [(flag: String, text: String)] {
    Self.fields.compactMap { field in
      if field.flag == "epochs", steps != nil || iterations != nil { return nil }
      guard field.network == nil || field.network == network else { return nil }
      return field.text(self).map { (field.flag, $0) }
    }
  }

  /// The key under which a recipe names its network.
  private static let networkKey = "network"

  /// The same by flag, for a checkpoint, and the network.
  var recipe: [String: String] {
    var recipe = Dictionary(
      flags.map { ($0.flag, $0.text) }, uniquingKeysWith: { first, _ in first })
    recipe[Self.networkKey] = network.rawValue
    return recipe
  }

  /// The network that a checkpoint's recipe is of; nil for one that no command trains.
  static func network(of recipe: [String: String]) -> NetworkKind? {
    guard !recipe.isEmpty else { return nil }
    return NetworkKind(rawValue: recipe[networkKey] ?? NetworkKind.lenet.rawValue)
  }

  /// What to type to get the same run.
  var command: String {
    let typed = flags.map { flag, text in
      text == "true" ? "--\(flag)" : "--\(flag) \(text.contains(" ") ? "'\(text)'" : text)"
    }
    return (["tbtrain", network.rawValue] + typed).joined(separator: " ")
  }

  /// Defaults, changed by flags.
  ///
  /// - Throws: `CommandFailure` for a text that can't be read (from a checkpoint: the parser has
  ///   checked the command line).
  init(
    _ network: NetworkKind, flags: [String: String], from source: String = "the command line"
  ) throws {
    self.network = network
    (data, batchSize) = network == .lenet ? ("shapes", 64) : ("digits", 100)
    for field in Self.fields {
      guard let text = flags[field.flag] else { continue }
      guard field.set(&self, text) else {
        throw CommandFailure("\(source): \(field.flag) can't be \"\(text)\"")
      }
    }
    learningRate = learningRate ?? optimizer.defaultLearningRate
  }

  /// A data set's path as it is found from any folder, by --resume and by deconv.
  static func absolute(_ data: String) -> String {
    Dataset.drawnNames.contains(data)
      ? data : URL(fileURLWithPath: data).standardizedFileURL.path
  }

  /// The rate that the schedule starts from.
  var baseLearningRate: Float { learningRate ?? optimizer.defaultLearningRate }

  /// Updates of the whole training.
  func totalSteps(stepsPerEpoch: Int) -> Int {
    steps ?? iterations.map { ($0 + batchSize - 1) / batchSize } ?? epochs * stepsPerEpoch
  }

  /// A new network.
  func makeModel(input: [Int], classes: Int) -> Sequential {
    switch network {
    case .lenet:
      .leNet5(
        input: input, classes: classes, activation: activation, initializer: initializer,
        dropout: dropout, seed: seed)
    case .rnn:
      .rowReader(
        cell: cell, hidden: hidden, input: input, classes: classes, forgetBias: forgetBias,
        seed: seed)
    }
  }

  /// The learning rate over the training.
  func makeSchedule(stepsPerEpoch: Int) -> Schedule {
    let total = totalSteps(stepsPerEpoch: stepsPerEpoch)
    let warmUp =
      warmUpEpochs.map { Int(($0 * Float(stepsPerEpoch)).rounded()) }
      ?? min(3 * stepsPerEpoch, total * 3 / 10)
    let shape: Schedule.Shape =
      switch schedule {
      case .constant: .constant
      case .step: .step(interval: max(1, (total - warmUp + 2) / 3), factor: 0.1)
      case .cosine: .cosine(final: 0)
      }
    return Schedule(base: baseLearningRate, shape: shape, warmUpSteps: warmUp, totalSteps: total)
  }

  /// The settings with `auto` decided, images being mirrored where that makes sense, and with an
  /// absolute path.
  func resolved(for data: Dataset) -> TrainingSettings {
    var settings = self
    settings.data = Self.absolute(self.data)
    if augmentation == .auto {
      settings.augmentation = data.training.isMirrorSymmetric ? .flip : .none
    }
    return settings
  }
}
