import CheckedArithmetic

extension ONNXImporter {
  /// Takes one node.
  mutating func run(_ node: ONNXGraph.Node) throws {
    let operation = ONNXOperation(node: node)
    guard node.domain.isEmpty || node.domain == "ai.onnx" else {
      throw ONNXProblem.unknownOperator(node: node.title, type: "\(node.domain).\(node.type)")
    }
    if let constant = try workedOut(operation) {
      return try set(operation, .constant(constant))
    }
    switch node.type {
    // Nothing at all, outside of training.
    case "Identity", "Dropout": try set(operation, try value(operation, 0))
    case "Cast": try castActivation(operation)
    case "If": try branch(operation)

    case "Conv": try convolution(operation)
    case "MaxPool": try maxPool(operation)
    case "AveragePool": try averagePool(operation)
    case "GlobalAveragePool": try globalAveragePool(operation)
    case "ReduceMean": try mean(operation)
    case "BatchNormalization": try batchNormalization(operation)
    case "LRN": try localResponseNormalization(operation)

    case "Relu": try elementwise("ReLU", operation, "relu")
    case "LeakyRelu":
      try elementwise(
        "LeakyReLU", with: ["negative_slope": JSONValue(try operation.float("alpha", 0.01))],
        operation,
        "leakyrelu")
    case "Sigmoid": try elementwise("Sigmoid", operation, "sigmoid")
    case "Tanh": try elementwise("Tanh", operation, "tanh")
    case "Softmax": try softmax("Softmax", operation, "softmax")
    case "LogSoftmax": try softmax("LogSoftmax", operation, "logsoftmax")

    case "Gemm": try gemm(operation)
    case "MatMul": try product(operation)
    case "Add", "Sub", "Mul", "Div", "Pow": try arithmetic(operation)
    case "Pad": try pad(operation)

    case "Flatten": try flatten(operation)
    case "Reshape": try reshape(operation)
    case "Squeeze", "Unsqueeze": try squeeze(operation)
    case "Transpose": try transpose(operation)
    case "Concat" where operation.node.inputs.count == 1:
      try set(operation, try value(operation, 0))
    case "Concat": try concatenate(operation)
    default:
      throw ONNXProblem.unknownOperator(node: node.title, type: node.type)
    }
  }

  /// Branches' channels side by side.
  private mutating func concatenate(_ operation: ONNXOperation) throws {
    var parts: [ONNXActivation] = []
    for index in operation.node.inputs.indices {
      parts.append(try activation(operation, index, plain: false))
    }
    let first = parts[0]
    let rank = first.shape.count
    let axis = try operation.axes([try operation.integer("axis", 1)], rank: rank)[0]
    func others(_ shape: [Int]) -> [Int] {
      shape.indices.filter { $0 != axis }.map { shape[$0] }
    }
    guard rank == 2 || rank == 4, axis == (rank == 4 ? first.order.firstIndex(of: 1) : 1),
      parts.allSatisfy({
        $0.response == nil && $0.flattened == nil && $0.order == first.order
          && $0.shape.count == rank && others($0.shape) == others(first.shape)
      }), let channels = parts.map({ $0.shape[axis] }).checkedSum
    else {
      throw operation.unsupported("concatenates something else than channels of alike images")
    }
    var shape = first.shape
    shape[axis] = channels
    try join("Concat", operation, parts, output: shape)
  }

  /// Adds a layer that joins branches.
  mutating func join(
    _ type: String, _ operation: ONNXOperation, _ parts: [ONNXActivation], output: [Int]
  ) throws {
    let name = name(operation, type.lowercased(), nil)
    layers.append(LayerDescription(name, type, inputs: inputs(of: parts)))
    parameters.append([:])
    var result = parts[0]
    result.shape = output
    result.stage = layers.count
    try set(operation, .activation(result))
  }

  private mutating func castActivation(_ operation: ONNXOperation) throws {
    let type = try operation.integer("to", 0)
    guard type == 1 else { throw operation.unsupported("turns activations into type \(type)") }
    try set(operation, .activation(try activation(operation, plain: false)))
  }

  /// A branch whose condition is known is one of its graphs.
  private mutating func branch(_ operation: ONNXOperation) throws {
    guard let condition = try constant(operation, 0), condition.count == 1,
      let isTrue = try integers(condition, operation).first
    else { throw operation.unsupported("has no single condition") }
    let name = isTrue != 0 ? "then_branch" : "else_branch"
    guard case .graph(let graph)? = operation.node.attributes[name], graph.outputs.count == 1
    else { throw operation.unsupported("has no \"\(name)\" of one output") }
    for tensor in graph.initializers { try reader.check(tensor) }
    for index in add(graph).sorted() { try run(graph.nodes[index]) }
    guard let value = values[graph.outputs[0].name] else {
      throw operation.unsupported("has a \"\(name)\" that makes nothing")
    }
    try set(operation, value)
  }

  private mutating func elementwise(
    _ type: String, with settings: [String: JSONValue] = [:], _ operation: ONNXOperation,
    _ kind: String
  ) throws {
    let input = try activation(operation, plain: false)
    guard input.response == nil else { throw operation.unsupported("takes a part of an LRN") }
    try add(type, with: settings, operation, from: input, output: input.shape, named: kind)
  }

  private mutating func softmax(
    _ type: String, _ operation: ONNXOperation, _ kind: String
  ) throws {
    let input = try activation(operation, plain: false)
    let rank = input.shape.count
    // Before operator set 13, all dimensions from the axis on were one.
    let standard = operatorSet < 13 ? 1 : -1
    let axis = try operation.axes([try operation.integer("axis", standard)], rank: rank)[0]
    let overChannels = axis == (rank == 4 ? input.order.firstIndex(of: 1) : 1)
    let joined = operatorSet < 13 ? input.shape[axis...].reduce(1, *) : input.shape[axis]
    guard input.response == nil, overChannels, joined == input.shape[axis] else {
      throw operation.unsupported("isn't over the channels, but over axis \(axis)")
    }
    try add(type, operation, from: input, output: input.shape, named: kind)
  }
}
