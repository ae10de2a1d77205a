public import Tensors

/// Gradient descent: `w -= rate · g`.
public struct SGD: Optimizer {
  public var learningRate: Float
  public var step = 0
  public var slots = NamedTensors()

  /// - Parameter learningRate: TensorFlow has no default; 0.01 is Keras's and PyTorch's example.
  public init(learningRate: Float = 0.01) { self.learningRate = learningRate }

  public mutating func update(_ model: inout some Layer, _ gradients: NamedTensors) {
    step += 1
    model.visitParameters { name, parameter in
      guard let gradient = gradients[name] else { return }
      Kernels.sgd(&parameter, gradient: gradient, rate: learningRate)
    }
  }
}

/// Gradient descent with momentum: `v = momentum · v + g; w -= rate · v`.
///
/// With Nesterov's look ahead, `w -= rate · (g + momentum · v)`.
/// - Source: Polyak, 1964, DOI 10.1016/0041-5553(64)90137-5; Sutskever et al., "On the Importance of
///   Initialization and Momentum in Deep Learning", ICML 2013; the form is `tf.train.MomentumOptimizer`'s.
public struct Momentum: Optimizer {
  public var learningRate: Float
  public var step = 0
  public var slots = NamedTensors()
  /// What share of the velocity stays from update to update.
  public let momentum: Float
  /// Whether the gradient is followed from where the velocity leads.
  public let isNesterov: Bool

  /// - `momentum`: TensorFlow has no default; 0.9 is the common choice.
  public init(learningRate: Float = 0.01, momentum: Float = 0.9, isNesterov: Bool = false) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.isNesterov = isNesterov
  }

  public mutating func update(_ model: inout some Layer, _ gradients: NamedTensors) {
    step += 1
    model.visitParameters { name, parameter in
      guard let gradient = gradients[name] else { return }
      let slot = "velocity.\(name)"
      slots.prepare(slot, like: parameter, filledWith: 0)
      var velocity = slots.take(slot)
      Kernels.momentum(
        &parameter, velocity: &velocity, gradient: gradient, rate: learningRate,
        momentum: momentum, nesterov: isNesterov)
      slots[slot] = velocity
    }
  }
}
