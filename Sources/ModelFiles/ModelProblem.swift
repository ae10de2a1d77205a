/// What is wrong with a network's description, or between it and the tensors.
public enum ModelProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// A layer of a type that a checkpoint can't describe.
  case undescribable(layer: String, type: String)
  /// A setting that no layer can have.
  case badSetting(layer: String, String)
  /// A layer that can't take what the one before it gives.
  case mismatch(layer: String, takes: String, gets: [Int])
  /// No tensor has this name.
  case missingTensor(String)
  /// A tensor that isn't the size the description says.
  case wrongShape(tensor: String, expected: [Int], got: [Int])
  /// A tensor that belongs to no layer.
  case unexpectedTensor(String)

  /// The sentence for a user.
  public var description: String {
    switch self {
    case .undescribable(let layer, let type):
      "layer \"\(layer)\" is a \(type), which checkpoints can't hold"
    case .badSetting(let layer, let what):
      "layer \"\(layer)\" has \(what)"
    case .mismatch(let layer, let takes, let gets):
      "layer \"\(layer)\" takes \(takes), but gets \(gets)"
    case .missingTensor(let name):
      "tensor \"\(name)\" is missing"
    case .wrongShape(let tensor, let expected, let got):
      "tensor \"\(tensor)\" has shape \(got), but its layer needs \(expected)"
    case .unexpectedTensor(let name):
      "tensor \"\(name)\" belongs to no layer"
    }
  }
}
