/// A number that several runs' values at a step are reduced to.
package enum Statistic: Hashable, Sendable {
  /// The arithmetic mean.
  case mean
  /// The sample's standard deviation: the sum of squares is divided by n − 1, as pandas does it and
  /// NumPy with `ddof=1`; not a number for a single value.
  case deviation
  /// The least value.
  case minimum
  /// The greatest value.
  case maximum
  /// The middle value, or the mean of the two in the middle.
  case median
  /// The value below which this share of the values lies, interpolated between neighbours.
  ///
  /// - Source: NumPy's default; Hyndman & Fan, "Sample Quantiles in Statistical Packages", 1996, type 7.
  case quantile(Double)

  /// A statistic by its name: `mean`, `std`, `min`, `max`, `median`, or `q` and a share: `q0.25`.
  package init?(name: String) {
    switch name {
    case "mean": self = .mean
    case "std": self = .deviation
    case "min": self = .minimum
    case "max": self = .maximum
    case "median": self = .median
    default:
      guard name.hasPrefix("q"), let share = Double(name.dropFirst()), (0...1).contains(share)
      else { return nil }
      self = .quantile(share)
    }
  }

  /// The name that `init(name:)` reads.
  package var name: String {
    switch self {
    case .mean: "mean"
    case .deviation: "std"
    case .minimum: "min"
    case .maximum: "max"
    case .median: "median"
    case .quantile(let share): "q\(share)"
    }
  }

  /// The statistic of at least one value. Where a value isn't a number, neither is the result.
  package func callAsFunction(_ values: [Double]) -> Double {
    precondition(!values.isEmpty, "a statistic is of one value or more")
    let count = Double(values.count)
    switch self {
    case .mean: return values.reduce(0, +) / count
    case .deviation:
      let mean = values.reduce(0, +) / count
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (squares / (count - 1)).squareRoot()
    case .minimum: return values.reduce(values[0]) { $1.isNaN || $1 < $0 ? $1 : $0 }
    case .maximum: return values.reduce(values[0]) { $1.isNaN || $1 > $0 ? $1 : $0 }
    case .median:
      guard let sorted = Self.sorted(values) else { return .nan }
      let middle = sorted.count / 2
      return sorted.count.isMultiple(of: 2)
        ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    case .quantile(let share):
      guard let sorted = Self.sorted(values) else { return .nan }
      let place = share * (count - 1)
      let index = min(Int(place), sorted.count - 1)
      let (low, high) = (sorted[index], sorted[min(index + 1, sorted.count - 1)])
      let part = place - Double(index)
      if part == 0 || low == high { return low }
      // As NumPy does it: exact at both ends.
      return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part)
    }
  }

  /// Ascending values; nil where one isn't a number.
  private static func sorted(_ values: [Double]) -> [Double]? {
    values.contains(where: \.isNaN) ? nil : values.sorted()
  }
}
