import TextOutput

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

  /// About so many ticks at round numbers, and three at least.
  func ticks(about count: Int) -> [Tick] {
    if scale == .logarithmic, highest - lowest >= 1.5 { return powersOfTen(about: count) }
    for count in max(1, count)...max(1, count) + 5 {
      let step = Self.roundStep((highest - lowest) / Double(count))
      guard step > 0, step.isFinite else { return [] }
      let first = (lowest / step).rounded(.up)
      let last = (highest / step).rounded(.down)
      guard first <= last, last - first < 100 else { return [] }
      guard last - first >= 2 else { continue }
      return stride(from: first, through: last, by: 1).map { multiple in
        let number = multiple * step
        return Tick(
          place: (number - lowest) / (highest - lowest),
          text: scale == .linear
            ? Format.tick(number, step: step) : Format.tick(power(ofTen: number), digits: 3))
      }
    }
    return []
  }

  private func powersOfTen(about count: Int) -> [Tick] {
    let (first, last) = (Int(lowest.rounded(.up)), Int(highest.rounded(.down)))
    guard first <= last else { return [] }
    let step = max(1, (last - first) / max(1, count))
    return stride(from: first, through: last, by: step).map { exponent in
      Tick(
        place: (Double(exponent) - lowest) / (highest - lowest),
        text: Format.tick(power(ofTen: Double(exponent)), digits: 1))
    }
  }

  /// 1, 2 or 5 times a power of ten, not less than a number.
  static func roundStep(_ least: Double) -> Double {
    guard least > 0, least.isFinite else { return 0 }
    let power = power(ofTen: log10(least).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least * 0.999_999 } ?? 10 * power
  }
}
