import CheckedArithmetic
import Tensors

/// Operators on rows, and those that make rows of images.
extension ONNXImporter {
  mutating func gemm(_ operation: ONNXOperation) throws {
    try operation.expect("transA", 0)
    let (alpha, beta) = (try operation.float("alpha", 1), try operation.float("beta", 1))
    try dense(
      operation, isTransposed: try operation.integer("transB", 0) != 0, scale: alpha,
      bias: try constant(operation, 2), biasScale: beta)
  }

  mutating func product(_ operation: ONNXOperation) throws {
    guard !isConstant(operation, 0) else {
      throw operation.unsupported("multiplies activations from the left")
    }
    try dense(operation, isTransposed: false, scale: 1, bias: nil, biasScale: 1)
  }

  /// A dense layer.
  ///
  /// - Parameter isTransposed: whether the matrix is `[out, in]`, as PyTorch has it.
  private mutating func dense(
    _ operation: ONNXOperation, isTransposed: Bool, scale: Float, bias: ONNXConstant?,
    biasScale: Float
  ) throws {
    var input = try activation(operation, plain: false)
    guard input.response == nil, input.shape.count == 2 else {
      throw operation.unsupported("takes rows, but gets shape \(input.shape)")
    }
    guard var weight = try constant(operation, 1), weight.shape.count == 2,
      weight.shape.allSatisfy({ $0 > 0 })
    else { throw operation.unsupported("has no constant matrix") }
    if !isTransposed { weight = try transposed(weight, [1, 0], operation) }
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    guard inputs == input.shape[1] else {
      throw operation.unsupported(
        "takes rows of \(inputs), but gets rows of \(input.shape[1])")
    }
    if let image = input.flattened {
      // The columns are images [H, W, C], brought to [C, H, W].
      weight.shape = [outputs] + image
      weight = try transposed(weight, [0, 3, 1, 2], operation)
      weight.shape = [outputs, inputs]
    }
    var matrix = try parameter(weight, shape: weight.shape, operation)
    matrix.scale = scale
    var own = ["weight": matrix]
    if let bias {
      guard bias.count == 1 || bias.count == outputs && bias.shape.last == outputs else {
        throw operation.unsupported("has a bias of shape \(bias.shape) for \(outputs) outputs")
      }
      if bias.count == outputs, biasScale == 1 {
        own["bias"] = try parameter(bias, shape: [outputs], operation)
      } else {
        let numbers = try floats(bias, operation).map { $0 * biasScale }
        own["bias"] = ONNXParameter(
          numbers.count == outputs ? numbers : Array(repeating: numbers[0], count: outputs),
          shape: [outputs])
      }
    }
    input.flattened = nil
    try add(
      "Linear", operation, from: input,
      output: [input.shape[0], outputs], named: "fc", parameters: own,
      weights: try constant(operation, 1))
  }

  mutating func flatten(_ operation: ONNXOperation) throws {
    let input = try activation(operation, plain: false)
    let axis = try operation.integer("axis", 1)
    guard axis == 1 || axis == 1 - input.shape.count else {
      throw operation.unsupported("keeps \(axis) dimensions, not the batch's alone")
    }
    try makeRows(operation, input)
  }

  mutating func reshape(_ operation: ONNXOperation) throws {
    let input = try activation(operation, plain: false)
    guard let target = try constant(operation, 1) else {
      throw operation.unsupported("has no constant shape")
    }
    let keepsZeros = try operation.integer("allowzero", 0) != 0
    let shape = try Self.resolved(
      try integers(target, operation), of: input.shape, keepsZeros: keepsZeros, operation)
    try see(operation, input, as: shape)
  }

