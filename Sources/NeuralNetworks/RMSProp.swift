public import Tensors

/// RMSProp: steps of the gradient over the root of the mean squared gradient.
///
/// - Formula: `s += (1 - decay)(g² - s)`, `u = momentum · u + rate · g / √(s + ε)`, `w -= u`; the mean
///   square starts at 1.
/// - Source: Tieleman & Hinton, "Lecture 6.5", Coursera, 2012; form, constants and start of
///   `tf.train.RMSPropOptimizer`.
public struct RMSProp: Optimizer {
  public var learningRate: Float
  public var step = 0
  public var slots = NamedTensors()
  /// What share of the mean square stays from update to update: 0.9.
  public let decay: Float
  /// What share of the last update is repeated: 0.
  public let momentum: Float
  /// Keeps the quotient finite, inside the root: 1e-10.
  public let epsilon: Float

  /// TensorFlow 1's defaults; it has none for the learning rate.
  public init(
    learningRate: Float = 0.001, decay: Float = 0.9, momentum: Float = 0, epsilon: Float = 1e-10
  ) {
    self.learningRate = learningRate
    self.decay = decay
    self.momentum = momentum
    self.epsilon = epsilon
  }

  public mutating func update(_ model: inout some Layer, _ gradients: NamedTensors) {
    step += 1
    model.visitParameters { name, parameter in
      guard let gradient = gradients[name] else { return }
      let names = (square: "rms.\(name)", velocity: "momentum.\(name)")
      slots.prepare(names.square, like: parameter, filledWith: 1)
      slots.prepare(names.velocity, like: parameter, filledWith: 0)
      var (square, velocity) = (slots.take(names.square), slots.take(names.velocity))
      Kernels.rmsProp(
        &parameter, meanSquare: &square, velocity: &velocity, gradient: gradient,
        rate: learningRate, decay: decay, momentum: momentum, epsilon: epsilon)
      slots[names.square] = square
      slots[names.velocity] = velocity
    }
  }
}

/// Adagrad: steps of the gradient over the root of the sum of all squared gradients.
///
/// - Formula: `s += g²`, `w -= rate · g / √s`; the sum starts at `initialAccumulator`.
/// - Source: Duchi, Hazan & Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
///   Optimization", JMLR 12, 2011; form and start of `tf.train.AdagradOptimizer`.
public struct Adagrad: Optimizer {
  public var learningRate: Float
  public var step = 0
  public var slots = NamedTensors()
  /// What the sum of squares starts at: 0.1. Positive, since it is divided by.
  public let initialAccumulator: Float

  /// TensorFlow 1's default start; it has none for the learning rate.
  public init(learningRate: Float = 0.01, initialAccumulator: Float = 0.1) {
    precondition(
      initialAccumulator > 0, "Adagrad's sum starts above 0, got \(initialAccumulator)")
    self.learningRate = learningRate
    self.initialAccumulator = initialAccumulator
  }

  public mutating func update(_ model: inout some Layer, _ gradients: NamedTensors) {
    step += 1
    model.visitParameters { name, parameter in
      guard let gradient = gradients[name] else { return }
      let slot = "accumulator.\(name)"
      slots.prepare(slot, like: parameter, filledWith: initialAccumulator)
      var accumulator = slots.take(slot)
      Kernels.adagrad(
        &parameter, accumulator: &accumulator, gradient: gradient, rate: learningRate)
      slots[slot] = accumulator
    }
  }
}
