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

  // MARK: Operators

  private mutating func cast(
    _ operation: ONNXOperation, _ constant: ONNXConstant
  ) throws -> ONNXConstant {
    let type = try operation.integer("to", 0)
    var result = constant
    switch type {
    case 1, 10, 11:
      if case .tensor(let view) = constant.content, !view.tensor.isInteger { return constant }
      result.content = .floats(try floats(constant, operation))
    case 6, 7: result.content = .integers(try integers(constant, operation))
    case 9:
      result.content = .integers(try integers(constant, operation).map { $0 == 0 ? 0 : 1 })
    default: throw operation.unsupported("turns numbers into type \(type)")
    }
    return result
  }

  /// Parts of a constant of whole numbers, along one dimension.
  private mutating func picked(
    _ indices: [Int], axis: Int, of constant: ONNXConstant, _ operation: ONNXOperation
  ) throws -> ONNXConstant {
    let numbers = try integers(constant, operation)
    guard let inner = constant.shape[(axis + 1)...].checkedProduct,
      let outer = constant.shape[..<axis].checkedProduct,
      let made = [outer, max(1, inner), indices.count].checkedProduct,
      made <= ONNXTensorReader.mostIntegers
    else { throw operation.unsupported("makes too many numbers") }
    var result: [Int] = []
    for before in 0..<outer {
      for index in indices {
        let start = (before * constant.shape[axis] + index) * inner
        result += numbers[start..<start + inner]
      }
    }
    var shape = constant.shape
    shape[axis] = indices.count
    return ONNXConstant(shape: shape, content: .integers(result))
  }

  private mutating func gathered(
    _ operation: ONNXOperation, _ constant: ONNXConstant
  ) throws -> ONNXConstant {
    let axis = try operation.axes(
      [try operation.integer("axis", 0)], rank: constant.shape.count)[0]
    guard let indices = try self.constant(operation, 1) else {
      throw operation.unsupported("lacks its indices")
    }
    let length = constant.shape[axis]
    let places = try integers(indices, operation).map {
      $0 < 0 ? $0.addingReportingOverflow(length).partialValue : $0
    }
    guard places.allSatisfy((0..<length).contains) else {
      throw operation.unsupported("takes \(places) of \(length) numbers")
    }
    var result = try picked(places, axis: axis, of: constant, operation)
    result.shape.replaceSubrange(axis...axis, with: indices.shape)
    return result
  }

  /// What a slice keeps of one dimension.
  struct Kept {
    let axis: Int
    let indices: StrideTo<Int>
  }

  /// What a slice keeps of each dimension of a shape that it cuts.
  mutating func kept(_ operation: ONNXOperation, of shape: [Int]) throws -> [Kept] {
    func list(_ name: String, _ index: Int) throws -> [Int]? {
      try operation.integers(name) ?? wholeNumbers(operation, index)
    }
    guard let starts = try list("starts", 1), let ends = try list("ends", 2) else {
      throw operation.unsupported("doesn't say from where to where")
    }
    let axes = try operation.axes(
      try list("axes", 3) ?? Array(starts.indices), rank: shape.count)
    let steps = try wholeNumbers(operation, 4) ?? Array(repeating: 1, count: starts.count)
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count,
      steps.allSatisfy({ $0 != 0 && $0 != .min })
    else { throw operation.unsupported("has \(starts.count) starts, but \(ends.count) ends") }
    return axes.enumerated().compactMap { index, axis in
      let length = shape[axis]
      func place(_ given: Int, _ range: ClosedRange<Int>) -> Int {
        let place = given < 0 ? given.addingReportingOverflow(length).partialValue : given
        return min(max(place, range.lowerBound), range.upperBound)
      }
      guard length > 0 else { return nil }
      let range = steps[index] > 0 ? 0...length : -1...length - 1
      let (start, end) = (place(starts[index], range), place(ends[index], range))
      let step = min(max(steps[index], -length - 1), length + 1)
      return Kept(axis: axis, indices: stride(from: start, to: end, by: step))
    }
  }

  private mutating func sliced(
    _ operation: ONNXOperation, _ constant: ONNXConstant
  ) throws -> ONNXConstant {
    var result = constant
    for kept in try kept(operation, of: constant.shape) {
      let length = constant.shape[kept.axis]
      result = try picked(
        kept.indices.filter { (0..<length).contains($0) }, axis: kept.axis, of: result, operation)
    }
    return result
  }

  private mutating func concatenation(_ operation: ONNXOperation) throws -> ONNXConstant {
    var numbers: [Int] = []
    for index in operation.node.inputs.indices {
      guard let part = try constant(operation, index), part.shape.count == 1 else {
        throw operation.unsupported("joins arrays of more than one dimension")
      }
      numbers += try integers(part, operation)
      guard numbers.count <= ONNXTensorReader.mostIntegers else {
        throw operation.unsupported("makes too many numbers")
      }
    }
    return .integers(numbers)
  }

  private mutating func filled(
    _ operation: ONNXOperation, _ shape: [Int]
  ) throws -> ONNXConstant {
    guard let count = shape.checkedProduct, count <= ONNXTensorReader.mostIntegers else {
      throw operation.unsupported("makes too many numbers")
    }
    guard case .tensor(let tensor)? = operation.node.attributes["value"] else {
      return ONNXConstant(shape: shape, content: .floats(Array(repeating: 0, count: count)))
    }
    try reader.check(tensor)
    let value = ONNXConstant(shape: tensor.shape, content: .tensor(ONNXView(tensor)))
    if tensor.isInteger, let number = try integers(value, operation).first {
      return ONNXConstant(
        shape: shape, content: .integers(Array(repeating: number, count: count)))
    }
    let number = try floats(value, operation).first ?? 0
    return ONNXConstant(shape: shape, content: .floats(Array(repeating: number, count: count)))
  }

  /// Arithmetic of two constants of one shape, or with a single number.
  private mutating func calculated(_ operation: ONNXOperation) throws -> ONNXConstant? {
    guard let left = try constant(operation, 0), let right = try constant(operation, 1),
      left.shape == right.shape || left.count == 1 || right.count == 1
    else { return nil }
    let shape = right.count == 1 ? left.shape : right.shape
    func combined<Number, Result>(
      _ a: [Number], _ b: [Number], _ body: (Number, Number) -> Result
    ) -> [Result] {
      (0..<max(a.count, b.count)).map {
        body(a[a.count == 1 ? 0 : $0], b[b.count == 1 ? 0 : $0])
      }
    }
    guard !left.shape.contains(0), !right.shape.contains(0) else { return nil }
    if isWhole(left), isWhole(right) {
      let (a, b) = (try integers(left, operation), try integers(right, operation))
      let numbers: [Int]
      switch operation.type {
      case "Add": numbers = combined(a, b, &+)
      case "Sub": numbers = combined(a, b, &-)
      case "Mul": numbers = combined(a, b, &*)
      case "Div":
        guard !b.contains(0) else { throw operation.unsupported("divides by 0") }
        numbers = combined(a, b) { $0.dividedReportingOverflow(by: $1).partialValue }
      default: numbers = combined(a, b) { $0 == $1 ? 1 : 0 }
      }
      return ONNXConstant(shape: shape, content: .integers(numbers))
    }
    let (a, b) = (try floats(left, operation), try floats(right, operation))
    let numbers: [Float]
    switch operation.type {
    case "Add": numbers = combined(a, b, +)
    case "Sub": numbers = combined(a, b, -)
    case "Mul": numbers = combined(a, b, *)
    case "Div": numbers = combined(a, b, /)
    default: return nil
    }
    return ONNXConstant(shape: shape, content: .floats(numbers))
  }

  private func isWhole(_ constant: ONNXConstant) -> Bool {
    switch constant.content {
    case .integers: true
    case .floats: false
    case .tensor(let view): view.tensor.isInteger
    }
  }
}
