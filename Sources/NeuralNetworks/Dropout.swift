public import Tensors

/// In training, each scalar is dropped with a probability, and the rest are scaled up to make up for
/// it; otherwise nothing happens.
///
/// What is dropped is a function of (seed, step, layer) and of the place in the batch.
/// - Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
///   JMLR 15, 2014.
public struct Dropout: Layer {
  /// The probability of being dropped.
  public let rate: Float

  /// - Parameter rate: from 0 up to, not including, 1.
  public init(rate: Float) {
    precondition((0..<1).contains(rate), "a dropout rate lies in 0 ..< 1, got \(rate)")
    self.rate = rate
  }

  public func outputShape(for inputShape: [Int]) -> [Int] { inputShape }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    guard let key = phase.key, rate > 0 else {
      return (input, Trace(input: input, output: input))
    }
    var trace = Trace()
    let dropout = (
      key: UInt32(truncatingIfNeeded: key >> 32),
      first: phase.firstImage * (input.count / max(1, input.shape[0]))
    )
    trace.dropout = dropout
    return (Kernels.dropout(input, rate: rate, key: dropout.key, first: dropout.first), trace)
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    guard wanted.contains(.input) else { return Gradients() }
    guard let (key, first) = trace.dropout else { return Gradients(input: gradient) }
    return Gradients(input: Kernels.dropout(gradient, rate: rate, key: key, first: first))
  }
}
