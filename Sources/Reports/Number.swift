import Foundation
import TextOutput

/// Numbers and times that only a report writes.
enum Number {
  /// A setting: as it was given, without digits that say nothing.
  static func setting(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e9 { return "\(Int(value))" }
    // What was a Float has its short text again.
    return Double(Float(value)) == value ? "\(Float(value))" : "\(value)"
  }

  /// Numbers of a curve for the page's script, five digits each; what isn't finite is `null`: no point.
  static func json(_ values: some Sequence<Double>) -> String {
    let texts = values.map { value in
      guard value.isFinite else { return "null" }
      return value == value.rounded() && abs(value) < 1e15
        ? "\(Int(value))" : Format.compact(value, digits: 5)
    }
    return "[\(texts.joined(separator: ","))]"
  }

  /// A time in UTC, to the minute.
  static func date(_ secondsSince1970: Double) -> String {
    guard secondsSince1970.isFinite, abs(secondsSince1970) < 1e11 else { return "" }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute], from: Date(timeIntervalSince1970: secondsSince1970))
    func two(_ value: Int?) -> String { String((value ?? 0) + 100).suffix(2).description }
    return "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day)) "
      + "\(two(parts.hour)):\(two(parts.minute)) UTC"
  }
}
