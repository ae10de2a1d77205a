public import Tensors

/// A plain recurrent layer: `h = tanh(x Wᵢ + bᵢ + h Wₕ + bₕ)`.
///
/// - Source: Elman, "Finding Structure in Time", Cognitive Science 1990,
///   DOI 10.1207/s15516709cog1402_1; equal to `torch.nn.RNN`.
public struct SimpleRNN: RecurrentLayer {
  public static let gates = 1
  public var weights: RecurrentWeights
  public let returnsSequence: Bool

  /// Parameters that are already there.
  public init(weights: RecurrentWeights, returnsSequence: Bool = false) {
    weights.check(gates: Self.gates)
    self.weights = weights
    self.returnsSequence = returnsSequence
  }
}

/// Long short-term memory: gates `i, f, g, o`; `c = f c + i g`, `h = o tanh(c)`.
///
/// - Source: Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 1997,
///   DOI 10.1162/neco.1997.9.8.1735; the forget gate is Gers, Schmidhuber & Cummins's, 2000; equal to
///   `torch.nn.LSTM`.
public struct LSTM: RecurrentLayer {
  public static let gates = 4
  public var weights: RecurrentWeights
  public let returnsSequence: Bool

  /// Parameters that are already there.
  public init(weights: RecurrentWeights, returnsSequence: Bool = false) {
    weights.check(gates: Self.gates)
    self.weights = weights
    self.returnsSequence = returnsSequence
  }

  /// New parameters.
  ///
  /// - `forgetBias`: what the forget gates start from: 1 keeps what is in the cells
  ///   (Jozefowicz, Zaremba & Sutskever, "An Empirical Exploration of Recurrent Network Architectures",
  ///   ICML 2015).
  public init(
    in inputs: Int, hidden: Int, forgetBias: Float = 1, returnsSequence: Bool = false,
    using generator: inout SeededGenerator
  ) {
    var weights = RecurrentWeights(
      inputs: inputs, hidden: hidden, gates: Self.gates, using: &generator)
    weights.inputBias.withUnsafeMutableBufferPointer { bias in
      for index in hidden..<2 * hidden { bias[index] = forgetBias }
    }
    self.init(weights: weights, returnsSequence: returnsSequence)
  }
}

/// Gated recurrent unit: gates `r, z, n`; `n = tanh(x Wₙ + bₙ + r (h Uₙ + cₙ))`,
/// `h = (1 - z) n + z h`.
///
/// - Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical
///   Machine Translation", EMNLP 2014, arXiv 1406.1078, with the reset gate behind the product; equal
///   to `torch.nn.GRU`.
public struct GRU: RecurrentLayer {
  public static let gates = 3
  public var weights: RecurrentWeights
  public let returnsSequence: Bool

  /// Parameters that are already there.
  public init(weights: RecurrentWeights, returnsSequence: Bool = false) {
    weights.check(gates: Self.gates)
    self.weights = weights
    self.returnsSequence = returnsSequence
  }
}

extension RecurrentWeights {
  fileprivate func check(gates: Int) {
    precondition(
      recurrent.shape[1] == gates * recurrent.shape[0],
      "\(gates) gates take recurrent weights [hidden, \(gates) · hidden], got \(recurrent.shape)")
  }
}
