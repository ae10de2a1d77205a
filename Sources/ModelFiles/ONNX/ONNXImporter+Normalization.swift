import Tensors

/// Normalisations, and arithmetic with constants: affine functions of each channel.
extension ONNXImporter {
  mutating func batchNormalization(_ operation: ONNXOperation) throws {
    let input = try plain(operation)
    let channels = input.shape.count > 1 ? input.shape[1] : 0
    var own: [String: ONNXParameter] = [:]
    for (index, name) in ["weight", "bias", "running_mean", "running_var"].enumerated() {
      guard let constant = try constant(operation, index + 1) else {
        throw operation.unsupported("lacks its input \(index + 1)")
      }
      own[name] = try parameter(constant, shape: [channels], operation)
    }
    let epsilon = try operation.float("epsilon", 1e-5)
    let isTraining = try operation.integer("training_mode", 0) != 0
    try add(
      "BatchNorm2d", with: ["eps": JSONValue(epsilon), "track_running_stats": .bool(!isTraining)],
      operation, from: input, output: input.shape, named: "norm", parameters: own,
      weights: try constant(operation, 1))
  }

  /// `scale · x + shift`, a number of each a channel, as layer `stage`, whose output has a name.
  struct AffineMap {
    var stage: Int
    var output: String?
    var scale, shift: [Double]
  }

  /// `x ± c`, `x · c` or `x / c` with a number, or one a channel. Behind another one, whose output nothing
  /// else takes, both are one layer: files have long chains of them.
  mutating func affine(
    _ operation: ONNXOperation, _ input: ONNXActivation, _ constant: ONNXConstant
  ) throws {
    let channels = input.channelAxis.map { input.shape[$0] } ?? 1
    guard input.isWhole, channels > 0, isPerChannel(constant, input) else {
      throw operation.unsupported(
        "has a constant of shape \(constant.shape), not a number or one a channel")
    }
    // A model of a hundred bytes can claim any number of channels.
    guard channels <= 1 << 20 else { throw operation.unsupported("has \(channels) channels") }
    try spend(4 * channels)
    let given = try floats(constant, operation).map { Double($0) }
    let numbers = given.count == 1 ? Array(repeating: given[0], count: channels) : given
    let ones = [Double](repeating: 1, count: channels)
    let zeros = [Double](repeating: 0, count: channels)
    let isSecond = isConstant(operation, 1)
    var (scale, shift): ([Double], [Double])
    switch operation.type {
    case "Add": (scale, shift) = (ones, numbers)
    case "Mul", "Neg": (scale, shift) = (numbers, zeros)
    case "Sub" where isSecond: (scale, shift) = (ones, numbers.map { -$0 })
    case "Sub": (scale, shift) = (ones.map { -$0 }, numbers)
    case "Div" where isSecond && numbers.allSatisfy({ $0 != 0 }):
      (scale, shift) = (numbers.map { 1 / $0 }, zeros)
    default: throw operation.unsupported("isn't linear")
    }
    func parameter(_ values: [Double]) -> ONNXParameter {
      ONNXParameter(values.map { Float($0) }, shape: [channels])
    }
    if let before = lastAffine, before.stage == input.stage, input.stage == layers.count,
      before.scale.count == channels,
      // Under another name it may be taken by others as well.
      let name = operation.input(isSecond ? 0 : 1), name == before.output, useCounts[name] == 1
    {
      for channel in 0..<channels {
        shift[channel] += scale[channel] * before.shift[channel]
        scale[channel] *= before.scale[channel]
      }
      lastAffine = AffineMap(
        stage: input.stage, output: operation.node.outputs.first, scale: scale, shift: shift)
      layers[input.stage - 1].parameters["weight"] = parameter(scale)
      layers[input.stage - 1].parameters["bias"] = parameter(shift)
      return try set(operation, .activation(input))
    }
    lastAffine = AffineMap(
      stage: layers.count + 1, output: operation.node.outputs.first, scale: scale, shift: shift)
    try add(
      "BatchNorm2d", with: ["eps": 0], operation, from: input, output: input.shape, named: "affine",
      parameters: [
        "weight": parameter(scale), "bias": parameter(shift), "running_mean": parameter(zeros),
        "running_var": parameter(ones),
      ])
  }

  func isConstant(_ operation: ONNXOperation, _ index: Int) -> Bool {
    if case .constant? = operation.input(index).flatMap({ values[$0] }) { true } else { false }
  }

  /// Whether a constant is a number, or broadcasts along the channels only.
  func isPerChannel(_ constant: ONNXConstant, _ input: ONNXActivation) -> Bool {
    guard constant.shape.count <= input.shape.count, constant.count > 0 else { return false }
    if constant.count == 1 { return true }
    guard let axis = input.channelAxis else { return false }
    let padded =
      Array(repeating: 1, count: input.shape.count - constant.shape.count) + constant.shape
    return padded.indices.allSatisfy { padded[$0] == ($0 == axis ? input.shape[axis] : 1) }
  }

