import ArgumentParser
import CommandSupport
import Datasets
import NeuralNetworks

/// A flag's value on its way into the settings.
struct SettingChange: Sendable {
  let flag: String
  let text: String
  let apply: @Sendable (inout TrainingSettings) -> Void
}

extension [SettingChange] {
  /// These changes with others in their place: a flag has one value, a training one length.
  func replaced(by others: [SettingChange]) -> [SettingChange] {
    var flags = Set(others.map(\.flag))
    if !flags.isDisjoint(with: SettingField.lengths) { flags.formUnion(SettingField.lengths) }
    return filter { !flags.contains($0.flag) } + others
  }
}

/// A setting as a flag: what it is called, where it is typed and which values it may have.
struct SettingField: Sendable {
  /// The flag without its dashes.
  let flag: String
  /// The only network that has it; nil: all have.
  let network: NetworkKind?
  /// Its value as it is typed; nil where it is off.
  let text: @Sendable (TrainingSettings) -> String?
  /// What is wrong with its value.
  let problem: @Sendable (TrainingSettings) -> String?
  /// What was given on the command line, a change a value; nil for nothing.
  let changes: @Sendable (GivenFlags) -> [SettingChange]?

  /// All settings, in the order of `--help`.
  static let all: [SettingField] = [
    .init("cell", \.rnn?.cell?.values, \.cell, of: .rnn),
    .init("hidden", \.rnn?.hidden?.values, \.hidden, .within(1...65_536), of: .rnn),
    .init("forget-bias", \.rnn?.forgetBias?.values, \.forgetBias, .within(-1e6...1e6), of: .rnn),
    .init("activation", \.lenet?.activation?.values, \.activation, of: .lenet),
    .init("dense-activation", \.lenet?.denseActivation?.values, \.denseActivation, of: .lenet),
    .init("dropout", \.lenet?.dropout?.values, \.dropout, .below(1), of: .lenet),
    .init("init", \.training.initializer?.values, \.initializer),
    .init("data", \.training.data?.values, \.data),
    .init("class-names", { $0.training.classNames.map { [$0] } }, \.classNames),
    .init("steps", \.training.steps?.values, \.steps, .within(1...1_000_000_000)),
    .init("epochs", \.training.epochs?.values, \.epochs, .within(1...1_000_000)),
    .init("images", \.training.images?.values, \.images, .within(1...1_000_000_000_000)),
    .init("batch-size", \.training.batchSize?.values, \.batchSize, .within(1...1_000_000)),
    .init("optimizer", \.training.optimizer?.values, \.optimizer),
    .init("learning-rate", \.training.learningRate?.values, \.learningRate, .above0),
    .init("momentum", \.training.momentum?.values, \.momentum, .below(1)),
    .init("beta1", \.training.beta1?.values, \.beta1, .below(1)),
    .init("beta2", \.training.beta2?.values, \.beta2, .below(1)),
    .init("decay", \.training.decay?.values, \.decay, .below(1)),
    .init("epsilon", \.training.epsilon?.values, \.epsilon, .above0),
    .init("schedule", \.training.schedule?.values, \.schedule),
    .init(
      "warmup-epochs", \.training.warmupEpochs?.values, \.warmupEpochs, .within(0...1_000_000)),
    .init("clip-norm", \.training.clipNorm?.values, \.clipNorm, .above0),
    .init("augment", \.training.augment?.values, \.augment),
    .init("pixels", \.training.pixels?.values, \.pixels),
    .init(
      "train-per-class", \.training.trainPerClass?.values, \.trainPerClass, .within(1...1_000_000)),
    .init(
      "test-per-class", \.training.testPerClass?.values, \.testPerClass, .within(1...1_000_000)),
    .init("seed", \.training.seed?.values, \.seed),
    .init("test-every", \.training.testEvery?.values, \.testEvery, .within(1...1_000_000_000)),
    .init("patience", \.training.patience?.values, \.patience, .within(1...1_000_000_000)),
    .init(
      "checkpoint-every", \.training.checkpointEvery?.values, \.checkpointEvery,
      .within(1...1_000_000_000)),
    .init("keep-best", { $0.training.keepBest ? [true] : nil }, \.keepBest),
    .init("keep-checkpoints", { $0.training.keepCheckpoints.map { [$0] } }, \.keepCheckpoints),
  ]

