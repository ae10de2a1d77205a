internal import Tensors

/// The learning rate as a function of the step.
public struct Schedule: Sendable, Equatable {
  /// What the rate does after the warm-up.
  public enum Shape: Sendable, Equatable {
    /// It stays.
    case constant
    /// It is multiplied by `factor` every `interval` steps.
    case step(interval: Int, factor: Float)
    /// It falls along half a cosine to `final` times the base rate at the last step.
    ///
    /// - Source: Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR
    ///   2017, without restarts.
    case cosine(final: Float)
  }

  /// The rate that the shape starts from.
  public let base: Float
  /// What follows the warm-up.
  public let shape: Shape
  /// The steps over which the rate rises evenly from `base / warmUpSteps` to `base`.
  public let warmUpSteps: Int
  /// The steps of the whole training.
  public let totalSteps: Int

  /// A schedule over `totalSteps` steps.
  public init(
    base: Float, shape: Shape = .constant, warmUpSteps: Int = 0, totalSteps: Int
  ) {
    self.base = base
    self.shape = shape
    self.warmUpSteps = warmUpSteps
    self.totalSteps = totalSteps
  }

  /// The rate of a step; the first one is 1.
  public func learningRate(at step: Int) -> Float {
    if step <= warmUpSteps { return base * Float(step) / Float(warmUpSteps) }
    let after = step - warmUpSteps - 1
    switch shape {
    case .constant:
      return base
    case .step(let interval, let factor):
      return base * Float(Double.power(Double(factor), Double(after / max(1, interval))))
    case .cosine(let final):
      let progress = min(1, Double(after) / Double(max(1, totalSteps - warmUpSteps - 1)))
      let share = (1 + Double.cosine(.pi * progress)) / 2
      return base * (final + (1 - final) * Float(share))
    }
  }
}
