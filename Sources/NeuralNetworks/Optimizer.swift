public import Tensors

/// A rule that changes a model's parameters along their gradients.
public protocol Optimizer: Sendable {
  /// The step size; a schedule may set it before each update.
  var learningRate: Float { get set }

  /// The number of updates made.
  var step: Int { get set }

  /// What the rule remembers of earlier updates, by slot and parameter: `velocity.conv1.weight`.
  /// Together with `step` it is all that a resumed training needs.
  var slots: NamedTensors { get set }

  /// One update. Parameters without a gradient stay as they are.
  mutating func update(_ model: inout some Layer, _ gradients: NamedTensors)
}

/// The optimizers that commands offer by name.
package enum OptimizerKind: String, Sendable, CaseIterable, Codable {
  case sgd, momentum, nesterov, adam, adamw, rmsprop, adagrad

  /// The rule's learning rate if none is given: TensorFlow's defaults where it has one.
  package var defaultLearningRate: Float {
    switch self {
    case .sgd, .momentum, .nesterov, .adagrad: 0.01
    case .adam, .adamw, .rmsprop: 0.001
    }
  }
}

extension NamedTensors {
  /// Makes sure that a slot of a parameter is there.
  mutating func prepare(_ name: String, like parameter: Tensor, filledWith value: Float) {
    if self[name]?.shape != parameter.shape {
      self[name] = Tensor(shape: parameter.shape, repeating: value)
    }
  }

  /// The slot of a parameter, taken out to be changed in place; put it back.
  mutating func take(_ name: String) -> Tensor {
    let empty = Tensor(zeros: [0])
    guard let slot = self[name] else { return empty }
    self[name] = empty
    return slot
  }
}
