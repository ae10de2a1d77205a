import ArgumentParser
import Visualization

/// Filters of a layer, written `7`, `1,5,9`, `0-15` or `all`, or mixed: `0-3,7`.
struct FilterList: ExpressibleByArgument {
  /// The ranges in the order they were written; nil for all.
  private let ranges: [ClosedRange<Int>]?

  /// As it was written: `--help` tells the default so.
  let defaultValueDescription: String

  /// All filters of a layer.
  static let all = FilterList(ranges: nil, text: "all")

  private init(ranges: [ClosedRange<Int>]?, text: String) {
    self.ranges = ranges
    defaultValueDescription = text
  }

  init?(argument: String) {
    guard argument != "all" else {
      self = .all
      return
    }
    var ranges: [ClosedRange<Int>] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      if let number = Int(part) {
        ranges.append(number...number)
      } else {
        let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else {
          return nil
        }
        ranges.append(first...last)
      }
    }
    self.init(ranges: ranges, text: argument)
  }

  /// The numbers, each once, in the order they were written.
  ///
  /// - Throws: `DeconvnetError.noSuchFilter`.
  func filters(of layer: NumberedLayer, in deconvnet: Deconvnet) throws -> [Int] {
    guard let ranges else { return Array(0..<layer.filters) }
    // The ends first: a range may be of any length.
    for range in ranges {
      for end in [range.lowerBound, range.upperBound] {
        _ = try deconvnet.layer(layer.number, withFilter: end)
      }
    }
    var seen: Set<Int> = []
    return ranges.joined().filter { seen.insert($0).inserted }
  }
}
