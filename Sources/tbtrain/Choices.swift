import ArgumentParser
import Datasets
import NeuralNetworks

/// What a setting can be, as text on a command line.
protocol SettingValue {
  init?(text: String)
  var text: String { get }
  /// All texts that can be read; empty where they can't be listed.
  static var allTexts: [String] { get }
}

extension SettingValue {
  static var allTexts: [String] { [] }
}

extension SettingValue where Self: RawRepresentable<String> & CaseIterable {
  init?(text: String) { self.init(rawValue: text) }
  var text: String { rawValue }
  static var allTexts: [String] { allCases.map(\.rawValue) }
}

extension SettingValue where Self: LosslessStringConvertible {
  init?(text: String) { self.init(text) }
  var text: String { description }
}

extension Activation: SettingValue {}
extension Augmentation: SettingValue {}
extension Bool: SettingValue {}
extension Float: SettingValue {}
extension InitialWeights: SettingValue {}
extension Int: SettingValue {}
extension OptimizerKind: SettingValue {}
extension PixelRange: SettingValue {}
extension RecurrentCell: SettingValue {}
extension ScheduleKind: SettingValue {}
extension String: SettingValue {}

/// The values of a flag: one for a run, several, with commas between them, for a sweep.
struct Choices<Value: SettingValue & Sendable>: ExpressibleByArgument, Sendable {
  let values: [Value]

  init?(argument: String) {
    var values: [Value] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Value(text: String(part)) else { return nil }
      values.append(value)
    }
    self.values = values
  }

  static var allValueStrings: [String] { Value.allTexts }
}

/// Epochs, say, with commas between them: whole numbers from 1, each greater than the one before.
struct NumberList: SettingValue, ExpressibleByArgument, Equatable, Codable, Sendable {
  let numbers: [Int]

  init?(argument: String) { self.init(text: argument) }

  init?(text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    self.init(parts.map { Int($0) ?? 0 })
  }

  private init?(_ numbers: [Int]) {
    guard zip([0] + numbers, numbers).allSatisfy(<) else { return nil }
    self.numbers = numbers
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let list = Self(try container.decode([Int].self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "the numbers don't rise from 1")
    }
    self = list
  }

  func encode(to encoder: any Encoder) throws { try numbers.encode(to: encoder) }

  var text: String { numbers.map(String.init).joined(separator: ",") }
}

/// Names with commas between them, each another.
struct NameList: SettingValue, ExpressibleByArgument, Equatable, Codable, Sendable {
  let names: [String]

  init?(argument: String) { self.init(text: argument) }

  init?(text: String) {
    names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !names.contains(""), Set(names).count == names.count else { return nil }
  }

  init(from decoder: any Decoder) throws {
    names = try decoder.singleValueContainer().decode([String].self)
  }

  func encode(to encoder: any Encoder) throws { try names.encode(to: encoder) }

  var text: String { names.joined(separator: ",") }
}
