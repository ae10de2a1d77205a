/// Fewer points that look like all of them.
public enum Thinning {
  /// The positions of at most about `limit` values that keep a curve's look: of each of its equal
  /// stretches the first, the least, the greatest and the last value, and one that isn't finite, so
  /// that a gap stays a gap.
  ///
  /// - Returns: ascending positions, all of them where there are no more than `limit`. The curve's first,
  ///   last, least and greatest values are always among them.
  public static func positions(of values: [Double], limit: Int) -> [Int] {
    guard values.count > max(limit, 5) else { return Array(values.indices) }
    let stretches = max(1, limit / 5)
    var kept: [Int] = []
    kept.reserveCapacity(limit)
    for stretch in 0..<stretches {
      let start = stretch * values.count / stretches
      let end = (stretch + 1) * values.count / stretches
      var chosen = [start, end - 1]
      var (least, greatest, gap): (Int?, Int?, Int?)
      for index in start..<end {
        guard values[index].isFinite else {
          gap = gap ?? index
          continue
        }
        if least.map({ values[index] < values[$0] }) ?? true { least = index }
        if greatest.map({ values[index] > values[$0] }) ?? true { greatest = index }
      }
      chosen += [least, greatest, gap].compactMap { $0 }
      for index in chosen.sorted() where index != kept.last { kept.append(index) }
    }
    return kept
  }
}
