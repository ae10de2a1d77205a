import TextOutput
import Visualization

/// Lists and counts as sentences have them.
enum Words {
  /// `3, 5 and 8`; of a long list the first ones: `3, 5, 8, … (41 in all)`.
  static func list(_ items: [String], longest: Int = 12) -> String {
    guard items.count <= longest else {
      return items.prefix(longest).joined(separator: ", ") + ", … (\(items.count) in all)"
    }
    guard let last = items.last, items.count > 1 else { return items.first ?? "none" }
    return items.dropLast().joined(separator: ", ") + " and \(last)"
  }

  /// `50 of 64 filters: 1, 2, 3, …`, or `none of 64 filters`.
  static func filters(_ filters: [Int], of count: Int, _ layer: NumberedLayer) -> String {
    let among = "of \(Format.count(count)) \(layer.filterNoun)s"
    return filters.isEmpty
      ? "none \(among)" : "\(filters.count) \(among): " + list(filters.map(String.init))
  }
}
