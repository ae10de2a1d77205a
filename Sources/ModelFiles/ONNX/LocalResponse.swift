import CheckedArithmetic

/// A local response normalisation written as arithmetic, up to some step of it: PyTorch's exporters
/// write `x / (k + alpha · mean of x² over neighbours)^beta` so.
struct LocalResponse {
  /// The steps, in this order.
  enum Step: Int {
    case squared, padded, averaged, scaled, shifted, powered
  }

  var step = Step.squared
  /// The name of `x`.
  let source: String
  /// Which dimension the channels are.
  var axis = 1
  let channels: Int
  /// Channels of zeros before the first one.
  var before = 0
  /// Channels of zeros behind the last one.
  var after = 0
  var alpha: Float = 1
  var k: Float = 0
  var beta: Float = 1

  /// The same numbers under another shape, in which the channels are a dimension too.
  func seen(
    from old: [Int], as new: [Int], _ operation: ONNXOperation
  ) throws(ONNXProblem) -> LocalResponse {
    var result = self
    var ahead = 1
    guard let wanted = old[..<axis].checkedProduct, new.checkedProduct != nil else {
      throw operation.unsupported("makes an impossible shape in the middle of an LRN")
    }
    for (place, length) in new.enumerated() {
      if ahead == wanted, length == old[axis] {
        result.axis = place
        return result
      }
      ahead *= length
    }
    throw operation.unsupported("mixes channels in the middle of an LRN")
  }
}

extension ONNXImporter {
  /// Adds, multiplies, divides and raises to powers.
  mutating func arithmetic(_ operation: ONNXOperation) throws {
    switch (try value(operation, 0), try value(operation, 1)) {
    case (.activation(let left), .activation(let right)):
      if operation.type == "Mul", operation.input(0) == operation.input(1) {
        return try square(operation, try plain(operation))
      }
      if operation.type == "Div", let response = right.response {
        return try divide(operation, left, by: right, response)
      }
      try join(operation)
    case (.activation, .constant(let constant)):
      try apply(
        operation, try activation(operation, 0, isWhole: false), constant, isSecond: true)
    case (.constant(let constant), .activation):
      try apply(
        operation, try activation(operation, 1, isWhole: false), constant, isSecond: false)
    default: throw operation.unsupported("can't be worked out")
    }
  }

  private mutating func divide(
    _ operation: ONNXOperation, _ left: ONNXActivation, by right: ONNXActivation,
    _ response: LocalResponse
  ) throws {
    guard response.step == .powered, response.source == operation.input(0),
      right.shape == left.shape, right.stage == left.stage
    else { throw operation.unsupported("isn't what an LRN does") }
    try add(
      "LocalResponseNorm",
      with: [
        "size": JSONValue(response.before + response.after + 1),
        "before": JSONValue(response.before), "alpha": JSONValue(response.alpha),
        "beta": JSONValue(response.beta), "k": JSONValue(response.k),
      ], operation,
      from: try plain(operation), output: left.shape, named: "lrn")
  }

  private mutating func square(_ operation: ONNXOperation, _ input: ONNXActivation) throws {
    guard input.shape.count == 4, let source = operation.input(0) else {
      throw operation.unsupported("isn't linear")
    }
    var result = input
    result.response = LocalResponse(source: source, channels: input.shape[1])
    try set(operation, .activation(result))
  }

  private mutating func apply(
    _ operation: ONNXOperation, _ input: ONNXActivation, _ constant: ONNXConstant, isSecond: Bool
  ) throws {
    guard var response = input.response else {
      if operation.type == "Pow", isSecond, constant.count == 1, input.isPlain,
        try floats(constant, operation) == [2]
      {
        return try square(operation, input)
      }
      return try affine(operation, input, constant)
    }
    guard constant.count == 1, let number = try floats(constant, operation).first,
      number.isFinite
    else { throw operation.unsupported("isn't what an LRN does") }
    switch (operation.type, response.step) {
    case ("Mul", .averaged): (response.alpha, response.step) = (number, .scaled)
    case ("Add", .scaled), ("Add", .averaged): (response.k, response.step) = (number, .shifted)
    case ("Pow", .shifted) where isSecond: (response.beta, response.step) = (number, .powered)
    default: throw operation.unsupported("isn't what an LRN does")
    }
    var result = input
    result.response = response
    try set(operation, .activation(result))
  }

  /// Zeros before the first and behind the last channel of squares.
  mutating func padResponse(
    _ operation: ONNXOperation, _ input: ONNXActivation, _ response: LocalResponse, _ pads: [Int]
  ) throws {
    var response = response
    let rank = input.shape.count
    // A single channel may be any of the dimensions of length 1: the one that is padded.
    if response.channels == 1, pads.count == 2 * rank,
      let padded = (0..<rank).first(where: { pads[$0] != 0 || pads[rank + $0] != 0 }),
      input.shape[padded] == 1
    {
      response.axis = padded
    }
    let others = pads.indices.filter { $0 % max(1, rank) != response.axis }
    guard response.step == .squared, pads.count == 2 * rank,
      others.allSatisfy({ pads[$0] == 0 }), pads.allSatisfy((0...4096).contains)
    else { throw operation.unsupported("isn't what an LRN does") }
    (response.before, response.after) = (pads[response.axis], pads[rank + response.axis])
    response.step = .padded
    var result = input
    result.shape[response.axis] += response.before + response.after
    result.response = response
    try set(operation, .activation(result))
  }

  /// The mean over neighbouring channels.
  mutating func responsePool(_ operation: ONNXOperation, _ input: ONNXActivation) throws {
    guard var response = input.response, [.squared, .padded].contains(response.step),
      input.shape.count > 2
    else { throw operation.unsupported("isn't what an LRN does") }
    let count = input.shape.count - 2
    let kernel = try operation.integers("kernel_shape", count: count, in: 1...8193, 0)
    let expected = (0..<count).map {
      $0 + 2 == response.axis ? response.before + response.after + 1 : 1
    }
    guard kernel == expected,
      try operation.integers("strides", count: count, in: 1...1, 1).count == count,
      try operation.integers("pads", count: 2 * count, in: 0...0, 0).count == 2 * count,
      response.axis >= 2 || response.before + response.after == 0,
      ["NOTSET", "VALID", ""].contains(operation.string("auto_pad", "NOTSET"))
    else { throw operation.unsupported("isn't what an LRN does") }
    response.step = .averaged
    var result = input
    result.shape[response.axis] = response.channels
    result.response = response
    try set(operation, .activation(result))
  }
}
