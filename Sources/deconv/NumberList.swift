import ArgumentParser
import Visualization

/// Numbers from 0, written `7`, `1,5,9`, `0-15`, or mixed: `0-3,7`.
struct NumberList: ExpressibleByArgument {
  /// In the order they were written.
  let ranges: [ClosedRange<Int>]

  init?(argument: String) {
    let ranges = argument.numbers(separator: ",") { part -> ClosedRange<Int>? in
      if let number = Int(part) { return number...number }
      guard let ends = part.numbers(separator: "-", { Int($0) }), ends.count == 2,
        ends[0] <= ends[1]
      else { return nil }
      return ends[0]...ends[1]
    }
    guard let ranges else { return nil }
    self.ranges = ranges
  }
}

/// Filters of a layer: numbers, or `all`.
struct FilterList: ExpressibleByArgument {
  /// Nil for all.
  private let numbers: NumberList?
  /// As it was written: `--help` shows the default so.
  let defaultValueDescription: String

  /// All filters of a layer.
  static let all = FilterList(numbers: nil, defaultValueDescription: "all")

  private init(numbers: NumberList?, defaultValueDescription: String) {
    self.numbers = numbers
    self.defaultValueDescription = defaultValueDescription
  }

  init?(argument: String) {
    let numbers = NumberList(argument: argument)
    guard numbers != nil || argument == "all" else { return nil }
    self.init(numbers: numbers, defaultValueDescription: argument)
  }

  /// Whether all filters are meant.
  var isAll: Bool { numbers == nil }

  /// The numbers, each once, in the order they were written.
  ///
  /// - Throws: `DeconvnetError.noSuchFilter`.
  func filters(of layer: NumberedLayer, in deconvnet: Deconvnet) throws -> [Int] {
    guard let ranges = numbers?.ranges else { return Array(0..<layer.filters) }
    // The ends first: a range may be of any length.
    for end in ranges.flatMap({ [$0.lowerBound, $0.upperBound] }) {
      _ = try deconvnet.layer(layer.number, withFilter: end)
    }
    var seen: Set<Int> = []
    return ranges.joined().filter { seen.insert($0).inserted }
  }
}
