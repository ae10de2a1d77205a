public import EventFiles

extension Summary {
  /// The distribution of some numbers, for the dashboards Histograms, Distributions and Time Series.
  ///
  /// NaN and infinities aren't counted in it. Where there are any, the scalar `<tag>/non_finite` tells
  /// how many.
  public static func histogram(
    _ tag: String, _ numbers: some Collection<some BinaryFloatingPoint>
  ) -> Summary {
    histogram(tag, Histogram(of: numbers))
  }

  /// The distribution of some whole numbers.
  public static func histogram(
    _ tag: String, _ numbers: some Collection<some BinaryInteger>
  ) -> Summary {
    histogram(tag, Histogram(of: numbers))
  }

  /// The distribution of some truth values: 0 and 1.
  public static func histogram(_ tag: String, _ values: some Collection<Bool>) -> Summary {
    histogram(tag, values.map { $0 ? 1 : 0 })
  }

  /// The distribution of some numbers that lie in memory of one's own.
  public static func histogram(_ tag: String, _ numbers: Span<some BinaryFloatingPoint>) -> Summary
  {
    numbers.withUnsafeBufferPointer { histogram(tag, $0) }
  }

  /// The distribution of some whole numbers that lie in memory of one's own.
  public static func histogram(_ tag: String, _ numbers: Span<some BinaryInteger>) -> Summary {
    numbers.withUnsafeBufferPointer { histogram(tag, $0) }
  }

  /// The distribution of a vector's numbers.
  public static func histogram<Vector: SIMD>(_ tag: String, _ vector: Vector) -> Summary
  where Vector.Scalar: BinaryFloatingPoint {
    histogram(tag, vector.indices.map { vector[$0] })
  }

  /// The distribution of a vector's whole numbers.
  public static func histogram<Vector: SIMD>(_ tag: String, _ vector: Vector) -> Summary
  where Vector.Scalar: BinaryInteger {
    histogram(tag, vector.indices.map { vector[$0] })
  }

  /// A histogram that was made before, for the dashboards Histograms, Distributions and Time Series.
  public static func histogram(_ tag: String, _ histogram: Histogram) -> Summary {
    let metadata = SummaryMetadata(pluginName: "histograms", dataClass: .tensor)
    let tensor = TensorProto(
      shape: [histogram.rows.count, 3],
      scalars: histogram.rows.flatMap { [$0.left, $0.right, $0.count] })
    var summary = Summary(values: [
      Value(tag: tag, metadata: metadata, content: .tensor(tensor))
    ])
    if histogram.nonFiniteCount > 0 {
      summary.values += scalar("\(tag)/non_finite", histogram.nonFiniteCount).values
    }
    return summary
  }
}
