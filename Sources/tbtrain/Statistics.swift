import Tensors

/// The moments of many numbers.
struct Statistics: Equatable {
  let mean: Double
  /// The population's variance.
  let variance: Double
  let minimum: Float
  let maximum: Float

  /// The population's standard deviation.
  var standardDeviation: Double { variance.squareRoot() }

  /// Of all scalars of a tensor, summed in double precision, in an order that the number of threads
  /// doesn't change.
  init(of tensor: Tensor) {
    let chunk = 1 << 16
    let chunks = (tensor.count + chunk - 1) / chunk
    var sums = [Sums](repeating: Sums(), count: chunks)
    tensor.withUnsafeBufferPointer { scalars in
      sums.withUnsafeMutableBufferPointer { sums in
        Parallel.forEachRange(scalars.count, chunk: chunk) { range in
          sums[range.lowerBound / chunk] = Sums(scalars.extracting(range))
        }
      }
    }
    let count = Double(max(1, tensor.count))
    mean = sums.reduce(0) { $0 + $1.sum } / count
    variance = max(0, sums.reduce(0) { $0 + $1.squares } / count - mean * mean)
    minimum = sums.map(\.minimum).min() ?? 0
    maximum = sums.map(\.maximum).max() ?? 0
  }

  private struct Sums {
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
