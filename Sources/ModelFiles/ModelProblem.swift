public import NeuralNetworks

/// What is wrong with a network's description, or between it and the tensors.
public enum ModelProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// JSON that describes no network.
  case noDescription
  /// An input that isn't the shape of images or rows; as the file writes it.
  case badInput(String)
  /// A layer that doesn't say its type; its place, from 1.
  case noType(number: Int)
  /// A layer of a type that isn't in the table.
  case unknownType(number: Int, type: String, known: [String])
  /// A layer of a type that a checkpoint can't describe.
  case undescribable(layer: String, type: String)
  /// A setting that no layer can have.
  case badSetting(layer: String, String)
  /// A layer that can't take what the one before it gives.
  case mismatch(ShapeError)
  /// No tensor has this name; those that there are.
  case missingTensor(String, known: [String])
  /// A tensor that isn't the size the description says.
  case wrongShape(tensor: String, expected: [Int], got: [Int])
  /// A tensor that belongs to no layer.
  case unexpectedTensor(String)

  /// The sentence for a user.
  public var description: String {
    switch self {
    case .noDescription:
      #"it should hold {"input": [channels, height, width], "layers": […]}"#
    case .badInput(let input):
      "the input \(input) isn't [channels, height, width] of a possible size"
    case .noType(let number):
      "layer \(number) has no \"type\" that is known"
    case .unknownType(let number, let type, let known):
      "layer \(number) is a \(type); known are \(known.joined(separator: ", "))"
    case .undescribable(let layer, let type):
      "layer \"\(layer)\" is a \(type), which checkpoints can't hold"
    case .badSetting(let layer, let what):
      "layer \"\(layer)\" has \(what)"
    case .mismatch(let error):
      error.description
    case .missingTensor(let name, let known):
      "tensor \"\(name)\" is missing"
        + (known.isEmpty
          ? ""
          : "; there are \(known.prefix(6).joined(separator: ", "))\(known.count > 6 ? ", …" : "")")
    case .wrongShape(let tensor, let expected, let got):
      "tensor \"\(tensor)\" has shape \(got), but its layer needs \(expected)"
    case .unexpectedTensor(let name):
      "tensor \"\(name)\" belongs to no layer"
    }
  }
}
