import CheckedArithmetic

extension ONNXImporter {
  /// Takes one node. What has no layer is put off: it may be a part of something that has.
  mutating func run(_ node: ONNXGraph.Node) throws {
    let operation = ONNXOperation(node: node)
    do {
      try take(operation)
    } catch let problem as ONNXProblem {
      guard problem.mayBeAPart else { throw problem }
      for output in node.outputs.indices
      where !node.outputs[output].isEmpty && values[node.outputs[output]] == nil {
        try set(operation, .deferred(problem), output: output)
      }
    }
  }

  private mutating func take(_ operation: ONNXOperation) throws {
    let node = operation.node
    guard node.domain.isEmpty || node.domain == "ai.onnx" else {
      throw ONNXProblem.unknownOperator(node: node.title, type: "\(node.domain).\(node.type)")
    }
    if let constant = try workedOut(operation) {
      return try set(operation, .constant(constant))
    }
    if try fuse(operation) { return }
    switch node.type {
    // Nothing at all, outside of training.
    case "Identity", "Dropout": try set(operation, try value(operation, 0))
    case "Cast": try castActivation(operation)
    case "If": try branch(operation)

    case "Conv": try convolution(operation)
    case "ConvTranspose": try transposedConvolution(operation)
    case "MaxPool": try maxPool(operation)
    case "AveragePool": try averagePool(operation)
    case "GlobalAveragePool": try globalPool(operation, isMean: true)
    case "GlobalMaxPool": try globalPool(operation, isMean: false)
    case "ReduceMean": try reduce(operation, isMean: true)
    case "ReduceMax": try reduce(operation, isMean: false)
    case "Resize", "Upsample": try resize(operation)
    case "BatchNormalization": try batchNormalization(operation)
    case "LRN": try localResponseNormalization(operation)
    case "InstanceNormalization", "GroupNormalization": try groupNormalization(operation)
    case "LayerNormalization": try layerNormalization(operation)

    case "Relu": try elementwise("ReLU", operation, "relu")
    case "LeakyRelu":
      try elementwise(
        "LeakyReLU", with: ["negative_slope": JSONValue(try operation.float("alpha", 0.01))],
        operation, "leakyrelu")
    case "PRelu": try parametricRectifier(operation)
    case "Clip": try clip(operation)
    case "Elu":
      try elementwise(
        "ELU", with: ["alpha": JSONValue(try operation.float("alpha", 1))], operation, "elu")
    case "Gelu":
      let word = operation.string("approximate", "none")
      guard ["none", "tanh"].contains(word) else {
        throw operation.unsupported("has the approximation \"\(word)\"")
      }
      try elementwise("GELU", with: ["approximate": .string(word)], operation, "gelu")
    case "HardSigmoid":
      try elementwise(
        "Hardsigmoid",
        with: [
          "alpha": JSONValue(try operation.float("alpha", 0.2)),
          "beta": JSONValue(try operation.float("beta", 0.5)),
        ], operation, "hardsigmoid")
    case "HardSwish": try elementwise("Hardswish", operation, "hardswish")
    case "Swish" where try operation.float("alpha", 1) == 1:
      try elementwise("SiLU", operation, "silu")
    case "Sigmoid": try elementwise("Sigmoid", operation, "sigmoid")
    case "Tanh": try elementwise("Tanh", operation, "tanh")
    case "Softmax": try softmax("Softmax", operation, "softmax")
    case "LogSoftmax": try softmax("LogSoftmax", operation, "logsoftmax")

    case "Gemm": try gemm(operation)
    case "MatMul": try product(operation)
    case "Add", "Sub", "Mul", "Div", "Pow": try arithmetic(operation)
    case "Neg":
      try affine(
        operation, try activation(operation), ONNXConstant(shape: [1], content: .floats([-1])))
    case "Sum": try sum(operation)
    case "Pad": try pad(operation)

    case "Flatten": try flatten(operation)
    case "Reshape": try reshape(operation)
    case "Squeeze", "Unsqueeze": try squeeze(operation)
    case "Transpose": try transpose(operation)
    case "Tile": try tile(operation)
    case "Slice": try slice(operation)
    case "Split": try split(operation)
    case "Gather": try gather(operation)
    case "Concat" where operation.node.inputs.count == 1:
      try set(operation, try value(operation, 0))
    case "Concat": try concatenate(operation)
    default:
      // Where an input has no layer, that is the reason.
      for index in node.inputs.indices where operation.input(index) != nil {
        _ = try value(operation, index)
      }
      throw ONNXProblem.unknownOperator(node: node.title, type: node.type)
    }
  }

