public import Tensors

/// How new weights are drawn. Biases are constants.
public enum Initializer: String, Sendable, CaseIterable, Codable {
  /// Normal with standard deviation 0.1, redrawn beyond two deviations; biases 0.1
  /// (`tf.truncated_normal(stddev=0.1)` and `tf.constant(0.1)`, as in TensorFlow 1's tutorials).
  case truncatedNormal = "truncated-normal"
  /// Uniform within `±√(6 / (fan in + fan out))`; biases 0.
  ///
  /// - Source: Glorot & Bengio, "Understanding the Difficulty of Training Deep Feedforward Neural
  ///   Networks", AISTATS 2010.
  case xavier
  /// Normal with standard deviation `√(2 / fan in)`; biases 0.
  ///
  /// - Source: He et al., "Delving Deep into Rectifiers", ICCV 2015, DOI 10.1109/ICCV.2015.123.
  case he

  /// New weights.
  ///
  /// - `fanIn`: the inputs that one output is a sum of.
  /// - `fanOut`: the outputs that one input is part of.
  public func weights(
    shape: [Int], fanIn: Int, fanOut: Int, using generator: inout SeededGenerator
  ) -> Tensor {
    Tensor(uninitializedShape: shape) { weights in
      switch self {
      case .truncatedNormal:
        for index in weights.indices {
          weights.initializeElement(at: index, to: 0.1 * Self.truncated(&generator))
        }
      case .xavier:
        let limit = (6 / Float(fanIn + fanOut)).squareRoot()
        for index in weights.indices {
          weights.initializeElement(at: index, to: limit * (2 * generator.nextUniform() - 1))
        }
      case .he:
        let deviation = (2 / Float(fanIn)).squareRoot()
        for index in weights.indices {
          weights.initializeElement(at: index, to: deviation * generator.nextNormal())
        }
      }
    }
  }

  /// New biases.
  public func bias(count: Int) -> Tensor {
    Tensor(shape: [count], repeating: self == .truncatedNormal ? 0.1 : 0)
  }

  private static func truncated(_ generator: inout SeededGenerator) -> Float {
    while true {
      let normal = generator.nextNormal()
      if abs(normal) <= 2 { return normal }
    }
  }
}
