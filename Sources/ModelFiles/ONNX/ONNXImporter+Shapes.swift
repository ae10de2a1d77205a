import CheckedArithmetic

/// Operators that see numbers under another shape.
extension ONNXImporter {
  mutating func flatten(_ operation: ONNXOperation) throws {
    let input = try activation(operation, isWhole: false)
    let axis = try operation.integer("axis", 1)
    guard axis == 1 || axis == 1 - input.shape.count else {
      throw operation.unsupported("keeps \(axis) dimensions, not the batch's alone")
    }
    try makeRows(operation, input)
  }

  mutating func reshape(_ operation: ONNXOperation) throws {
    let input = try activation(operation, isWhole: false)
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
    let input = try activation(operation, isWhole: false)
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

  /// The same activations under another shape.
  mutating func see(
    _ operation: ONNXOperation, _ input: ONNXActivation, as shape: [Int]
  ) throws {
    var result = input
    result.shape = shape
    if let response = input.response {
      result.response = try response.seen(from: input.shape, as: shape, operation)
      return try set(operation, .activation(result))
    }
    if let groups = input.groups {
      guard shape == groups.shape else {
        throw operation.unsupported(
          "makes shape \(shape) of groups of the channels of \(groups.shape)")
      }
      result.groups = nil
      result.order = [0, 1, 2, 3]
      guard groups.isTransposed else { return try set(operation, .activation(result)) }
      return try add(
        "ChannelShuffle", with: ["groups": JSONValue(groups.groups)], operation, from: result,
        output: shape, named: "shuffle")
    }
    if let copies = input.copies { return try enlarge(operation, input, by: copies, to: shape) }
    if shape == input.shape { return try set(operation, .activation(input)) }
    if let copies = PixelCopies(of: input, seenAs: shape) {
      result.copies = copies
      return try set(operation, .activation(result))
    }
    if input.shape.count != 2, shape.count != 2, shape.count <= 4,
      shape.filter({ $0 != 1 }) == input.shape.filter({ $0 != 1 })
    {
      // Only dimensions of length 1 come and go.
      result.order = ONNXActivation.order(of: shape, long: input.long)
      return try set(operation, .activation(result))
    }
    let impossible = operation.unsupported(
      "makes shape \(shape) of \(input.shape); images, rows and shuffled channels are possible")
    guard let batch = shape.first, batch == input.length(0) else { throw impossible }
    if shape.count == 2 { return try makeRows(operation, input) }
    guard input.shape.count > 2 else { return try makeImages(operation, input, shape) }
    result = try arranged(input, operation)
    let images = result.shape
    guard images.count == 4, [3, 5].contains(shape.count), shape[1] > 1,
      images[1].isMultiple(of: shape[1]),
      shape.count == 3 || Array(shape[2...]) == [images[1] / shape[1]] + images[2...]
    else { throw impossible }
    result.groups = ChannelGroups(groups: shape[1], shape: images)
    result.shape = shape
    try set(operation, .activation(result))
  }

  private mutating func makeRows(_ operation: ONNXOperation, _ input: ONNXActivation) throws {
    guard input.hasOwnShape, (2...4).contains(input.shape.count) else {
      throw operation.unsupported("makes rows of shape \(input.shape)")
    }
    guard input.shape.count > 2 else { return try set(operation, .activation(input)) }
    var rows = input
    rows.order = [0, 1, 2, 3]
    // Dimensions of length 1 may stand anywhere.
    let long = input.long
    if input.shape[0] != input.length(0) || long != long.sorted() {
      guard input.order == [0, 2, 3, 1] else {
        rows = try arranged(input, operation)
        return try add(
          "Flatten", operation, from: rows,
          output: [rows.shape[0], rows.shape[1...].reduce(1, *)], named: "flatten")
      }
      rows.flattened = [input.length(2), input.length(3), input.length(1)]
    }
    try add(
      "Flatten", operation, from: rows,
      output: [input.length(0), input.length(1) * input.length(2) * input.length(3)],
      named: "flatten")
  }

  /// Images of rows.
  private mutating func makeImages(
    _ operation: ONNXOperation, _ input: ONNXActivation, _ shape: [Int]
  ) throws {
    guard (3...4).contains(shape.count) else {
      throw operation.unsupported("makes shape \(shape) of rows")
    }
    let sizes: [Int]
    let order: [Int]
    if let image = input.flattened {
      // Rows of images whose channels came last: again.
      guard Array(shape[1...]) == image else {
        throw operation.unsupported("makes shape \(shape) of rows of images \(image)")
      }
      (sizes, order) = ([image[2], image[0], image[1]], [0, 2, 3, 1])
    } else if shape[1...].filter({ $0 != 1 }).count <= 1 {
      // The scalars are channels, wherever they stand: gates are made so.
      sizes = [input.shape[1], 1, 1]
      let long = (shape[0] == 1 ? [] : [0]) + (input.shape[1] == 1 ? [] : [1])
      order = ONNXActivation.order(of: shape, long: long)
    } else {
      sizes = Array((shape[1...] + [1]).prefix(3))
      order = Array([0, 1, 2, 3].prefix(shape.count))
    }
    var result = append(
      "Unflatten", with: ["unflattened_size": .array(sizes.map { JSONValue($0) })], operation,
      from: [input], output: shape, named: "unflatten")
    result.flattened = nil
    result.order = order
    try set(operation, .activation(result))
  }

  mutating func transpose(_ operation: ONNXOperation) throws {
    var input = try activation(operation, isWhole: false)
    let rank = input.shape.count
    let order = try operation.axes(
      try operation.integers("perm") ?? Array((0..<rank).reversed()), rank: rank)
    let exchanged = operation.unsupported("exchanges the dimensions \(order) of \(input.shape)")
    guard input.response == nil, order.count == rank else { throw exchanged }
    if let groups = input.groups {
      guard order == [0, 2, 1, 3, 4], !groups.isTransposed else { throw exchanged }
      input.groups?.isTransposed = true
    } else if let copies = input.copies {
      guard let (moved, own) = copies.transposed(order) else { throw exchanged }
      input.copies = moved
      input.order = own.map { input.order[$0] }
    } else if rank == 2 {
      guard order == [0, 1] else { throw exchanged }
    } else {
      input.order = order.map { input.order[$0] }
    }
    input.shape = order.map { input.shape[$0] }
    try set(operation, .activation(input))
  }
}
