import ArgumentParser
import Visualization

/// Filters of a layer, written `7`, `1,5,9`, `0-15` or `all`, or mixed: `0-3,7`.
struct FilterList: ExpressibleByArgument {
  /// The ranges in the order they were written; nil for all.
  private let ranges: [ClosedRange<Int>]?

  /// All filters of a layer.
  static let all = FilterList(ranges: nil)

  /// As `--help` tells the default.
  var defaultValueDescription: String {
    ranges.map {
      $0.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    }
    .map { $0.joined(separator: ",") } ?? "all"
  }

  private init(ranges: [ClosedRange<Int>]?) { self.ranges = ranges }

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
    self.ranges = ranges
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
