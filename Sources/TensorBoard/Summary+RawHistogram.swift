public import EventFiles

extension Summary {
  /// A histogram of buckets that were counted elsewhere: between `edges`, one more than there are
  /// counts, in ascending order. This is what NumPy's `histogram` returns.
  ///
  /// - Throws: `SummaryError` where numbers of edges and counts don't fit each other, edges don't ascend
  ///   or aren't finite, or a count is negative or isn't finite.
  public static func histogram(
    _ tag: String, edges: [Double], counts: [Double]
  ) throws(SummaryError) -> Summary {
    guard edges.count == counts.count + 1 else {
      throw .wrongCount(
        tag: tag, what: "edges", got: edges.count,
        expected: "\(counts.count + 1) around \(counts.count) counts")
    }
    try SummaryError.checkFinite(edges, tag: tag, what: "edges")
    try check(tag, counts)
    var rows: [HistogramBucket] = []
    for (index, count) in counts.enumerated() {
      guard edges[index] < edges[index + 1] else {
        throw .outOfRange(
          tag: tag, what: "edge \(index + 1)", value: "\(edges[index + 1])",
          expected: "more than \(edges[index]), the edge before")
      }
      rows.append(HistogramBucket(left: edges[index], right: edges[index + 1], count: count))
    }
    return histogram(tag, Histogram(rows: rows))
  }

  /// A histogram of buckets that were counted elsewhere, of whole numbers between `edges`.
  public static func histogram(
    _ tag: String, edges: [Double], counts: [Int]
  ) throws(SummaryError) -> Summary {
    try histogram(tag, edges: edges, counts: counts.map(Double.init))
  }

  /// A histogram of buckets as TensorFlow 1 and torch have them: each goes from the limit of the one
  /// before to its own. The first begins at `min`, the last ends at `max`, and empty ones outside are
  /// left out, so that a last limit of infinity does no harm.
  ///
  /// - Throws: `SummaryError` where numbers of limits and counts differ, limits don't ascend, a count is
  ///   negative or isn't finite, or `min` and `max` aren't where the counts are.
  public static func histogram(
    _ tag: String, limits: [Double], counts: [Double], min: Double, max: Double
  ) throws(SummaryError) -> Summary {
    guard limits.count == counts.count else {
      throw .wrongCount(
        tag: tag, what: "limits", got: limits.count, expected: "\(counts.count), one a count")
    }
    try check(tag, counts)
    for index in limits.indices.dropFirst() where !(limits[index - 1] < limits[index]) {
      throw .outOfRange(
        tag: tag, what: "limit \(index)", value: "\(limits[index])",
        expected: "more than \(limits[index - 1]), the limit before")
    }
    guard let first = counts.firstIndex(where: { $0 > 0 }),
      let last = counts.lastIndex(where: { $0 > 0 })
    else { return histogram(tag, Histogram(rows: [])) }
    try SummaryError.checkFinite([min, max], tag: tag, what: "extremes (min, max)")
    // Both extremes lie in a bucket that isn't empty.
    let lowest = first > 0 ? limits[first - 1] : -.infinity
    guard min <= max, min <= limits[first], min >= lowest else {
      throw .outOfRange(
        tag: tag, what: "min", value: "\(min)",
        expected: "a number from \(lowest) to \(Swift.min(max, limits[first]))")
    }
    let above = last > 0 ? limits[last - 1] : -.infinity
    guard max <= limits[last], max >= above else {
      throw .outOfRange(
        tag: tag, what: "max", value: "\(max)",
        expected: "a number from \(above) to \(limits[last])")
    }
    let rows = (first...last).map { index in
      HistogramBucket(
        left: index == first ? min : limits[index - 1], right: index == last ? max : limits[index],
        count: counts[index])
    }
    return histogram(tag, Histogram(rows: rows))
  }

  private static func check(_ tag: String, _ counts: [Double]) throws(SummaryError) {
    try SummaryError.checkFinite(counts, tag: tag, what: "counts")
    if let index = counts.firstIndex(where: { $0 < 0 }) {
      throw .outOfRange(
        tag: tag, what: "count \(index)", value: "\(counts[index])", expected: "0 or more")
    }
  }
}
