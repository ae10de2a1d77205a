import CommandSupport
import Datasets
import Foundation
import NeuralNetworks

/// What the learning rate does after the warm-up.
enum ScheduleKind: String, CaseIterable { case constant, step, cosine }

/// What is done to training images.
enum Augmentation: String, CaseIterable { case auto, none, flip }

/// Everything that a run's numbers depend on. A run can be repeated from its settings and version.
struct TrainingSettings: Equatable {
  var data = "shapes"
  var steps: Int?
  var epochs = 10
  var batchSize = 64
  var optimizer = OptimizerKind.adam
  var learningRate: Float?
  var momentum: Float = 0.9
  var schedule = ScheduleKind.cosine
  var warmUpEpochs: Float?
  var activation = Activation.relu
  var initializer = Initializer.he
  var dropout: Float = 0.5
  var augmentation = Augmentation.auto
  var pixels = PixelRange.minusOneToOne
  var trainPerClass: Int?
  var testPerClass: Int?
  var seed = 1

  /// A setting as a flag: its name, its text, and how a text changes it (false: it can't be read).
  private struct Field: Sendable {
    var flag: String
    var text: @Sendable (TrainingSettings) -> String?
    var set: @Sendable (inout TrainingSettings, String) -> Bool
  }

  private static func field<Value: SendableMetatype>(
    _ flag: String, _ path: any WritableKeyPath<TrainingSettings, Value> & Sendable,
    _ text: @escaping @Sendable (Value) -> String?, _ parse: @escaping @Sendable (String) -> Value?
  ) -> Field {
    Field(
      flag: flag, text: { text($0[keyPath: path]) },
      set: { settings, text in
        guard let value = parse(text) else { return false }
        settings[keyPath: path] = value
        return true
      })
  }

  private static func plain<Value: LosslessStringConvertible & SendableMetatype>(
    _ flag: String, _ path: any WritableKeyPath<TrainingSettings, Value> & Sendable
  ) -> Field {
    field(flag, path, { $0.description }, { Value($0) })
  }

  private static func optional<Value: LosslessStringConvertible & SendableMetatype>(
    _ flag: String, _ path: any WritableKeyPath<TrainingSettings, Value?> & Sendable
  ) -> Field {
    field(flag, path, { $0?.description }, { Value($0) })
  }

  private static func choice<Value: RawRepresentable<String> & SendableMetatype>(
    _ flag: String, _ path: any WritableKeyPath<TrainingSettings, Value> & Sendable
  ) -> Field {
    field(flag, path, { $0.rawValue }, { Value(rawValue: $0) })
  }

  /// All settings, in the order of `--help`.
  private static let fields: [Field] = [
    plain("data", \.data), optional("steps", \.steps), plain("epochs", \.epochs),
    plain("batch-size", \.batchSize), choice("optimizer", \.optimizer),
    optional("learning-rate", \.learningRate), plain("momentum", \.momentum),
    choice("schedule", \.schedule), optional("warmup-epochs", \.warmUpEpochs),
    choice("activation", \.activation), choice("init", \.initializer),
    plain("dropout", \.dropout), choice("augment", \.augmentation), choice("pixels", \.pixels),
    optional("train-per-class", \.trainPerClass), optional("test-per-class", \.testPerClass),
    plain("seed", \.seed),
  ]

  /// The settings as flags and texts, in the order of `--help`; what isn't set is left out.
  var flags: [(flag: String, text: String)] {
    Self.fields.compactMap { field in
      if field.flag == "epochs", steps != nil { return nil }
      return field.text(self).map { (field.flag, $0) }
    }
  }

  /// The same by flag, for a checkpoint.
  var recipe: [String: String] {
    Dictionary(flags.map { ($0.flag, $0.text) }, uniquingKeysWith: { first, _ in first })
  }

  /// Defaults, changed by flags.
  ///
  /// - Throws: `CommandFailure` for a text that can't be read (from a checkpoint: the parser has
  ///   checked the command line).
  init(flags: [String: String], from source: String = "the command line") throws {
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
  func totalSteps(stepsPerEpoch: Int) -> Int { steps ?? epochs * stepsPerEpoch }

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