  /// Normalisation of each image's channels, or of groups of them.
  mutating func groupNormalization(_ operation: ONNXOperation) throws {
    var input = try activation(operation, isWhole: false)
    let isInstance = operation.type == "InstanceNormalization"
    var groups: Int
    if let seen = input.groups, isInstance, !seen.isTransposed, input.shape.count == 3 {
      // As PyTorch's exporter writes the normalisation of groups: the groups are the channels.
      groups = seen.groups
      input.shape = seen.shape
    } else {
      input = try image(operation)
      groups = isInstance ? input.shape[1] : try operation.integer("num_groups", 0)
    }
    let channels = input.shape[1]
    guard groups > 0, channels > 0, channels.isMultiple(of: groups), channels <= 1 << 20 else {
      throw operation.unsupported("has \(groups) groups for \(channels) channels")
    }
    guard try operation.integer("stash_type", 1) == 1, let scale = try constant(operation, 1),
      let shift = try constant(operation, 2)
    else { throw operation.unsupported("lacks its scale and shift") }
    /// A number for each channel, of one a channel or one a group.
    func parameter(_ constant: ONNXConstant) throws -> ONNXParameter {
      if constant.count == channels {
        return try self.parameter(constant, shape: [channels], operation)
      }
      let numbers = try floats(constant, operation)
      guard numbers.count == groups else {
        throw operation.unsupported("has \(numbers.count) parameters for \(channels) channels")
      }
      try spend(channels)
      return ONNXParameter(
        (0..<channels).map { numbers[$0 / (channels / groups)] }, shape: [channels])
    }
    let seen = input.groups
    input.groups = nil
    var result = append(
      "GroupNorm",
      with: [
        "num_groups": JSONValue(groups), "num_channels": JSONValue(channels),
        "eps": JSONValue(try operation.float("epsilon", 1e-5)),
      ], operation, from: [input], output: input.shape, named: "norm",
      parameters: ["weight": try parameter(scale), "bias": try parameter(shift)], weights: scale)
    if let seen {
      result.groups = seen
      result.shape = [input.shape[0], groups, input.shape[1...].reduce(1, *) / groups]
    }
    try set(operation, .activation(result))
  }

  /// Normalisation of the channels at each place, or of rows.
  mutating func layerNormalization(_ operation: ONNXOperation) throws {
    let input = try activation(operation)
    let axes = try operation.axes([try operation.integer("axis", -1)], rank: input.shape.count)
    guard axes[0] == input.shape.count - 1, axes[0] == input.channelAxis,
      try operation.integer("stash_type", 1) == 1
    else {
      throw operation.unsupported(
        """
        isn't over the channels, but over axis \(axes[0]) of \(input.shape); torch.nn.GroupNorm and \
        normalisations of channels are possible
        """)
    }
    try normalizeLayer(
      operation, input, epsilon: try operation.float("epsilon", 1e-5),
      scale: try constant(operation, 1), shift: try constant(operation, 2))
  }

  mutating func normalizeLayer(
    _ operation: ONNXOperation, _ input: ONNXActivation, epsilon: Float,
    scale: ONNXConstant? = nil, shift: ONNXConstant? = nil
  ) throws {
    let channels = input.channelAxis.map { input.shape[$0] } ?? 1
    var own: [String: ONNXParameter] = [:]
    if let scale { own["weight"] = try parameter(scale, shape: [channels], operation) }
    if let shift { own["bias"] = try parameter(shift, shape: [channels], operation) }
    try add(
      "LayerNorm",
      with: [
        "normalized_shape": JSONValue(channels), "eps": JSONValue(epsilon),
        "elementwise_affine": .bool(scale != nil), "bias": .bool(shift != nil),
      ], operation, from: input, output: input.shape, named: "norm", parameters: own,
      weights: scale)
  }

  mutating func localResponseNormalization(_ operation: ONNXOperation) throws {
    let input = try image(operation)
    let size = try operation.integer("size", 0)
    guard (1...4096).contains(size) else {
      throw operation.unsupported("has the impossible \"size\" \(size)")
    }
    try add(
      "LocalResponseNorm",
      with: [
        "size": JSONValue(size), "before": JSONValue((size - 1) / 2),
        "alpha": JSONValue(try operation.float("alpha", 1e-4)),
        "beta": JSONValue(try operation.float("beta", 0.75)),
        "k": JSONValue(try operation.float("bias", 1)),
      ], operation, from: input, output: input.shape, named: "lrn")
  }
}
