import CheckedArithmetic
import Tensors

/// What doesn't depend on the image: the shape arithmetic that exporters leave behind.
extension ONNXImporter {
  /// The whole numbers of a constant.
  mutating func integers(
    _ constant: ONNXConstant, _ operation: ONNXOperation
  ) throws -> [Int] {
    try spend(constant)
    switch constant.content {
    case .integers(let values): return values
    case .tensor(let view) where view.tensor.isInteger:
      return view(try reader.integers(view.tensor))
    default: throw operation.unsupported("needs whole numbers, but gets others")
    }
  }

  /// The numbers of a small constant.
  mutating func floats(_ constant: ONNXConstant, _ operation: ONNXOperation) throws -> [Float] {
    try spend(constant)
    switch constant.content {
    case .floats(let values): return values
    case .integers(let values): return values.map { Float($0) }
    case .tensor(let view) where view.tensor.isInteger:
      return view(try reader.integers(view.tensor)).map { Float($0) }
    case .tensor(let view):
      guard constant.count <= 1 << 20 else { throw operation.unsupported("is too large") }
      return view(try reader.floats(view.tensor)).scalars
    }
  }

  /// A constant as a layer's parameter of a shape.
  mutating func parameter(
    _ constant: ONNXConstant, shape: [Int], _ operation: ONNXOperation
  ) throws -> ONNXParameter {
    guard constant.shape.filter({ $0 != 1 }) == shape.filter({ $0 != 1 }) else {
      throw operation.unsupported(
        "has a parameter of shape \(constant.shape), where \(shape) is needed")
    }
    if case .tensor(let view) = constant.content, !view.tensor.isInteger {
      return ONNXParameter(view, shape: shape)
    }
    return ONNXParameter(try floats(constant, operation), shape: shape)
  }

  /// A constant with its dimensions in another order.
  mutating func transposed(
    _ constant: ONNXConstant, _ order: [Int], _ operation: ONNXOperation
  ) throws -> ONNXConstant {
    var result = constant
    let move = Permutation(shape: constant.shape, order: order)
    result.shape = move.newShape
    switch constant.content {
    case .integers(let values):
      try spend(constant)
      result.content = .integers(move(values))
    case .floats(let values):
      try spend(constant)
      result.content = .floats(move(values))
    case .tensor(var view):
      guard view.exchange(constant.shape, order) else {
        throw operation.unsupported("exchanges dimensions too often")
      }
      result.content = .tensor(view)
    }
    return result
  }

  /// The output of a node that depends on constants and shapes only; nil for others.
  mutating func workedOut(_ operation: ONNXOperation) throws -> ONNXConstant? {
    switch operation.type {
    case "Constant": return try literal(operation)
    case "Shape": return try shape(operation)
    default: break
    }
    var inputs: [ONNXConstant?] = []
    for index in operation.node.inputs.indices {
      guard let name = operation.input(index) else {
        inputs.append(nil)
        continue
      }
      if case .deferred? = values[name] { return nil }
      guard case .constant(let constant) = try value(operation, index) else { return nil }
      inputs.append(constant)
    }
    guard let first = inputs.first ?? nil else { return nil }
    switch operation.type {
    case "Identity": return first
    case "Cast": return try cast(operation, first)
    case "Reshape":
      var result = first
      result.shape = try Self.resolved(
        try wholeNumbers(operation, 1) ?? [], of: first.shape,
        keepsZeros: try operation.integer("allowzero", 0) != 0, operation)
      return result
    case "Squeeze", "Unsqueeze":
      var result = first
      let axes = try operation.integers("axes") ?? wholeNumbers(operation, 1)
      result.shape = try Self.squeezed(
        first.shape, axes: axes, operation, isInserting: operation.type == "Unsqueeze")
      return result
    case "Transpose":
      let order = try operation.axes(
        try operation.integers("perm") ?? Array(first.shape.indices.reversed()),
        rank: first.shape.count)
      guard order.count == first.shape.count else {
        throw operation.unsupported("exchanges the dimensions \(order) of \(first.shape)")
      }
      return try transposed(first, order, operation)
    case "Gather": return try gathered(operation, first)
    case "Slice": return try sliced(operation, first)
    case "Concat": return try concatenation(operation)
    case "ConstantOfShape": return try filled(operation, try integers(first, operation))
    case "Add", "Sub", "Mul", "Div", "Equal": return try calculated(operation)
    default: return nil
    }
  }

  // MARK: Sources

  private mutating func literal(_ operation: ONNXOperation) throws -> ONNXConstant {
    for (name, attribute) in operation.node.attributes {
      switch attribute {
      case .tensor(let tensor) where name == "value":
        try reader.check(tensor)
        return ONNXConstant(
          shape: tensor.shape,
          content: tensor.isInteger
            ? .integers(try reader.integers(tensor)) : .tensor(ONNXView(tensor)))
      case .integer(let value): return ONNXConstant(shape: [], content: .integers([value]))
      case .integers(let values): return .integers(values)
      case .float(let value): return ONNXConstant(shape: [], content: .floats([value]))
      case .floats(let values):
        return ONNXConstant(shape: [values.count], content: .floats(values))
      default: break
      }
    }
    throw operation.unsupported("holds no numbers")
  }

  private func shape(_ operation: ONNXOperation) throws(ONNXProblem) -> ONNXConstant {
    let shape =
      switch try value(operation, 0) {
      case .constant(let constant): constant.shape
      case .activation(let activation): activation.shape
      case .deferred(let problem): throw problem
      }
    func place(_ name: String, _ standard: Int) throws(ONNXProblem) -> Int {
      let given = try operation.integer(name, standard)
      let place = given < 0 ? given.addingReportingOverflow(shape.count).partialValue : given
      return min(max(place, 0), shape.count)
    }
    let (start, end) = (try place("start", 0), try place("end", shape.count))
    return .integers(start < end ? Array(shape[start..<end]) : [])
  }

  mutating func wholeNumbers(
    _ operation: ONNXOperation, _ index: Int
  ) throws -> [Int]? {
    try constant(operation, index).map { try integers($0, operation) }
  }
}
