public import EventFiles

/// How many of some numbers lie where: rows from the least finite number to the greatest.
///
/// Rows follow the numbers: many narrow ones where numbers are dense, few where they are rare, one for
/// a stretch without any. So the dashboards' curves and percentiles come out right for weights around
/// zero, activations with a spike at zero and gradients with far outliers alike.
public struct Histogram: Sendable, Equatable {
  /// The rows, in ascending order and without gaps. One row without width where all finite numbers are
  /// equal, none where there are none.
  public var rows: [HistogramBucket]
  /// How many numbers were NaN or infinite, and so aren't in a row.
  public var nonFiniteCount: Int

  /// A histogram of these rows.
  public init(rows: [HistogramBucket], nonFiniteCount: Int = 0) {
    self.rows = rows
    self.nonFiniteCount = nonFiniteCount
  }

  /// The histogram of some numbers of any floating-point type.
  public init<Number: BinaryFloatingPoint>(of numbers: some Collection<Number>) {
    self =
      numbers.withContiguousStorageIfAvailable { Histogram(ofContiguous: $0) }
      ?? Array(numbers).withUnsafeBufferPointer { Histogram(ofContiguous: $0) }
  }

  /// The histogram of some whole numbers.
  public init(of numbers: some Collection<some BinaryInteger>) {
    self.init(of: numbers.map { Double($0) })
  }

  private init<Number: BinaryFloatingPoint>(ofContiguous numbers: UnsafeBufferPointer<Number>) {
    if Number.self == Float.self {
      self = numbers.withMemoryRebound(to: Float.self) { Histogram(counting: $0) }
    } else if Number.self == Double.self {
      self = numbers.withMemoryRebound(to: Double.self) { Histogram(counting: $0) }
    } else {
      self = numbers.map { Double($0) }.withUnsafeBufferPointer { Histogram(counting: $0) }
    }
  }
}
