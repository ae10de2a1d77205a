import ArgumentParser
import CommandSupport
import TextOutput

/// A setting of a training. It is declared once, where its flag is: the flag, the check, the axis of a
/// sweep and the entry in a checkpoint follow.
struct Setting: Sendable {
  /// The flag without its dashes.
  let flag: String
  /// Its name in a checkpoint, with underscores.
  let key: Key
  /// All texts that its value can be; empty where they can't be listed.
  let choices: [String]
  /// Its value as it is typed; nil where it is off.
  let text: @Sendable (TrainingSettings) -> String?
  let json: @Sendable (TrainingSettings) -> JSON?
  /// What is wrong with its value.
  let problem: @Sendable (TrainingSettings) -> String?
  /// Takes the value from a checkpoint, if there is one.
  let read: @Sendable (Values, inout TrainingSettings) throws -> Void
  /// The change that a text stands for; nil when it can't be read.
  let change: @Sendable (String) -> SettingChange?
  private let isList: Bool

  /// The settings in a checkpoint.
  typealias Values = KeyedDecodingContainer<Key>

  /// The name of a setting in a checkpoint.
  struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// A setting that always has a value.
  init<Value: SettingValue>(
    _ flag: String, _ path: any WritableKeyPath<TrainingSettings, Value> & Sendable,
    _ bounds: Bounds<Value>? = nil
  ) {
    self.init(flag, bounds, get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }

  /// A setting that may be off.
  init<Value: SettingValue>(
    _ flag: String, _ path: any WritableKeyPath<TrainingSettings, Value?> & Sendable,
    _ bounds: Bounds<Value>? = nil
  ) {
    self.init(flag, bounds, get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }

  private init<Value: SettingValue>(
    _ flag: String, _ bounds: Bounds<Value>?,
    get: @escaping @Sendable (TrainingSettings) -> Value?,
    set: @escaping @Sendable (inout TrainingSettings, Value) -> Void
  ) {
    self.flag = flag
    let key = Key(stringValue: String(flag.map { $0 == "-" ? "_" : $0 }))
    self.key = key
    choices = Value.allTexts
    isList = Value.isList
    text = { get($0).map(\.text).flatMap { $0 == "false" ? nil : $0 } }
    json = { get($0).json }
    problem = { settings in
      guard let bounds, let value = get(settings), !bounds.hold(value) else { return nil }
      return "--\(flag) must \(bounds.words), not \(value.text)"
    }
    read = { values, settings in
      if let value = try values.decodeIfPresent(Value.self, forKey: key) { set(&settings, value) }
    }
    change = { text in
      Value(text: text).map { value in
        SettingChange(flag: flag, text: value.text) { set(&$0, value) }
      }
    }
  }

  /// What was typed for the flag: one value, or with commas several for a sweep.
  ///
  /// - Throws: `ValidationError`, to which the parser adds the flag's name.
  func given(_ text: String) throws -> Given {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let changes = (isList ? [text] : parts).map(change)
    guard !changes.contains(where: { $0 == nil }) else {
      throw ValidationError(
        choices.isEmpty ? "it can't be read" : "it is one of \(choices.joined(separator: ", "))")
    }
    return Given(setting: self, changes: changes.compactMap(\.self))
  }
}

/// A flag's value on its way into the settings.
struct SettingChange: Sendable {
  let flag: String
  let text: String
  let apply: @Sendable (inout TrainingSettings) -> Void
}

/// What a command line says of a setting.
struct Given: Sendable {
  let setting: Setting
  /// A change a value; none where the flag isn't given.
  var changes: [SettingChange] = []
}

extension Option where Value == Given {
  /// A setting's flag.
  ///
  /// - Parameters:
  ///   - words: what holds without it; nil for the settings' own default.
  ///   - value: what its value is called; nil for the flag.
  init(
    _ setting: Setting, _ help: String, default words: String? = nil, value: String? = nil,
    more: String = "", also: String? = nil
  ) {
    let defaults = TrainingSettings.defaults.map(setting.text)
    let own = defaults[0] ?? "off"
    let others = zip(NetworkKind.allCases, defaults).filter { $0.1 != defaults[0] }
    let words =
      words
      ?? ([own] + others.map { "for \($0.0.rawValue) \($0.1 ?? "off")" })
      .joined(separator: ", ")
    let choices = setting.choices.joined(separator: ", ")
    self.init(
      wrappedValue: Given(setting: setting),
      name: NameSpecification([setting.flag, also].compactMap(\.self).map { .customLong($0) }),
      parsing: .unconditional,
      help: ArgumentHelp(
        help + (words.isEmpty ? "" : " (default: \(words))")
          + (choices.isEmpty ? "" : " (values: \(choices))"),
        discussion: more, valueName: value ?? setting.flag),
      completion: setting.choices.isEmpty ? nil : .list(setting.choices),
      transform: { try setting.given($0) })
  }
}

extension Setting {
  /// All settings and the only network that has each, nil for all, in the order of `--help`.
  static let all: [(setting: Setting, network: NetworkKind?)] =
    ((try? TrainingFlags.given(
      LeNetOptions.parse([]), RNNOptions.parse([]), VGGOptions.parse([]),
      TrainingOptions.parse([]))) ?? [])
    .map { ($0.given.setting, $0.network) }

  /// The flags that say how long a training is; one of them at a time has a value.
  static let lengths: Set = ["steps", "epochs", "images"]
  /// The flags that a run may be resumed with whatever it began with.
  static let changeable = lengths.union([
    "patience", "test-every", "test-training", "checkpoint-every", "keep-best", "keep-checkpoints",
  ])
}

extension [SettingChange] {
  /// The changes that words stand for, each flag with its value behind it: what a recipe says.
  ///
  /// - Throws: `ValidationError` for a flag that the network hasn't, or a value that can't be read.
  init(typed words: [String], for network: NetworkKind) throws(ValidationError) {
    self = []
    for index in stride(from: 0, to: words.count - 1, by: 2) {
      guard
        let (setting, _) = Setting.all.first(where: { setting, only in
          "--\(setting.flag)" == words[index] && only ?? network == network
        }), let change = setting.change(words[index + 1])
      else {
        throw ValidationError(
          "\(words[index]) \(words[index + 1]) has no meaning for \(network.rawValue)")
      }
      append(change)
    }
  }

  /// These changes with others in their place: a flag has one value, a training one length.
  func replaced(by others: [SettingChange]) -> [SettingChange] {
    var flags = Set(others.map(\.flag))
    if !flags.isDisjoint(with: Setting.lengths) { flags.formUnion(Setting.lengths) }
    return filter { !flags.contains($0.flag) } + others
  }
}
