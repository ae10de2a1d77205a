import Tensors

/// The moments of many numbers.
struct Statistics: Equatable {
  private var count = 0
  private var sums = Sums()

  /// The mean; 0 of nothing.
  var mean: Double { sums.sum / Double(max(1, count)) }
  /// The population's variance.
  var variance: Double { max(0, sums.squares / Double(max(1, count)) - mean * mean) }
  /// The population's standard deviation.
  var standardDeviation: Double { variance.squareRoot() }
  var minimum: Float { count > 0 ? sums.minimum : 0 }
  var maximum: Float { count > 0 ? sums.maximum : 0 }

  /// Of nothing yet.
  init() {}

  /// Of all scalars of a tensor.
  init(of tensor: Tensor) { add(tensor) }

  /// Counts all scalars of a tensor too, summed in double precision, in an order that the number of
  /// threads doesn't change.
  mutating func add(_ tensor: Tensor) {
    let chunk = 1 << 16
    var parts = [Sums](repeating: Sums(), count: (tensor.count + chunk - 1) / chunk)
    tensor.withUnsafeBufferPointer { scalars in
      parts.withUnsafeMutableBufferPointer { parts in
        Parallel.forEachRange(scalars.count, chunk: chunk) { range in
          parts[range.lowerBound / chunk] = Sums(scalars.extracting(range))
        }
      }
    }
    count += tensor.count
    for part in parts {
      sums.sum += part.sum
      sums.squares += part.squares
      sums.minimum = min(sums.minimum, part.minimum)
      sums.maximum = max(sums.maximum, part.maximum)
    }
  }

  private struct Sums: Equatable {
    var sum = 0.0
    var squares = 0.0
    var minimum = Float.infinity
    var maximum = -Float.infinity

    init() {}

    init(_ scalars: UnsafeBufferPointer<Float>) {
      // Eight sums side by side, for the processor's vectors.
      var sum = SIMD8<Double>(repeating: 0)
      var squares = SIMD8<Double>(repeating: 0)
      var low = SIMD8<Float>(repeating: .infinity)
      var high = SIMD8<Float>(repeating: -.infinity)
      var index = 0
      while index + 8 <= scalars.count {
        var values = SIMD8<Float>()
        for lane in 0..<8 { values[lane] = scalars[index + lane] }
        let wide = SIMD8<Double>(values)
        sum += wide
        squares += wide * wide
        low.replace(with: values, where: values .< low)
        high.replace(with: values, where: values .> high)
        index += 8
      }
      (self.sum, self.squares) = (sum.sum(), squares.sum())
      (minimum, maximum) = (low.min(), high.max())
      for value in scalars[index...] {
        self.sum += Double(value)
        self.squares += Double(value) * Double(value)
        minimum = min(minimum, value)
        maximum = max(maximum, value)
      }
    }
  }
}
