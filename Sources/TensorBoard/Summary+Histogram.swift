public import EventFiles

extension Summary {
  /// The distribution of some numbers, for the dashboards Histograms, Distributions and Time Series.
  ///
  /// NaN and infinities aren't counted in it. Where there are any, the scalar `<tag>/non_finite` tells
  /// how many.
  public static func histogram(_ tag: String, _ numbers: some Collection<Float>) -> Summary {
    histogram(tag, Histogram(of: numbers))
  }

  /// The distribution of some numbers; NaN and infinities go to the scalar `<tag>/non_finite`.
  public static func histogram(_ tag: String, _ numbers: some Collection<Double>) -> Summary {
    histogram(tag, Histogram(of: numbers))
  }

  /// The distribution of some numbers that lie in memory of one's own.
  public static func histogram(_ tag: String, _ numbers: Span<Float>) -> Summary {
    numbers.withUnsafeBufferPointer { histogram(tag, Histogram(of: $0)) }
  }

  /// The distribution of some numbers that lie in memory of one's own.
  public static func histogram(_ tag: String, _ numbers: Span<Double>) -> Summary {
    numbers.withUnsafeBufferPointer { histogram(tag, Histogram(of: $0)) }
  }

  /// The distribution of some whole numbers.
  public static func histogram(
    _ tag: String, _ numbers: some Collection<some BinaryInteger>
  ) -> Summary {
    histogram(tag, Histogram(of: numbers))
  }

  /// A histogram that was made before, for the dashboards Histograms, Distributions and Time Series.
  public static func histogram(_ tag: String, _ histogram: Histogram) -> Summary {
    let metadata = SummaryMetadata(pluginName: "histograms", dataClass: .tensor)
    let tensor = TensorProto(
      shape: [histogram.rows.count, 3],
      doubles: histogram.rows.flatMap { [$0.left, $0.right, $0.count] })
    var summary = Summary(values: [
      Value(tag: tag, metadata: metadata, content: .tensor(tensor))
    ])
    if histogram.nonFiniteCount > 0 {
      summary.values += scalar("\(tag)/non_finite", histogram.nonFiniteCount).values
    }
    return summary
  }
}
