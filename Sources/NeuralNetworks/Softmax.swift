public import Tensors

/// Scores as probabilities: `exp(x) / Σ exp(x)` over the last dimension, the largest score subtracted
/// first.
///
/// - Input and output: `[N, classes]`, or images, whose channels are the classes.
public struct Softmax: ParameterlessLayer {
  /// The normalisation.
  public init() {}

  public static var keepsOutput: Bool { true }

  public func output(of input: Tensor) -> Tensor {
    Kernels.rows(of: input) { x, y in
      let (largest, sum) = exponentials(of: x)
      for index in x.indices {
        y[index] = Float(Double.exponential(Double(x[index]) - largest) / sum)
      }
    }
  }

  /// `dx = y · (dy - Σ dy · y)`.
  public func inputGradient(_ gradient: Tensor, _ output: Tensor) -> Tensor {
    Kernels.rows(of: gradient, and: output) { dy, y, dx in
      var sum = 0.0
      for index in y.indices { sum += Double(dy[index]) * Double(y[index]) }
      for index in y.indices { dx[index] = Float(Double(y[index]) * (Double(dy[index]) - sum)) }
    }
  }
}

/// Scores as the natural logarithms of probabilities: `x - ln Σ exp(x)` over the last dimension.
///
/// - Input and output: `[N, classes]`, or images, whose channels are the classes.
public struct LogSoftmax: ParameterlessLayer {
  /// The normalisation.
  public init() {}

  public static var keepsOutput: Bool { true }

  public func output(of input: Tensor) -> Tensor {
    Kernels.rows(of: input) { x, y in
      let (largest, sum) = exponentials(of: x)
      let logarithm = Double.logarithm(sum)
      for index in x.indices { y[index] = Float(Double(x[index]) - largest - logarithm) }
    }
  }

  /// `dx = dy - exp(y) · Σ dy`.
  public func inputGradient(_ gradient: Tensor, _ output: Tensor) -> Tensor {
    Kernels.rows(of: gradient, and: output) { dy, y, dx in
      let sum = dy.reduce(0.0) { $0 + Double($1) }
      for index in y.indices {
        dx[index] = Float(Double(dy[index]) - Double.exponential(Double(y[index])) * sum)
      }
    }
  }
}

/// The largest score of a row, and the sum of the exponentials of what the others are less.
private func exponentials(of row: Kernels.Row) -> (largest: Double, sum: Double) {
  let largest = Double(row.max() ?? 0)
  return (largest, row.reduce(0.0) { $0 + Double.exponential(Double($1) - largest) })
}