  /// The flags that say how long a training is; one of them at a time has a value.
  static let lengths: Set = ["steps", "epochs", "images"]
  /// The flags that a run may be resumed with whatever it began with.
  static let changeable = lengths.union([
    "patience", "test-every", "checkpoint-every", "keep-best", "keep-checkpoints",
  ])

  private init<Value: SettingValue & Sendable>(
    _ flag: String, _ given: @escaping @Sendable (GivenFlags) -> [Value]?,
    _ path: any WritableKeyPath<TrainingSettings, Value> & Sendable, _ bounds: Bounds<Value>? = nil,
    of network: NetworkKind? = nil
  ) {
    self.init(
      flag, given, network, bounds, get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }

  private init<Value: SettingValue & Sendable>(
    _ flag: String, _ given: @escaping @Sendable (GivenFlags) -> [Value]?,
    _ path: any WritableKeyPath<TrainingSettings, Value?> & Sendable,
    _ bounds: Bounds<Value>? = nil, of network: NetworkKind? = nil
  ) {
    self.init(
      flag, given, network, bounds, get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }

  private init<Value: SettingValue & Sendable>(
    _ flag: String, _ given: @escaping @Sendable (GivenFlags) -> [Value]?,
    _ network: NetworkKind?, _ bounds: Bounds<Value>?,
    get: @escaping @Sendable (TrainingSettings) -> Value?,
    set: @escaping @Sendable (inout TrainingSettings, Value) -> Void
  ) {
    self.flag = flag
    self.network = network
    text = { get($0).map(\.text).flatMap { $0 == "false" ? nil : $0 } }
    problem = { settings in
      guard let bounds, let value = get(settings), !bounds.hold(value) else { return nil }
      return "--\(flag) \(bounds.words), not \(value)"
    }
    changes = { flags in
      given(flags)?.map { value in
        SettingChange(flag: flag, text: value.text) { set(&$0, value) }
      }
    }
  }
}

/// Which values a setting may have.
struct Bounds<Value>: Sendable {
  /// Goes on after the flag's name.
  let words: String
  let hold: @Sendable (Value) -> Bool

  static func within(_ range: ClosedRange<Value>) -> Bounds where Value: Comparable & Sendable {
    Bounds(words: "lies in \(range.lowerBound) ... \(range.upperBound)") { range.contains($0) }
  }

}

extension Bounds<Float> {
  static func below(_ limit: Float) -> Bounds {
    Bounds(words: "lies in 0 ..< \(limit)") { $0 >= 0 && $0 < limit }
  }

  static var above0: Bounds { Bounds(words: "is a number above 0") { $0 > 0 && $0.isFinite } }
}

extension TrainingSettings {
  /// The settings as flags, in the order of `--help`; what is off is left out.
  var flags: [(flag: String, text: String)] {
    SettingField.all.compactMap { field in
      guard field.network == nil || field.network == network else { return nil }
      return field.text(self).map { (field.flag, $0) }
    }
  }

  /// What to type to get the same run.
  var command: String {
    let typed = flags.map { flag, text in
      text == "true" ? "--\(flag)" : "--\(flag) \(text.contains(" ") ? "'\(text)'" : text)"
    }
    return (["tbtrain", network.rawValue] + typed).joined(separator: " ")
  }

  /// Whether each setting has a value that it can have.
  func checkEach() throws(ValidationError) {
    for field in SettingField.all {
      if let problem = field.problem(self) { throw ValidationError(problem) }
    }
    let lengths = [steps, epochs, images].filter { $0 != nil }
    if lengths.count > 1 {
      throw ValidationError("--steps, --epochs and --images all say how long; give one of them")
    }
  }

  /// Whether a run can have these settings, whoever gives them: a command line, a recipe, a sweep or a
  /// checkpoint.
  func check() throws(ValidationError) {
    try checkEach()
    let own = optimizer.constants
    for (flag, path) in Self.constants where self[keyPath: path] != nil && own[flag] == nil {
      let names = own.keys.sorted().map { "--\($0)" }.joined(separator: ", ")
      throw ValidationError(
        "--\(flag) has no meaning for \(optimizer.rawValue), which has "
          + (names.isEmpty ? "no such constant" : names))
    }
    let choices = InitialWeights.choices(for: network)
    guard choices.contains(initializer) else {
      throw ValidationError(
        "--init of \(network.rawValue) is one of "
          + choices.map(\.rawValue).joined(separator: ", ") + ", not \(initializer.rawValue)")
    }
  }
}
