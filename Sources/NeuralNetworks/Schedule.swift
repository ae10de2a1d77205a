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
    /// The warm-up rises along half a cosine from the base rate over `start`; then the rate falls along
    /// another one to that over `final` at the last step. PyTorch's `OneCycleLR` has 25 and 10,000, and
    /// changes a momentum too.
    ///
    /// - Source: Smith & Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large
    ///   Learning Rates", 2018, arXiv 1708.07120; the form is PyTorch's.
    case oneCycle(start: Float = 25, final: Float = 1e4)
  }

  /// The rate that the shape starts from.
  public let base: Float
  /// What follows the warm-up.
  public let shape: Shape
  /// The steps over which the rate rises to `base`: evenly from `base / warmUpSteps` on, unless the shape
  /// has its own rise.
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
    if case .oneCycle(let start, let final) = shape {
      let first = base / start
      let top = warmUpSteps - 1
      return step - 1 <= top
        ? Self.rate(step - 1, of: top, from: first, to: base)
        : Self.rate(step - 1 - top, of: totalSteps - 1 - top, from: base, to: first / final)
    }
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
    case .oneCycle: return base
    }
  }

  /// A rate on its way along half a cosine.
  private static func rate(_ step: Int, of steps: Int, from: Float, to: Float) -> Float {
    guard step < steps else { return to }
    let share = (1 + Double.cosine(.pi * Double(step) / Double(steps))) / 2
    return Float(Double(to) + (Double(from) - Double(to)) * share)
  }
}
