import CheckedArithmetic
import Tensors

/// Operators on constants: small whole numbers mostly, for shapes are worked out by them.
extension ONNXImporter {
  mutating func cast(
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
      let turns = [outer, max(1, indices.count)].checkedProduct,
      let made = [outer, indices.count, inner].checkedProduct,
      max(turns, made) <= ONNXTensorReader.mostIntegers
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

  mutating func gathered(
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
    let start, end, step: Int

    /// How many places are kept.
    var count: Int {
      let distance = step > 0 ? end - start : start - end
      return distance > 0 ? (distance - 1) / abs(step) + 1 : 0
    }
    /// These.
    var indices: StrideTo<Int> { stride(from: start, to: end, by: step) }
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
      return Kept(axis: axis, start: start, end: end, step: step)
    }
  }

  mutating func sliced(
    _ operation: ONNXOperation, _ constant: ONNXConstant
  ) throws -> ONNXConstant {
    var result = constant
    for kept in try kept(operation, of: constant.shape) {
      guard kept.count <= ONNXTensorReader.mostIntegers else {
        throw operation.unsupported("makes too many numbers")
      }
      let length = constant.shape[kept.axis]
      result = try picked(
        kept.indices.filter { (0..<length).contains($0) }, axis: kept.axis, of: result, operation)
    }
    return result
  }

  mutating func concatenation(_ operation: ONNXOperation) throws -> ONNXConstant {
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

  mutating func filled(
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
  mutating func calculated(_ operation: ONNXOperation) throws -> ONNXConstant? {
    guard let left = try constant(operation, 0), let right = try constant(operation, 1),
      left.shape == right.shape || left.count == 1 || right.count == 1
    else { return nil }
    // Of two single numbers the one of higher rank says the shape.
    let isLeft = left.count > 1 || right.count == 1 && left.shape.count >= right.shape.count
    let shape = isLeft ? left.shape : right.shape
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
