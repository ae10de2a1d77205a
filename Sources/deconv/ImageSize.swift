import ArgumentParser
import Tensors

/// A side's length, or height and width: `256` or `256x320`.
struct ImageSize: ExpressibleByArgument, Equatable {
  let height: Int
  /// Nil when one number was given.
  let width: Int?

  init(height: Int, width: Int?) { (self.height, self.width) = (height, width) }

  init?(argument: String) {
    let numbers = argument.numbers(separator: "x") { Int($0) }
    guard let numbers, (1...2).contains(numbers.count),
      numbers.allSatisfy((1...8192).contains)
    else { return nil }
    (height, width) = (numbers[0], numbers.count == 2 ? numbers[1] : nil)
  }

  /// As a user types it.
  var text: String { width.map { "\(height)x\($0)" } ?? "\(height)" }

  /// A rectangle; a square of one number.
  var extent: Extent { Extent(height: height, width: width ?? height) }
}

/// One number for all channels, or one for each, with commas.
struct ChannelNumbers: ExpressibleByArgument {
  let values: [Float]

  init?(argument: String) {
    guard let values = argument.numbers(separator: ",", Float.init), values.allSatisfy(\.isFinite)
    else { return nil }
    self.values = values
  }
}

extension StringProtocol {
  /// The numbers of a list; nil where a part is none.
  func numbers<Number>(
    separator: Character, _ read: (String) -> Number?
  ) -> [Number]? {
    let parts = split(separator: separator, omittingEmptySubsequences: false)
    let numbers = parts.compactMap { read(String($0)) }
    return numbers.count == parts.count ? numbers : nil
  }
}
