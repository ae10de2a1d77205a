import CommandSupport
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

  /// A number of three digits at most, without zeros at its end: `0.5`, `10`, `0.001`.
  static func short(_ value: Double) -> String {
    let text = Format.number(value, digits: 3)
    guard text.contains("."), !text.contains("e") else { return text }
    let trimmed = text.reversed().drop { $0 == "0" }
    return String(trimmed.drop { $0 == "." }.reversed())
  }

  /// `50 of 64: 1, 2, 3, …`, or `none of 64`.
  static func filters(_ filters: [Int], of count: Int, _ layer: NumberedLayer) -> String {
    filters.isEmpty
      ? "none of \(Format.count(count)) \(layer.filterNoun)s"
      : "\(filters.count) of \(Format.count(count)) \(layer.filterNoun)s: "
        + list(filters.map(String.init))
  }
}
