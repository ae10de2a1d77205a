import Tensors

/// Normalisations, and arithmetic with constants: affine functions of each channel.
extension ONNXImporter {
  mutating func batchNormalization(_ operation: ONNXOperation) throws {
    let input = try activation(operation)
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

  /// `scale · x + shift`, a number of each a channel, as layer `stage`.
  struct AffineMap {
    var stage: Int
    var scale, shift: [Double]
  }

  /// `x ± c`, `x · c` or `x / c` with a number, or one a channel. Behind another one, whose output nothing
  /// else takes, both are one layer: files have long chains of them.
  mutating func affine(
    _ operation: ONNXOperation, _ input: ONNXActivation, _ constant: ONNXConstant
  ) throws {
    let channels = input.shape.count > 1 ? input.shape[1] : 0
    guard input.isPlain, channels > 0, isPerChannel(constant, input) else {
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
    case "Mul": (scale, shift) = (numbers, zeros)
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
      let name = operation.input(isSecond ? 0 : 1), useCounts[name] == 1
    {
      for channel in 0..<channels {
        shift[channel] += scale[channel] * before.shift[channel]
        scale[channel] *= before.scale[channel]
      }
      lastAffine = AffineMap(stage: input.stage, scale: scale, shift: shift)
      parameters[input.stage - 1]["weight"] = parameter(scale)
      parameters[input.stage - 1]["bias"] = parameter(shift)
      return try set(operation, .activation(input))
    }
    lastAffine = AffineMap(stage: layers.count + 1, scale: scale, shift: shift)
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
  private func isPerChannel(_ constant: ONNXConstant, _ input: ONNXActivation) -> Bool {
    guard constant.shape.count <= input.shape.count, constant.count > 0 else { return false }
    if constant.count == 1 { return true }
    let padded =
      Array(repeating: 1, count: input.shape.count - constant.shape.count) + constant.shape
    return padded.indices.allSatisfy { padded[$0] == ($0 == 1 ? input.shape[1] : 1) }
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
