/// Where numbers lie along one direction of a chart, and which of them are written beside it.
struct Axis {
  /// The least and the greatest number shown, after the scale's transformation.
  let lowest: Double
  let highest: Double
  let scale: LineChart.Scale

  /// A number that is written, and its place between 0 and 1.
  struct Tick: Equatable {
    var place: Double
    var text: String
  }

  /// An axis that shows all of these numbers.
  ///
  /// - Parameter margin: The share of free room at both ends.
  init(_ numbers: some Sequence<Double>, scale: LineChart.Scale, margin: Double) {
    self.scale = scale
    var low = Double.infinity
    var high = -Double.infinity
    for number in numbers {
      let number = Self.transformed(number, scale)
      guard number.isFinite else { continue }
      low = min(low, number)
      high = max(high, number)
    }
    if low > high { (low, high) = (0, 1) }
    if low == high {
      // A constant in the middle.
      let room = low == 0 ? 1 : abs(low) * 0.1
      (low, high) = (low - room, high + room)
    }
    let room = (high - low) * margin
    lowest = low - room
    highest = high + room
  }

  /// The place of a number: 0 at the low end, 1 at the high one; not finite for a gap.
  func place(of number: Double) -> Double {
    (Self.transformed(number, scale) - lowest) / (highest - lowest)
  }

  private static func transformed(_ number: Double, _ scale: LineChart.Scale) -> Double {
    switch scale {
    case .linear: number
    case .logarithmic: number > 0 ? log10(number) : .nan
    }
  }

  /// About so many ticks at round numbers.
  func ticks(about count: Int) -> [Tick] {
    if scale == .logarithmic, highest - lowest >= 1.5 { return powersOfTen(about: count) }
    let step = Self.roundStep((highest - lowest) / Double(max(1, count)))
    guard step > 0, step.isFinite else { return [] }
    let first = (lowest / step).rounded(.up)
    let last = (highest / step).rounded(.down)
    guard first <= last, last - first < 100 else { return [] }
    return stride(from: first, through: last, by: 1).map { multiple in
      let number = multiple * step
      let shown = scale == .linear ? number : power(ofTen: number)
      return Tick(
        place: (number - lowest) / (highest - lowest),
        text: scale == .linear ? Self.text(shown, step: step) : Self.text(shown, digits: 3))
    }
  }

  private func powersOfTen(about count: Int) -> [Tick] {
    let (first, last) = (Int(lowest.rounded(.up)), Int(highest.rounded(.down)))
    guard first <= last else { return [] }
    let step = max(1, (last - first) / max(1, count))
    return stride(from: first, through: last, by: step).map { exponent in
      Tick(
        place: (Double(exponent) - lowest) / (highest - lowest),
        text: Self.text(power(ofTen: Double(exponent)), digits: 1))
    }
  }

  /// 1, 2 or 5 times a power of ten, not less than a number.
  static func roundStep(_ least: Double) -> Double {
    guard least > 0, least.isFinite else { return 0 }
    let power = power(ofTen: log10(least).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least * 0.999_999 } ?? 10 * power
  }

  /// A multiple of `step` without digits that say nothing.
  static func text(_ number: Double, step: Double) -> String {
    if abs(number) < step * 1e-6 { return "0" }
    // Small steps among small numbers: all in one form.
    if step < 0.000_999, abs(number) < 0.01 { return exponential(number, digits: 4) }
    if abs(number) >= 1_000_000 || abs(number) < 0.001 { return text(number, digits: 4) }
    if step >= 1 { return grouped(number) }
    return fixed(number, decimals: Int((-log10(step)).rounded(.up)))
  }

  /// A number with at most so many digits, with an exponent where it is large or small.
  static func text(_ number: Double, digits: Int) -> String {
    guard number != 0, number.isFinite else { return number == 0 ? "0" : "\(number)" }
    let exponent = log10(abs(number) * 1.000_000_001).rounded(.down)
    if exponent >= -3, exponent < 6 {
      let decimals = max(0, digits - 1 - Int(exponent))
      return trimmed(fixed(number, decimals: decimals))
    }
    return exponential(number, digits: digits)
  }

  private static func exponential(_ number: Double, digits: Int) -> String {
    let exponent = log10(abs(number) * 1.000_000_001).rounded(.down)
    let mantissa = trimmed(fixed(number / power(ofTen: exponent), decimals: digits - 1))
    return "\(mantissa)e\(Int(exponent))"
  }

  private static func grouped(_ number: Double) -> String {
    let digits = "\(Int(abs(number).rounded()))"
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + text
  }

  static func fixed(_ number: Double, decimals: Int) -> String {
    let scale = power(ofTen: Double(decimals))
    let scaled = (abs(number) * scale).rounded()
    guard scaled < 1e15 else { return "\(number)" }
    let whole = Int(scaled)
    guard decimals > 0 else { return (number < 0 && whole > 0 ? "-" : "") + "\(whole)" }
    let unit = Int(scale)
    let fraction = "\(whole % unit)"
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return (number < 0 && whole > 0 ? "-" : "") + "\(whole / unit).\(zeros)\(fraction)"
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = Substring(text)
    while text.hasSuffix("0") { text = text.dropLast() }
    return String(text.hasSuffix(".") ? text.dropLast() : text)
  }
}

/// Ten to a whole power, exact where doubles are.
func power(ofTen exponent: Double) -> Double {
  guard exponent == exponent.rounded(), abs(exponent) <= 22 else { return exp10(exponent) }
  var result = 1.0
  for _ in 0..<Int(abs(exponent)) { result *= 10 }
  return exponent < 0 ? 1 / result : result
}
