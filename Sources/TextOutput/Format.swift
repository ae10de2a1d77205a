/// Numbers, sizes and durations as people read them: tables, reports, axes and legends.
///
/// What isn't finite is `nan`, `inf` or `-inf` everywhere, and no zero has a minus.
package enum Format {
  /// A count with thousands apart: `3,274,634`.
  package static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    guard digits.utf8.count > 3 else { return "\(value)" }
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.utf8.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// A count and its noun: `1 image`, `1,000 images`.
  package static func counted(_ value: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count(value)) \(value == 1 ? noun : plural ?? noun + "s")"
  }

  /// A measured number with so many significant digits: `0.5342`, `1,853`, `2.10e-5`.
  package static func number(_ value: Double, digits: Int = 4) -> String {
    number(value, digits: digits, plain: -4...8)
  }

  /// The same of a single-precision number.
  package static func number(_ value: Float, digits: Int = 4) -> String {
    number(Double(value), digits: digits)
  }

  /// A number of so many significant digits at most, without zeros at its end: `0.5`, `10`, `0.001`.
  package static func short(_ value: Double, digits: Int = 3) -> String {
    trimmed(number(value, digits: digits))
  }

  /// The same of a single-precision number.
  package static func short(_ value: Float, digits: Int = 3) -> String {
    short(Double(value), digits: digits)
  }

  /// The ends of a range, with as many digits as it takes to tell them apart: `0.00103108` and
  /// `0.00103142`, where three digits would show `0.00103` twice.
  ///
  /// - Parameter digits: significant digits, where they are enough.
  package static func range(
    _ low: Float, _ high: Float, digits: Int = 3
  ) -> (low: String, high: String) {
    let (low, high) = (Double(low), Double(high))
    var digits = digits
    // Two digits of the difference; a float has no more than nine.
    while digits < 9, high != low, high.isFinite, low.isFinite,
      (high - low) * power(ofTen: Double(digits - 1)) < 10 * max(abs(low), abs(high))
    {
      digits += 1
    }
    return (short(low, digits: digits), short(high, digits: digits))
  }

  /// A number with a fixed number of decimals.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return "\(value)" }
    return unsigned(zero: fixedDigits(value, decimals))
  }

  /// The same without zeros at its end: `0.5`, `12`.
  package static func trimmed(_ value: Double, decimals: Int) -> String {
    trimmed(fixed(value, decimals: decimals))
  }

  /// A number with a fixed number of decimals and a plus before what is above zero: a
  /// change.
  package static func change(_ value: Double, decimals: Int) -> String {
    let text = fixed(value, decimals: decimals)
    return value > 0 && text.contains { ("1"..."9").contains($0) } ? "+" + text : text
  }

  /// A share of one as percent: `61.3 %`.
  package static func percent(_ share: Double, decimals: Int = 1) -> String {
    "\(fixed(share * 100, decimals: decimals)) %"
  }

  /// The shortest text that reads back as the same number; 3.0 is `3`, as everywhere else.
  ///
  /// - Parameter isSingle: whether it reads back as the same `Float`.
  package static func exact(_ value: Double, isSingle: Bool = false) -> String {
    let text = isSingle ? Float(value).description : value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A number of so many significant digits in as few letters as it takes: `0.12346`, `1.2e-05`.
  package static func compact(_ value: Double, digits: Int) -> String {
    value.isFinite ? rounded(value, digits, .general) : "\(value)"
  }

  /// A multiple of an axis's step, without digits that say nothing.
  package static func tick(_ value: Double, step: Double) -> String {
    if abs(value) < step * 1e-6 { return "0" }
    // Small steps among small numbers: all in one form.
    if step < 0.000_999, abs(value) < 0.01 { return trimmed(exponential(value, decimals: 3)) }
    if abs(value) >= 1_000_000 || abs(value) < 0.001 { return tick(value, digits: 4) }
    if step >= 1 { return count(Int(value.rounded())) }
    return fixed(value, decimals: Int((-log10(step)).rounded(.up)))
  }

  /// A number beside an axis, where there is little room: an exponent earlier than elsewhere.
  package static func tick(_ value: Double, digits: Int) -> String {
    trimmed(number(value, digits: digits, plain: -3...5, exponentDecimals: digits - 1))
  }

  /// A size in the unit that suits it: `816 bytes`, `12.5 MB`.
  package static func bytes(_ count: Int) -> String {
    var size = Double(count)
    guard size >= 1000 else { return counted(count, "byte") }
    var unit = ""
    for next in ["kB", "MB", "GB", "TB"] where size >= 999.5 {
      size /= 1000
      unit = next
    }
    return "\(number(size, digits: 3)) \(unit)"
  }

  /// A duration in two units at most: `0.4 s`, `7 s`, `1 min 23 s`, `2 h 05 min`, `3 d 04 h`.
  package static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e10 else { return "forever" }
    if seconds < 0.95 { return "\(fixed(max(0, seconds), decimals: 1)) s" }
    let whole = Int(seconds.rounded())
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min \(two(whole % 60)) s"
    case ..<86_400: return "\(whole / 3600) h \(two(whole / 60 % 60)) min"
    default: return "\(whole / 86_400) d \(two(whole / 3600 % 24)) h"
    }
  }

  /// - Parameters:
  ///   - plain: the powers of ten that are written without an exponent.
  ///   - exponentDecimals: decimals before an exponent; nil for one digit less than asked for.
  private static func number(
    _ value: Double, digits: Int, plain: ClosedRange<Int>, exponentDecimals: Int? = nil
  ) -> String {
    guard value.isFinite else { return "\(value)" }
    guard value != 0 else { return "0" }
    // The exponent after rounding: 0.99996 is 1.000.
    let scientific = rounded(value, digits - 1, .exponential)
    let exponent = scientific.split(separator: "e").last.flatMap { Int($0) } ?? 0
    guard plain.contains(exponent) else {
      return exponential(value, decimals: exponentDecimals ?? max(0, digits - 2))
    }
    let decimals = max(0, digits - 1 - exponent)
    if decimals == 0, abs(value) >= 1000 { return count(Int(value.rounded())) }
    return fixedDigits(value, decimals)
  }

  /// `2.10e-5`: C writes `2.10e-05`.
  private static func exponential(_ value: Double, decimals: Int) -> String {
    let parts = rounded(value, decimals, .exponential).split(separator: "e")
    return "\(parts[0])e\(Int(parts[1]) ?? 0)"
  }

  /// What C's `%.*f` gives; most numbers lie clear of the middle between two texts and need no C.
  private static func fixedDigits(_ value: Double, _ decimals: Int) -> String {
    let unit = decimals <= 4 ? [1, 10, 100, 1_000, 10_000][max(0, decimals)] : 0
    let scaled = abs(value) * Double(unit)
    guard unit > 0, scaled < 1e12, abs(scaled - scaled.rounded(.down) - 0.5) > 1e-3 else {
      return rounded(value, decimals, .fixed)
    }
    let whole = Int(scaled.rounded())
    let sign = value < 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let fraction = "\(whole % unit)"
    let zeros = String(repeating: "0", count: decimals - fraction.utf8.count)
    return "\(sign)\(whole / unit).\(zeros)\(fraction)"
  }

  /// A text without the minus of a zero.
  private static func unsigned(zero text: String) -> String {
    text.hasPrefix("-") && !text.utf8.contains { $0 > 0x30 && $0 <= 0x39 }
      ? String(text.dropFirst()) : text
  }

  /// A text without zeros at the end of its decimals.
  private static func trimmed(_ text: String) -> String {
    guard let point = text.firstIndex(of: ".") else { return text }
    let end = text.firstIndex(of: "e") ?? text.endIndex
    var digits = text[point..<end]
    while digits.hasSuffix("0") { digits = digits.dropLast() }
    if digits == "." { digits = "" }
    return String(text[..<point] + digits + text[end...])
  }
}
