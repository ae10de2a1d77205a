/// A node with its settings, each checked before it is used: none of them is believed.
struct ONNXOperation {
  let node: ONNXGraph.Node

  /// The operator, `Conv` say.
  var type: String { node.type }

  /// The name of an input; nil where an optional one is left out.
  func input(_ index: Int) -> String? {
    node.inputs.indices.contains(index) && !node.inputs[index].isEmpty ? node.inputs[index] : nil
  }

  /// The error of a setting that no layer has.
  func unsupported(_ what: String) -> ONNXProblem {
    .unsupported(node: node.title, type: node.type, what)
  }

  // MARK: Attributes

  /// A whole number; `standard` if it isn't given.
  func integer(_ name: String, _ standard: Int) throws(ONNXProblem) -> Int {
    switch node.attributes[name] {
    case nil: return standard
    case .integer(let value): return value
    default: throw unsupported("has a \"\(name)\" that is no whole number")
    }
  }

  /// A setting that must be a certain number, if it is given.
  func expect(_ name: String, _ wanted: Int) throws(ONNXProblem) {
    let value = try integer(name, wanted)
    guard value == wanted else {
      throw unsupported("has \"\(name)\" \(value), where \(wanted) is possible")
    }
  }

  /// A floating-point number; `standard` if it isn't given.
  func float(_ name: String, _ standard: Float) throws(ONNXProblem) -> Float {
    switch node.attributes[name] {
    case nil: return standard
    case .float(let value) where value.isFinite: return value
    default: throw unsupported("has a \"\(name)\" that is no number")
    }
  }

  /// A word; `standard` if it isn't given.
  func string(_ name: String, _ standard: String) -> String {
    if case .string(let value)? = node.attributes[name] { value } else { standard }
  }

  /// Whole numbers; nil if they aren't given.
  func integers(_ name: String) throws(ONNXProblem) -> [Int]? {
    switch node.attributes[name] {
    case nil: return nil
    case .integers(let values): return values
    default: throw unsupported("has a \"\(name)\" that isn't a list of whole numbers")
    }
  }

  /// Floating-point numbers; nil if they aren't given.
  func floats(_ name: String) throws(ONNXProblem) -> [Float]? {
    switch node.attributes[name] {
    case nil: return nil
    case .floats(let values): return values
    default: throw unsupported("has a \"\(name)\" that isn't a list of numbers")
    }
  }

  /// So many numbers, each in a range; `standard` for all if they aren't given.
  func integers(
    _ name: String, count: Int, in range: ClosedRange<Int>, _ standard: Int
  ) throws(ONNXProblem) -> [Int] {
    let values = try integers(name) ?? Array(repeating: standard, count: count)
    guard values.count == count, values.allSatisfy(range.contains) else {
      throw unsupported("has the impossible \"\(name)\" \(values)")
    }
    return values
  }

  /// Dimensions from the front, for numbers that may count from the back.
  ///
  /// - Throws: `ONNXProblem` for dimensions that don't exist, or come twice.
  func axes(_ given: [Int], rank: Int) throws(ONNXProblem) -> [Int] {
    guard rank <= 64, given.count <= rank else {
      throw unsupported("has the impossible axes of \(rank) dimensions")
    }
    let axes = given.map { $0 < 0 ? $0.addingReportingOverflow(rank).partialValue : $0 }
    guard axes.allSatisfy((0..<max(rank, 0)).contains), Set(axes).count == axes.count else {
      throw unsupported("has the impossible axes \(given)")
    }
    return axes
  }
}
