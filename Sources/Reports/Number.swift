import Foundation

/// Numbers, times and sizes as a report writes them.
enum Number {
  /// A measured number with so many significant digits: `0.5342`, `1,853`, `2.1e-05`.
  static func text(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
    guard value != 0 else { return "0" }
    let scientific = String(format: "%.\(digits - 1)e", value)
    let exponent = scientific.split(separator: "e").last.flatMap { Int($0) } ?? 0
    if exponent < -4 || exponent > 8 { return String(format: "%.\(max(0, digits - 2))e", value) }
    let decimals = max(0, digits - 1 - exponent)
    if decimals == 0, abs(value) >= 1000 { return count(Int(value.rounded())) }
    return String(format: "%.\(decimals)f", value)
  }

  /// A setting: as it was given, without digits that say nothing.
  static func setting(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e9 { return "\(Int(value))" }
    // What was a Float has its short text again.
    return Double(Float(value)) == value ? "\(Float(value))" : "\(value)"
  }

  /// The logarithm to base ten.
  static func logarithm(_ value: Double) -> Double { log10(value) }

  /// A count with thousands apart.
  static func count(_ value: Int) -> String {
    var groups: [Substring] = []
    var rest = String(value.magnitude)[...]
    while !rest.isEmpty {
      groups.insert(rest.suffix(3), at: 0)
      rest = rest.dropLast(3)
    }
    return (value < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// A count and its noun.
  static func counted(_ value: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count(value)) \(value == 1 ? noun : plural ?? noun + "s")"
  }

  /// Five digits, as JSON has numbers; what isn't finite is `null`.
  static func json(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
    return String(format: "%.5g", value)
  }

  /// A size: `816 bytes`, `12.5 MB`.
  static func bytes(_ count: Int) -> String {
    var size = Double(count)
    guard size >= 1000 else { return counted(count, "byte") }
    var unit = ""
    for next in ["kB", "MB", "GB", "TB"] where size >= 999.5 {
      size /= 1000
      unit = next
    }
    return "\(text(size, digits: 3)) \(unit)"
  }

  /// A duration in two units at most.
  static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e10 else { return "" }
    let whole = Int(seconds.rounded())
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min \(two(whole % 60)) s"
    case ..<86_400: return "\(whole / 3600) h \(two(whole / 60 % 60)) min"
    default: return "\(whole / 86_400) d \(two(whole / 3600 % 24)) h"
    }
  }

  /// A time in UTC, to the minute.
  static func date(_ secondsSince1970: Double) -> String {
    guard secondsSince1970.isFinite, abs(secondsSince1970) < 1e11 else { return "" }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute], from: Date(timeIntervalSince1970: secondsSince1970))
    return String(
      format: "%04d-%02d-%02d %02d:%02d UTC", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0,
      parts.hour ?? 0, parts.minute ?? 0)
  }
}
