import ArgumentParser

/// The values of a flag: one for a run, several, with commas between them, for a sweep.
struct Choices<Value: ExpressibleByArgument & Sendable>: ExpressibleByArgument, Sendable {
  let values: [Value]
  /// What was typed for each.
  let texts: [String]

  init?(argument: String) {
    var values: [Value] = []
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for part in parts {
      guard let value = Value(argument: part) else { return nil }
      values.append(value)
    }
    (self.values, texts) = (values, parts)
  }

  static var allValueStrings: [String] { Value.allValueStrings }
}

/// Epochs, say, with commas between them: whole numbers from 1, each greater than the one before.
struct NumberList: ExpressibleByArgument, LosslessStringConvertible, Equatable {
  let numbers: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    var numbers: [Int] = []
    for part in parts {
      guard let part, part > numbers.last ?? 0 else { return nil }
      numbers.append(part)
    }
    self.numbers = numbers
  }

  init?(_ description: String) { self.init(argument: description) }

  var description: String { numbers.map(String.init).joined(separator: ",") }
}
