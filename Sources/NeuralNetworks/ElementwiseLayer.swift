public import Tensors

/// A layer that is a function of each scalar by itself, given with its slope.
///
/// - Input and output: any shape, the same one.
public protocol ElementwiseLayer: ParameterlessLayer {
  /// The function.
  func value(_ x: Float) -> Float

  /// Its derivative.
  func slope(_ x: Float) -> Float
}

extension ElementwiseLayer {
  public func output(of input: Tensor) -> Tensor {
    Kernels.rows(of: input) { x, y in
      for index in x.indices { y[index] = value(x[index]) }
    }
  }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    Kernels.rows(of: gradient, and: input) { dy, x, dx in
      for index in x.indices { dx[index] = dy[index] * slope(x[index]) }
    }
  }
}

/// `x`, but no less than one number and no more than another; from 0 to 6 it is `ReLU6`.
///
/// - Source: Howard et al., "MobileNets", arXiv 1704.04861, 2017; Krizhevsky, "Convolutional Deep Belief
///   Networks on CIFAR-10", 2010.
public struct Hardtanh: ElementwiseLayer {
  /// The least output.
  public let least: Float
  /// The largest output.
  public let most: Float

  /// - `least`, `most`: -1 and 1 in PyTorch.
  public init(least: Float = -1, most: Float = 1) {
    precondition(least <= most, "numbers from \(least) to \(most)")
    (self.least, self.most) = (least, most)
  }

  public func value(_ x: Float) -> Float { x > least ? x < most ? x : most : least }
  public func slope(_ x: Float) -> Float { x > least && x < most ? 1 : 0 }
}

/// `min(1, max(0, alpha · x + beta))`, a sigmoid of straight lines.
///
/// - Source: Howard et al., "Searching for MobileNetV3", ICCV 2019, arXiv 1905.02244, §5.2.
public struct Hardsigmoid: ElementwiseLayer {
  /// The slope in the middle.
  public let alpha: Float
  /// The value at 0.
  public let beta: Float

  /// - `alpha`, `beta`: 1/6 and 1/2 in PyTorch; ONNX's default slope is 0.2.
  public init(alpha: Float = 1 / 6, beta: Float = 0.5) { (self.alpha, self.beta) = (alpha, beta) }

  public func value(_ x: Float) -> Float {
    let line = alpha * x + beta
    return line < 0 ? 0 : line > 1 ? 1 : line
  }

  public func slope(_ x: Float) -> Float {
    let line = alpha * x + beta
    return line > 0 && line < 1 ? alpha : 0
  }
}

/// `x · min(1, max(0, x / 6 + 1 / 2))`.
///
/// - Source: Howard et al., "Searching for MobileNetV3", ICCV 2019, arXiv 1905.02244, §5.2.
public struct Hardswish: ElementwiseLayer {
  /// The function.
  public init() {}

  public func value(_ x: Float) -> Float { x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6 }
  public func slope(_ x: Float) -> Float { x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5 }
}

/// `x / (1 + exp(-x))`, also called swish.
///
/// - Source: Elfwing, Uchibe & Doya, "Sigmoid-Weighted Linear Units", Neural Networks 107, 2018, arXiv
///   1702.03118.
public struct SiLU: ElementwiseLayer {
  /// The function.
  public init() {}

  public func value(_ x: Float) -> Float { Float(Double(x) * logistic(x)) }

  public func slope(_ x: Float) -> Float {
    let share = logistic(x)
    return Float(share * (1 + Double(x) * (1 - share)))
  }

  private func logistic(_ x: Float) -> Double { 1 / (1 + .exponential(-Double(x))) }
}

/// `x` where it is positive, `alpha · (exp(x) - 1)` elsewhere.
///
/// - Source: Clevert, Unterthiner & Hochreiter, "Fast and Accurate Deep Network Learning by Exponential
///   Linear Units", ICLR 2016, arXiv 1511.07289.
public struct ELU: ElementwiseLayer {
  /// What negative scalars come near to, but for the sign.
  public let alpha: Float

  /// - Parameter alpha: 1 in PyTorch and in ONNX.
  public init(alpha: Float = 1) { self.alpha = alpha }

  public func value(_ x: Float) -> Float {
    x > 0 ? x : Float(Double(alpha) * (.exponential(Double(x)) - 1))
  }

  public func slope(_ x: Float) -> Float {
    x > 0 ? 1 : Float(Double(alpha) * .exponential(Double(x)))
  }
}

/// `x · Φ(x)`, with the distribution function of the normal distribution or what is near to it.
///
/// - Formula: `x / 2 · (1 + erf(x / √2))`, or `x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 · x³)))`.
/// - Source: Hendrycks & Gimpel, "Gaussian Error Linear Units", arXiv 1606.08415, 2016.
public struct GELU: ElementwiseLayer {
  /// Whether the hyperbolic tangent stands for the error function (`approximate="tanh"`).
  public let usesTanh: Bool

  /// - Parameter usesTanh: false in PyTorch.
  public init(usesTanh: Bool = false) { self.usesTanh = usesTanh }

  public func value(_ x: Float) -> Float { Float(Double(x) * distribution(Double(x))) }

  public func slope(_ x: Float) -> Float {
    let x = Double(x)
    let share = distribution(x)
    guard usesTanh else {
      return Float(share + x * .exponential(-x * x / 2) / (2 * Double.pi).squareRoot())
    }
    // With `share = (1 + t) / 2`, the tangent's derivative `1 - t²` is `4 · share · (1 - share)`.
    let inner = Self.root * (1 + 3 * Self.cubic * x * x)
    return Float(share + x * 2 * share * (1 - share) * inner)
  }

  private func distribution(_ x: Double) -> Double {
    guard usesTanh else { return (1 + .errorFunction(x * 0.5.squareRoot())) / 2 }
    // `(1 + tanh(z)) / 2` is the logistic function of `2 · z`.
    return 1 / (1 + .exponential(-2 * Self.root * (x + Self.cubic * x * x * x)))
  }

  private static let root = (2 / Double.pi).squareRoot()
  private static let cubic = 0.044715
}
