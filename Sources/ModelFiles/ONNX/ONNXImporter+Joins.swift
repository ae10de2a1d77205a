import CheckedArithmetic
import NeuralNetworks

/// Operators where branches meet.
extension ONNXImporter {
  /// A sum, a difference or a product of two activations.
  mutating func join(_ operation: ONNXOperation) throws {
    guard operation.type == "Add" || operation.type == "Sub" || operation.type == "Mul" else {
      throw operation.unsupported("divides by, or raises to, what depends on the image")
    }
    var parts = try aligned(
      [try activation(operation, 0), try activation(operation, 1)], operation)
    // A gate comes second: what is smaller, or what a function keeps between two bounds.
    if operation.type == "Mul", isGate(parts[0], of: parts[1]) { parts.swapAt(0, 1) }
    try join(operation.type, operation, parts)
  }

  private func isGate(_ one: ONNXActivation, of other: ONNXActivation) -> Bool {
    if one.shape != other.shape { return other.shape == [one.shape, other.shape].broadcastShape }
    func isBounded(_ part: ONNXActivation) -> Bool {
      part.stage > 0
        && ["Sigmoid", "Hardsigmoid", "Tanh", "Softmax"].contains(layers[part.stage - 1].type)
    }
    return isBounded(one) && !isBounded(other)
  }

  /// A sum of one activation or more.
  mutating func sum(_ operation: ONNXOperation) throws {
    let parts = try operation.node.inputs.indices.map { try activation(operation, $0) }
    guard let first = parts.first else { throw operation.unsupported("has no inputs") }
    guard parts.count > 1 else { return try set(operation, .activation(first)) }
    try join("Add", operation, try aligned(parts, operation))
  }

  private mutating func join(
    _ type: String, _ operation: ONNXOperation, _ parts: [ONNXActivation]
  ) throws {
    guard let shape = parts.map(\.shape).broadcastShape else {
      throw operation.unsupported(
        "joins branches of shapes \(parts.map { "\($0.shape)" }.joined(separator: " and "))")
    }
    let result = append(
      type, operation, from: parts, output: shape, named: type.lowercased())
    try set(operation, .activation(result))
  }

  /// Activations of one rank, each dimension the same one of N, C, H and W in all of them.
  ///
  /// - Parameter axis: a dimension that will be longer than 1.
  private mutating func aligned(
    _ parts: [ONNXActivation], _ operation: ONNXOperation, along axis: Int? = nil
  ) throws -> [ONNXActivation] {
    let rank = parts[0].shape.count
    guard parts.allSatisfy({ $0.shape.count == rank }) else {
      throw operation.unsupported(
        "joins branches of shapes \(parts.map { "\($0.shape)" }.joined(separator: " and "))")
    }
    guard rank > 2 else { return parts }
    var labels = [Int?](repeating: nil, count: rank)
    var agree = true
    for part in parts {
      for place in 0..<rank where part.shape[place] != 1 {
        agree = agree && labels[place] ?? part.order[place] == part.order[place]
        labels[place] = part.order[place]
      }
    }
    let given = labels.compactMap { $0 }
    guard agree, Set(given).count == given.count,
      axis.map({ [nil, 1].contains(labels[$0]) }) ?? true
    else { return try parts.map { try arranged($0, operation) } }
    if let axis, labels[axis] == nil, !given.contains(1) { labels[axis] = 1 }
    let order = ONNXActivation.order(
      of: labels.map { $0 == nil ? 1 : 2 }, long: labels.compactMap { $0 })
    return parts.map { part in
      var part = part
      part.order = order
      return part
    }
  }

  /// Branches' channels side by side.
  mutating func concatenate(_ operation: ONNXOperation) throws {
    var parts = try operation.node.inputs.indices.map { try activation(operation, $0) }
    guard let rank = parts.first?.shape.count else {
      throw operation.unsupported("has no inputs")
    }
    let axis = try operation.axes([try operation.integer("axis", 1)], rank: rank)[0]
    parts = try aligned(parts, operation, along: axis)
    let first = parts[0]
    func others(_ shape: [Int]) -> [Int] {
      shape.indices.filter { $0 != axis }.map { shape[$0] }
    }
    guard axis == first.channelAxis,
      parts.allSatisfy({ others($0.shape) == others(first.shape) }),
      let channels = parts.map({ $0.shape[axis] }).checkedSum
    else {
      throw operation.unsupported("concatenates something else than channels of alike images")
    }
    var shape = first.shape
    shape[axis] = channels
    let result = append("Concat", operation, from: parts, output: shape, named: "concat")
    try set(operation, .activation(result))
  }
}
