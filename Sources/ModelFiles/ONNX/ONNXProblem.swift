/// Why an ONNX model can't be read, or isn't a network that can be looked into.
public enum ONNXProblem: Error, Sendable, Equatable {
  /// The system can't open or read it, or a file of its weights; its words.
  case system(String)
  /// Bytes that are no protobuf message.
  case damaged(byte: Int)
  /// A message that isn't a model: nothing to compute, or no output.
  case notAModel(String)
  /// More of something than any network has.
  case tooMany(String, limit: Int)
  /// A tensor whose shape, type and bytes don't agree.
  case badTensor(String, String)
  /// A file of weights that isn't there.
  case missingWeights(file: String, tensor: String)
  /// A file of weights that lies, or leads, outside of the model's directory.
  case strayWeights(file: String, tensor: String, String)
  /// Not one input, or one that isn't images.
  case badInput(String)
  /// The size of the images is left open.
  case openInput(name: String, shape: String)
  /// An operator that no layer stands for.
  case unknownOperator(node: String, type: String)
  /// A node whose settings no layer has.
  case unsupported(node: String, type: String, String)
  /// A network that contradicts itself.
  case model(ModelProblem)
}

extension ONNXProblem {
  /// Whether a node that no layer stands for may be a part of something that has one.
  var mayBeAPart: Bool {
    switch self {
    case .unknownOperator, .unsupported: true
    default: false
    }
  }

  /// Whether it may come of images' dimensions that are meant in another order.
  var mayBeTheOrders: Bool {
    switch self {
    case .unknownOperator, .unsupported, .openInput: true
    default: false
    }
  }

  /// The same problem, of a network that has attention.
  func told(hasAttention: Bool) -> ONNXProblem {
    guard hasAttention, case .unsupported(let node, let type, let what) = self else { return self }
    return .unsupported(node: node, type: type, what + Self.attention)
  }

  private static let attention =
    "; attention can't be looked into: networks of convolutions and dense layers are read"

  /// What a user can do about an operator that no layer stands for.
  fileprivate static func remedy(for type: String) -> String {
    let name = type.split(separator: ".").last.map(String.init) ?? type
    if ["Loop", "Scan", "If", "SequenceAt"].contains(name) {
      return "; control flow can't be looked into: export the network for one fixed input"
    }
    if name.contains("Quant") || name.hasPrefix("QLinear") || name.hasSuffix("Integer") {
      return "; quantised networks can't be looked into: export the one of floating-point numbers"
    }
    if name.contains("Attention") || name == "Einsum" {
      return attention
    }
    if ["RNN", "LSTM", "GRU"].contains(name) {
      return "; recurrent networks are read from safetensors"
    }
    return ""
  }
}

/// Why an ONNX file can't be loaded.
public struct ONNXError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What is wrong with it.
  public let problem: ONNXProblem

  init(_ path: String, _ problem: ONNXProblem) {
    self.path = path
    self.problem = problem
  }

  /// The sentence for a user.
  public var description: String { "\(path): \(sentence)" }

  private var sentence: String {
    switch problem {
    case .system(let reason): reason
    case .damaged(let byte): "not a whole ONNX model: what stands at byte \(byte) is damaged"
    case .notAModel(let what): "not an ONNX model: \(what)"
    case .tooMany(let what, let limit): "has more \(what) than the \(limit) that are read"
    case .badTensor(let name, let what): "tensor \"\(name)\" \(what)"
    case .missingWeights(let file, let tensor):
      """
      the weights of tensor "\(tensor)" should lie in \(file), which isn't there; both files are \
      needed, in one directory
      """
    case .strayWeights(let file, let tensor, let what):
      """
      the weights of tensor "\(tensor)" should lie in \(file), which \(what); weights are read \
      from the model's own directory only
      """
    case .badInput(let what): what
    case .openInput(let name, let shape):
      "its input \"\(name)\" of shape \(shape) leaves the images' size open"
    case .unknownOperator(let node, let type):
      "\(node) has the operator \(type), which no layer stands for\(ONNXProblem.remedy(for: type))"
    case .unsupported(let node, let type, let what): "\(node) (\(type)) \(what)"
    case .model(let problem): problem.description
    }
  }
}