  /// A shape in which -1 stands for what is left, and 0 for the same as before.
  static func resolved(
    _ target: [Int], of shape: [Int], keepsZeros: Bool, _ operation: ONNXOperation
  ) throws(ONNXProblem) -> [Int] {
    let impossible = operation.unsupported("can't see shape \(shape) as \(target.prefix(64))")
    guard target.count <= 64 else { throw impossible }
    var result = target
    for (place, length) in target.enumerated() {
      if length == 0, !keepsZeros {
        guard place < shape.count else { throw impossible }
        result[place] = shape[place]
      }
    }
    guard let total = shape.checkedProduct, let known = result.filter({ $0 != -1 }).checkedProduct
    else { throw impossible }
    let open = result.indices.filter { result[$0] == -1 }
    if open.count == 1 {
      guard known > 0, total % known == 0 else { throw impossible }
      result[open[0]] = total / known
    } else {
      guard open.isEmpty, known == total else { throw impossible }
    }
    return result
  }

  mutating func squeeze(_ operation: ONNXOperation) throws {
    let input = try activation(operation, plain: false)
    var given = try operation.integers("axes")
    if let axes = try constant(operation, 1) { given = try integers(axes, operation) }
    let shape = try Self.squeezed(
      input.shape, axes: given, operation, isInserting: operation.type == "Unsqueeze")
    try see(operation, input, as: shape)
  }

  /// A shape with dimensions of length 1 left out, or put in.
  static func squeezed(
    _ shape: [Int], axes given: [Int]?, _ operation: ONNXOperation, isInserting: Bool
  ) throws(ONNXProblem) -> [Int] {
    guard isInserting else {
      let axes = try operation.axes(
        given ?? shape.indices.filter { shape[$0] == 1 }, rank: shape.count)
      guard axes.allSatisfy({ shape[$0] == 1 }) else {
        throw operation.unsupported("leaves out axes \(axes) of shape \(shape)")
      }
      return shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    }
    let axes = try operation.axes(given ?? [], rank: shape.count + (given?.count ?? 0))
    var rest = shape[...]
    return (0..<shape.count + axes.count).map { axes.contains($0) ? 1 : rest.popFirst() ?? 1 }
  }

  /// The same activations under another shape: only that of rows has a layer.
  private mutating func see(
    _ operation: ONNXOperation, _ input: ONNXActivation, as shape: [Int]
  ) throws {
    if let response = input.response {
      var result = input
      result.shape = shape
      result.response = try response.seen(from: input.shape, as: shape, operation)
      return try set(operation, .activation(result))
    }
    if shape == input.shape { return try set(operation, .activation(input)) }
    guard input.shape.count == 4, shape.count == 2, shape[0] == input.length(0) else {
      throw operation.unsupported("makes shape \(shape) of \(input.shape)")
    }
    try makeRows(operation, input)
  }

  private mutating func makeRows(_ operation: ONNXOperation, _ input: ONNXActivation) throws {
    guard input.response == nil, [2, 4].contains(input.shape.count) else {
      throw operation.unsupported("makes rows of shape \(input.shape)")
    }
    guard input.shape.count == 4 else { return try set(operation, .activation(input)) }
    var rows = input
    rows.order = [0, 1, 2, 3]
    // Dimensions of length 1 may stand anywhere.
    let long = input.order.filter { input.length($0) > 1 }
    if input.shape[0] != input.length(0) || long != long.sorted() {
      guard input.order == [0, 2, 3, 1] else {
        throw operation.unsupported("makes rows of images whose dimensions were exchanged")
      }
      rows.flattened = [input.length(2), input.length(3), input.length(1)]
    }
    try add(
      "Flatten", operation, from: rows,
      output: [input.length(0), input.length(1) * input.length(2) * input.length(3)],
      named: "flatten")
  }

  mutating func transpose(_ operation: ONNXOperation) throws {
    var input = try activation(operation, plain: false)
    let rank = input.shape.count
    let order = try operation.axes(
      try operation.integers("perm") ?? Array((0..<rank).reversed()), rank: rank)
    guard input.response == nil, order.count == rank,
      rank == 4 || order == Array(0..<rank)
    else { throw operation.unsupported("exchanges the dimensions \(order) of \(input.shape)") }
    input.shape = order.map { input.shape[$0] }
    if rank == 4 { input.order = order.map { input.order[$0] } }
    try set(operation, .activation(input))
  }
}
