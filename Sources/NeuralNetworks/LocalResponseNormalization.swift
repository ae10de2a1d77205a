public import Tensors

/// Each activation divided by a power of what its neighbours in the channels sum up to.
///
/// - Input and output: `[N, H, W, C]`.
/// - Formula: `y = x · (k + alpha / size · Σ x²)^-beta`, the sum over channels from `before` before to
///   `size - 1 - before` after it, as far as they exist.
/// - Source: Krizhevsky, Sutskever & Hinton, "ImageNet Classification with Deep Convolutional Neural
///   Networks", NIPS 2012, §3.3; division of alpha by the size as in PyTorch and ONNX.
public struct LocalResponseNormalization: ParameterlessLayer {
  /// The channels of a neighbourhood.
  public let size: Int
  /// How many of them come before the channel itself. For even sizes PyTorch and ONNX differ.
  public let before: Int
  /// The weight of the mean square.
  public let alpha: Float
  /// The power.
  public let beta: Float
  /// What the sum begins from.
  public let k: Float

  /// PyTorch's defaults.
  ///
  /// - `before`: nil for PyTorch's, `size / 2`.
  public init(
    size: Int, before: Int? = nil, alpha: Float = 1e-4, beta: Float = 0.75, k: Float = 1
  ) {
    precondition(size > 0, "a neighbourhood has 1 channel or more, got \(size)")
    precondition(
      (0..<size).contains(before ?? size / 2),
      "of \(size) channels, \(before ?? 0) can't come before the middle one")
    self.size = size
    self.before = before ?? size / 2
    self.alpha = alpha
    self.beta = beta
    self.k = k
  }

  private var after: Int { size - 1 - before }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages()
    return inputShape
  }

  public func output(of input: Tensor) -> Tensor {
    Kernels.rows(of: input) { x, y in
      for channel in x.indices {
        y[channel] = x[channel] * Float(power(base(x, channel), -Double(beta)))
      }
    }
  }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    let factor = 2 * Double(alpha) / Double(size) * Double(beta)
    return Kernels.rows(of: gradient, and: input) { dy, x, dx in
      // What each channel's output sends back through its sum.
      let shared = x.indices.map { channel in
        Double(dy[channel]) * Double(x[channel])
          * power(base(x, channel), -Double(beta) - 1)
      }
      for channel in x.indices {
        let (low, high) = (max(0, channel - after), min(x.count - 1, channel + before))
        var sum = 0.0
        for other in low...high { sum += shared[other] }
        let own = Double(dy[channel]) * power(base(x, channel), -Double(beta))
        dx[channel] = Float(own - factor * Double(x[channel]) * sum)
      }
    }
  }

  private func base(_ x: Kernels.Row, _ channel: Int) -> Double {
    var sum: Float = 0
    for other in max(0, channel - before)...min(x.count - 1, channel + after) {
      sum += x[other] * x[other]
    }
    return Double(k) + Double(alpha) / Double(size) * Double(sum)
  }

  /// The usual power, -3/4, needs two roots only.
  private func power(_ base: Double, _ exponent: Double) -> Double {
    guard exponent == -0.75 else { return .power(base, exponent) }
    let root = base.squareRoot()
    return 1 / (root * root.squareRoot())
  }
}