  private mutating func castActivation(_ operation: ONNXOperation) throws {
    let type = try operation.integer("to", 0)
    guard type == 1 else { throw operation.unsupported("turns activations into type \(type)") }
    try set(operation, .activation(try activation(operation, isWhole: false)))
  }

  /// A branch whose condition is known is one of its graphs.
  private mutating func branch(_ operation: ONNXOperation) throws {
    guard case .constant(let condition) = try value(operation, 0), condition.count == 1,
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

  // MARK: Functions

  mutating func elementwise(
    _ type: String, with settings: [String: JSONValue] = [:], _ operation: ONNXOperation,
    _ kind: String
  ) throws {
    let input = try activation(operation, isWhole: false)
    guard input.hasOwnShape else {
      throw operation.unsupported("takes shape \(input.shape); images and rows are possible")
    }
    try add(type, with: settings, operation, from: input, output: input.shape, named: kind)
  }

  private mutating func clip(_ operation: ONNXOperation) throws {
    func bound(_ name: String, _ index: Int, _ standard: Float) throws -> Float {
      if let given = try constant(operation, index) {
        return try floats(given, operation).first ?? standard
      }
      return try operation.float(name, standard)
    }
    let most = Float.greatestFiniteMagnitude
    let least = max(-most, try bound("min", 1, -most))
    let largest = min(most, try bound("max", 2, most))
    if least == 0, largest == most { return try elementwise("ReLU", operation, "relu") }
    guard least <= largest else {
      throw operation.unsupported("has the impossible bounds \(least) and \(largest)")
    }
    if least == 0, largest == 6 { return try elementwise("ReLU6", operation, "relu") }
    try elementwise(
      "Hardtanh", with: ["min_val": JSONValue(least), "max_val": JSONValue(largest)], operation,
      "hardtanh")
  }

  private mutating func parametricRectifier(_ operation: ONNXOperation) throws {
    let input = try activation(operation)
    guard let slopes = try constant(operation, 1) else {
      throw operation.unsupported("lacks its slopes")
    }
    let channels = input.channelAxis.map { input.shape[$0] } ?? 1
    guard isPerChannel(slopes, input) else {
      throw operation.unsupported(
        "has slopes of shape \(slopes.shape), not a number or one a channel")
    }
    let count = slopes.count == 1 ? 1 : channels
    var flat = slopes
    flat.shape = [count]
    try add(
      "PReLU", operation, from: input, output: input.shape, named: "prelu",
      parameters: ["weight": try parameter(flat, shape: [count], operation)], weights: slopes)
  }

  private mutating func softmax(
    _ type: String, _ operation: ONNXOperation, _ kind: String
  ) throws {
    let input = try activation(operation)
    let rank = input.shape.count
    // Before operator set 13, all dimensions from the axis on were one.
    let standard = operatorSet < 13 ? 1 : -1
    let axis = try operation.axes([try operation.integer("axis", standard)], rank: rank)[0]
    let joined = operatorSet < 13 ? input.shape[axis...].reduce(1, *) : input.shape[axis]
    guard axis == input.channelAxis, joined == input.shape[axis] else {
      throw operation.unsupported("isn't over the channels, but over axis \(axis)")
    }
    try add(type, operation, from: input, output: input.shape, named: kind)
  }
}
