internal import Tensors

/// A layer that follows each convolution and dense layer but the last.
public enum Activation: String, Sendable, CaseIterable, Codable {
  /// `max(0, x)`.
  case relu
  /// The hyperbolic tangent.
  case tanh
  /// The logistic function.
  case sigmoid

  /// The layer.
  public var layer: any Layer {
    switch self {
    case .relu: ReLU()
    case .tanh: Tanh()
    case .sigmoid: Sigmoid()
    }
  }
}

extension Sequential {
  /// LeNet-5 in the form that TensorFlow's tutorials made common: two convolutions of 5×5 with 32 and
  /// 64 filters, each with an activation and a 2×2 max pooling, then dense layers of 1024 and
  /// `classes` outputs with dropout between them. Softmax is the loss's part.
  ///
  /// - Input: `[N] + input`, `input` being `[H, W, C]`. Output: logits `[N, classes]`.
  /// - Source: LeCun et al., "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE
  ///   1998, DOI 10.1109/5.726791.
  public static func leNet5(
    input: [Int] = [28, 28, 1], classes: Int = 10, activation: Activation = .relu,
    denseActivation: Activation? = nil, initializer: Initializer = .he, dropout: Float = 0.5,
    seed: Int
  ) -> Sequential {
    precondition(
      input.count == 3 && input[0] >= 4 && input[1] >= 4,
      "LeNet-5 takes images [H, W, C] of at least 4 × 4, got \(input)")
    func generator(_ layer: Int) -> SeededGenerator { SeededGenerator(seed: seed, layer) }
    var generators = (generator(0), generator(1), generator(2), generator(3))
    let denseActivation = denseActivation ?? activation
    let flat = 64 * (input[0] / 4) * (input[1] / 4)
    return Sequential([
      "conv1": Conv2D(
        in: input[2], out: 32, kernel: 5, initializer: initializer, using: &generators.0),
      "\(activation)1": activation.layer,
      "pool1": MaxPool2D(2),
      "conv2": Conv2D(
        in: 32, out: 64, kernel: 5, initializer: initializer, using: &generators.1),
      "\(activation)2": activation.layer,
      "pool2": MaxPool2D(2),
      "flatten": Flatten(),
      "fc1": Dense(in: flat, out: 1024, initializer: initializer, using: &generators.2),
      "\(denseActivation)3": denseActivation.layer,
      "dropout": Dropout(rate: dropout),
      "fc2": Dense(in: 1024, out: classes, initializer: initializer, using: &generators.3),
    ])
  }
}
