public import Tensors

/// The largest difference between two sequences of numbers, as a share of the expected ones'
/// largest magnitude; infinite when their counts differ or a number is missing (NaN).
public func relativeDifference(_ got: some Collection<Float>, _ expected: FixtureArray) -> Double {
  guard got.count == expected.numbers.count else { return .infinity }
  var difference = 0.0
  for (got, expected) in zip(got, expected.numbers) {
    let this = abs(Double(got) - expected)
    if this.isNaN { return .infinity }
    difference = max(difference, this)
  }
  return difference / max(expected.largest, 1e-30)
}

extension Tensor {
  /// The dimensions in another order: `permuted(0, 3, 1, 2)` makes `[N, C, H, W]` of `[N, H, W, C]`.
  public func permuted(_ axes: Int...) -> Tensor {
    let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    let newShape = axes.map { shape[$0] }
    let old = scalars
    var position = [Int](repeating: 0, count: rank)
    var result: [Float] = []
    result.reserveCapacity(old.count)
    for _ in 0..<old.count {
      result.append(old[zip(position, axes).reduce(0) { $0 + $1.0 * strides[$1.1] }])
      var axis = rank - 1
      while axis >= 0 {
        position[axis] += 1
        if position[axis] < newShape[axis] { break }
        position[axis] = 0
        axis -= 1
      }
    }
    return Tensor(shape: newShape, scalars: result)
  }
}
