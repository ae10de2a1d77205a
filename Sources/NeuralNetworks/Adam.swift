public import Tensors

/// Adam: steps of the mean gradient over the root of the mean squared gradient.
///
/// - Formula: `m += (1 - β₁)(g - m)`, `v += (1 - β₂)(g² - v)`,
///   `w -= rate · √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)`: TensorFlow's form, in which ε is the paper's
///   "epsilon hat".
/// - Source: Kingma & Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, arXiv 1412.6980;
///   constants of `tf.train.AdamOptimizer`.
///
/// With a `weightDecay` it is AdamW: `w -= rate · weightDecay · w` before each update, apart from the
/// gradient and its means (Loshchilov & Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, arXiv
/// 1711.05101, algorithm 2, as `torch.optim.AdamW`).
public struct Adam: Optimizer {
  public var learningRate: Float
  public var step = 0
  public var slots = NamedTensors()
  /// What share of the mean gradient stays from update to update: 0.9.
  public let beta1: Float
  /// What share of the mean squared gradient stays from update to update: 0.999.
  public let beta2: Float
  /// Keeps the quotient finite: 1e-8.
  public let epsilon: Float
  /// What share of a weight an update takes away, for a learning rate of 1: 0. PyTorch's AdamW has 0.01.
  public let weightDecay: Float

  /// TensorFlow 1's defaults.
  public init(
    learningRate: Float = 0.001, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
    weightDecay: Float = 0
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  public mutating func update(_ model: inout some Layer, _ gradients: NamedTensors) {
    step += 1
    let correction =
      (1 - Double.power(Double(beta2), Double(step))).squareRoot()
      / (1 - Double.power(Double(beta1), Double(step)))
    let rate = Float(Double(learningRate) * correction)
    model.visitParameters { name, parameter in
      guard let gradient = gradients[name] else { return }
      if weightDecay != 0 {
        parameter = Kernels.affine(parameter, scale: 1 - learningRate * weightDecay, shift: 0)
      }
      let names = (first: "m.\(name)", second: "v.\(name)")
      slots.prepare(names.first, like: parameter, filledWith: 0)
      slots.prepare(names.second, like: parameter, filledWith: 0)
      var (first, second) = (slots.take(names.first), slots.take(names.second))
      Kernels.adam(
        &parameter, first: &first, second: &second, gradient: gradient, rate: rate, beta1: beta1,
        beta2: beta2, epsilon: epsilon)
      slots[names.first] = first
      slots[names.second] = second
    }
  }
}
