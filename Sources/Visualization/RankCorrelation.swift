/// How alike the order of two lists of numbers is.
package enum RankCorrelation {
  /// Spearman's correlation of ranks, -1 to 1; equal numbers share the mean of their ranks. Nil where all of
  /// a list are equal.
  package static func spearman(_ first: [Float], _ second: [Float]) -> Double? {
    precondition(
      first.count == second.count, "\(first.count) numbers beside \(second.count)")
    let (a, b) = (ranks(first), ranks(second))
    // The mean of the ranks is the same, whatever is shared.
    let mean = Double(first.count - 1) / 2
    var (product, squareA, squareB) = (0.0, 0.0, 0.0)
    for (a, b) in zip(a, b) {
      product += (a - mean) * (b - mean)
      squareA += (a - mean) * (a - mean)
      squareB += (b - mean) * (b - mean)
    }
    return squareA > 0 && squareB > 0 ? product / (squareA * squareB).squareRoot() : nil
  }

  /// The place of each number in their order, from 0.
  private static func ranks(_ numbers: [Float]) -> [Double] {
    let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
    var ranks = [Double](repeating: 0, count: numbers.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, numbers[order[end]] == numbers[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = Double(start + end - 1) / 2 }
      start = end
    }
    return ranks
  }
}
