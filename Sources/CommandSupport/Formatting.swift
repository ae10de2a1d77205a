import Foundation

/// Numbers and durations as people read them.
public enum Format {
  /// A count with thousands apart: `3,274,634`.
  public static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var groups: [Substring] = []
    var rest = digits[...]
    while !rest.isEmpty {
      groups.insert(rest.suffix(3), at: 0)
      rest = rest.dropLast(3)
    }
    return (value < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// A measured number with so many significant digits: `0.5342`, `1,853`, `2.1e-05`.
  public static func number(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    guard value != 0 else { return "0" }
    // The exponent after rounding: 0.99996 is 1.000.
    let scientific = String(format: "%.\(digits - 1)e", value)
    let exponent = scientific.split(separator: "e").last.flatMap { Int($0) } ?? 0
    if exponent < -4 || exponent > 8 { return String(format: "%.\(max(0, digits - 2))e", value) }
    let decimals = max(0, digits - 1 - exponent)
    if decimals == 0 && abs(value) >= 1000 { return count(Int(value.rounded())) }
    return String(format: "%.\(decimals)f", value)
  }

  /// A number with a fixed number of decimals.
  public static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return number(value) }
    return String(format: "%.\(decimals)f", value)
  }

  /// A share of one as percent: `61.3 %`.
  public static func percent(_ share: Double, decimals: Int = 1) -> String {
    "\(fixed(share * 100, decimals: decimals)) %"
  }

  /// A duration in two units at most: `0.4 s`, `7 s`, `1 min 23 s`, `2 h 05 min`, `3 d 04 h`.
  public static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "forever" }
    if seconds < 0.95 { return "\(fixed(max(0, seconds), decimals: 1)) s" }
    let whole = Int(seconds.rounded())
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min \(twoDigits(whole % 60)) s"
    case ..<86_400: return "\(whole / 3600) h \(twoDigits(whole / 60 % 60)) min"
    default: return "\(whole / 86_400) d \(twoDigits(whole / 3600 % 24)) h"
    }
  }

  /// A size in the unit that suits it: `816 bytes`, `12.5 MB`.
  public static func bytes(_ count: Int) -> String {
    var size = Double(count)
    guard size >= 1000 else { return count == 1 ? "1 byte" : "\(count) bytes" }
    var unit = ""
    for next in ["kB", "MB", "GB", "TB"] where size >= 999.5 {
      size /= 1000
      unit = next
    }
    return "\(number(size, digits: 3)) \(unit)"
  }

  /// A count and its noun: `1 image`, `1,000 images`.
  public static func counted(_ value: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count(value)) \(value == 1 ? noun : plural ?? noun + "s")"
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
