public import Tensors

/// `max(0, x)`.
///
/// - Input and output: any shape, the same one.
public struct ReLU: ParameterlessLayer {
  /// The rectifier.
  public init() {}

  public static var keepsOutput: Bool { true }

  public func output(of input: Tensor) -> Tensor { Kernels.apply(.relu, input) }

  public func inputGradient(_ gradient: Tensor, _ output: Tensor) -> Tensor {
    Kernels.gradient(of: .relu, output: output, gradient)
  }
}

/// The hyperbolic tangent.
///
/// - Input and output: any shape, the same one.
public struct Tanh: ParameterlessLayer {
  /// The tangent.
  public init() {}

  public static var keepsOutput: Bool { true }

  public func output(of input: Tensor) -> Tensor { Kernels.apply(.tanh, input) }

  public func inputGradient(_ gradient: Tensor, _ output: Tensor) -> Tensor {
    Kernels.gradient(of: .tanh, output: output, gradient)
  }
}

/// The logistic function, `1 / (1 + exp(-x))`.
///
/// - Input and output: any shape, the same one.
public struct Sigmoid: ParameterlessLayer {
  /// The logistic function.
  public init() {}

  public static var keepsOutput: Bool { true }

  public func output(of input: Tensor) -> Tensor { Kernels.apply(.sigmoid, input) }

  public func inputGradient(_ gradient: Tensor, _ output: Tensor) -> Tensor {
    Kernels.gradient(of: .sigmoid, output: output, gradient)
  }
}
