public import Tensors

/// The Euclidean length of gradients, seen as one vector.
public struct GradientNorm: Sendable, Equatable {
  /// Of all of them together.
  public let total: Double
  /// Of each, in the order of the parameters.
  public let parts: [(name: String, norm: Double)]

  /// Measures gradients; the number of threads changes nothing.
  public init(of gradients: NamedTensors) {
    parts = gradients.map { ($0.name, Kernels.sumOfSquares($0.tensor).squareRoot()) }
    total = parts.reduce(0) { $0 + $1.norm * $1.norm }.squareRoot()
  }

  public static func == (left: GradientNorm, right: GradientNorm) -> Bool {
    left.total == right.total
      && left.parts.elementsEqual(right.parts) { $0.name == $1.name && $0.norm == $1.norm }
  }
}

extension NamedTensors {
  /// Shortens gradients to a length, all by one factor, if they are longer.
  ///
  /// - Parameters:
  ///   - longest: the length that is allowed.
  ///   - norm: what they measure.
  /// - Source: Pascanu, Mikolov & Bengio, "On the Difficulty of Training Recurrent Neural Networks",
  ///   ICML 2013, arXiv 1211.5063, algorithm 1.
  public mutating func clip(toNorm longest: Float, measuring norm: GradientNorm) {
    guard norm.total > Double(longest) else { return }
    let factor = Float(Double(longest) / norm.total)
    for name in names {
      guard let tensor = self[name] else { continue }
      self[name] = Kernels.affine(tensor, scale: factor, shift: 0)
    }
  }
}
