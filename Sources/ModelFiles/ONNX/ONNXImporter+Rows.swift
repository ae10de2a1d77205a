import Tensors

/// Dense layers.
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
    var input = try activation(operation, isWhole: false)
    guard input.hasOwnShape,
      input.shape.count == 2 || input.channelAxis == input.shape.count - 1
    else { throw operation.unsupported("takes rows, but gets shape \(input.shape)") }
    guard var weight = try constant(operation, 1), weight.shape.count == 2,
      weight.shape.allSatisfy({ $0 > 0 })
    else { throw operation.unsupported("has no constant matrix") }
    if !isTransposed { weight = try transposed(weight, [1, 0], operation) }
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    guard inputs == input.shape.last else {
      throw operation.unsupported(
        "takes rows of \(inputs), but gets rows of \(input.shape.last ?? 0)")
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
    let shape = Array(input.shape.dropLast()) + [outputs]
    let given = try constant(operation, 1)
    guard input.shape.count > 2 else {
      return try add(
        "Linear", operation, from: input, output: shape, named: "fc", parameters: own,
        weights: given)
    }
    // Of images whose channels come last: the same at each place.
    own["weight"]?.shape = [outputs, inputs, 1, 1]
    try add(
      "Conv2d", operation, from: input, output: shape, named: "conv", parameters: own,
      weights: given)
  }
}
