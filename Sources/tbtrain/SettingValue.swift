import Datasets
import NeuralNetworks
import TextOutput

/// What a setting can be: a text on a command line, a value of JSON in a checkpoint.
protocol SettingValue: Sendable, Decodable, JSONRepresentable {
  init?(text: String)
  var text: String { get }
  /// All texts that can be read; empty where they can't be listed.
  static var allTexts: [String] { get }
  /// Whether commas are part of it; of others they separate the values of a sweep.
  static var isList: Bool { get }
}

extension SettingValue {
  static var allTexts: [String] { [] }
  static var isList: Bool { false }
}

extension SettingValue where Self: RawRepresentable<String> & CaseIterable {
  init?(text: String) { self.init(rawValue: text) }
  var text: String { rawValue }
  var json: JSON? { .string(rawValue) }
  static var allTexts: [String] { allCases.map(\.rawValue) }
}

extension SettingValue where Self: LosslessStringConvertible {
  init?(text: String) { self.init(text) }
  var text: String { description }
}

extension Activation: SettingValue {}
extension Augmentation: SettingValue {}
extension Bool: SettingValue {}
extension CIFAR10Images: SettingValue {}
extension Float: SettingValue {}
extension InitialWeights: SettingValue {}
extension Int: SettingValue {}
extension OptimizerKind: SettingValue {}
extension PixelRange: SettingValue {}
extension RecurrentCell: SettingValue {}
extension ScheduleKind: SettingValue {}
extension String: SettingValue {}

/// Values that stand together, with commas between them.
extension Array: SettingValue where Element: SettingValue {
  init?(text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    self = parts.compactMap { Element(text: String($0)) }
    guard count == parts.count else { return nil }
  }

  var text: String { map(\.text).joined(separator: ",") }
  static var isList: Bool { true }
}
