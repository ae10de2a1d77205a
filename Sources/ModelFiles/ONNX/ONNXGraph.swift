/// The part of an ONNX model that says what is computed.
///
/// - Source: https://github.com/onnx/onnx, `onnx/onnx.proto`.
struct ONNXGraph {
  /// An input or output of the graph.
  struct Port {
    var name = ""
    /// `TensorProto.DataType`; 0 if it isn't said.
    var type = 0
    /// The length of each dimension; nil where it is left open.
    var shape: [Int?] = []
  }

  /// One operation.
  struct Node {
    var inputs: [String] = []
    var outputs: [String] = []
    var name = ""
    var type = ""
    var domain = ""
    var attributes: [String: Attribute] = [:]
    /// The modules of PyTorch's that it lies in, the outermost first, where the exporter tells them in the
    /// node's metadata.
    var scopes: [String] = []

    /// What it is called in a sentence.
    var title: String {
      if !name.isEmpty { return "node \"\(name)\"" }
      return outputs.first.map { "the node that makes \"\($0)\"" } ?? "a node without a name"
    }
  }

  /// A setting of a node.
  enum Attribute {
    case float(Float)
    case integer(Int)
    case string(String)
    case tensor(ONNXTensor)
    case graph(ONNXGraph)
    case floats([Float])
    case integers([Int])
    case other
  }

  var nodes: [Node] = []
  var initializers: [ONNXTensor] = []
  var inputs: [Port] = []
  var outputs: [Port] = []

  /// The names that the nodes use without making them.
  var namesFromOutside: Set<String> {
    var made: Set<String> = []
    var used: Set<String> = Set(outputs.map(\.name))
    for node in nodes {
      used.formUnion(node.inputsWithInner)
      made.formUnion(node.outputs)
    }
    return used.subtracting(made).subtracting(initializers.map(\.name))
  }
}

extension ONNXGraph.Node {
  /// Its inputs, and what the graphs inside it use of the one around them.
  var inputsWithInner: Set<String> {
    var names = Set(inputs)
    for case .graph(let inner) in attributes.values { names.formUnion(inner.namesFromOutside) }
    return names
  }
}
