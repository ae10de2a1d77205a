extension Sequence<Int> {
  /// The product of dimensions that a file, a flag or another program chose; nil where one of them is
  /// negative, or where those that aren't zero multiply to more than an `Int` holds.
  ///
  /// Zeros don't excuse the others: strides are products of the dimensions behind an axis, and
  /// `[0, 2^40, 2^40]` has one of 2^80.
  package var checkedProduct: Int? {
    var product = 1
    var hasZero = false
    for dimension in self {
      guard dimension >= 0 else { return nil }
      guard dimension > 0 else {
        hasZero = true
        continue
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      guard !overflow else { return nil }
      product = next
    }
    return hasZero ? 0 : product
  }

  /// The sum of counts; nil where one is negative, or where they add up to more than an `Int` holds.
  package var checkedSum: Int? {
    var sum = 0
    for count in self {
      let (next, overflow) = sum.addingReportingOverflow(count)
      guard count >= 0, !overflow else { return nil }
      sum = next
    }
    return sum
  }
}

extension Range<Int> {
  /// The `count` positions from `offset` on; nil where either is negative or the end lies beyond
  /// `limit`, the number of positions there are.
  package init?(checkedOffset offset: Int, count: Int, within limit: Int) {
    guard offset >= 0, count >= 0, offset <= limit, count <= limit - offset else { return nil }
    self = offset..<offset + count
  }
}
