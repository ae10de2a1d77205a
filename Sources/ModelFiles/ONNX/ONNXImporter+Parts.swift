import CheckedArithmetic
import NeuralNetworks

/// Operators that keep some rows, columns or channels, or put zeros around.
extension ONNXImporter {
  /// Some rows, columns or channels of activations.
  private mutating func part(
    _ operation: ONNXOperation, _ input: ONNXActivation, axis: Int, from start: Int, to end: Int,
    by step: Int = 1
  ) throws -> ONNXActivation {
    let length = input.shape[axis]
    guard start >= 0, start < end, end <= length, step > 0 else {
      throw operation.unsupported(
        "keeps \(start) to \(end) by \(step) of \(length), which isn't possible")
    }
    if start == 0, end == length, step == 1 { return input }
    let dimension = input.shape.count == 2 ? axis : input.order[axis]
    guard let kind = [1: Slice.Axis.channels, 2: .rows, 3: .columns][dimension] else {
      throw operation.unsupported("keeps some images of a batch")
    }
    var shape = input.shape
    shape[axis] = (end - start - 1) / step + 1
    return append(
      "Slice",
      with: [
        "axis": .string(kind.rawValue), "start": JSONValue(start), "end": JSONValue(end),
        "step": JSONValue(step),
      ], operation, from: [input], output: shape, named: "slice")
  }

  mutating func slice(_ operation: ONNXOperation) throws {
    var result = try activation(operation)
    for kept in try kept(operation, of: result.shape) {
      guard kept.count > 0 else { throw operation.unsupported("keeps nothing") }
      let step = kept.count > 1 ? kept.step : 1
      guard step > 0 else { throw operation.unsupported("goes backwards") }
      result = try part(
        operation, result, axis: kept.axis, from: kept.start,
        to: kept.start + (kept.count - 1) * step + 1, by: step)
    }
    try set(operation, .activation(result))
  }

  mutating func split(_ operation: ONNXOperation) throws {
    let input = try activation(operation)
    let axis = try operation.axes(
      [try operation.integer("axis", 0)], rank: input.shape.count)[0]
    let (length, count) = (input.shape[axis], operation.node.outputs.count)
    var sizes = try operation.integers("split")
    if let given = try constant(operation, 1) { sizes = try integers(given, operation) }
    if sizes == nil {
      guard count > 0, length > 0 else { throw operation.unsupported("has no outputs") }
      // The last part may be smaller.
      let whole = (length + count - 1) / count
      sizes = (0..<count).map { min(whole, max(0, length - $0 * whole)) }
    }
    guard let sizes, sizes.count == count, sizes.checkedSum == length else {
      throw operation.unsupported(
        "divides \(length) into \((sizes ?? []).prefix(16)) for \(count) outputs")
    }
    var start = 0
    for (index, size) in sizes.enumerated() {
      defer { start += size }
      guard useCounts[operation.node.outputs[index]] != nil else { continue }
      let own = try part(operation, input, axis: axis, from: start, to: start + size)
      try set(operation, .activation(own), output: index)
    }
  }

  /// One of the channels, rows or columns, or several that follow each other.
  mutating func gather(_ operation: ONNXOperation) throws {
    let input = try activation(operation)
    let axis = try operation.axes(
      [try operation.integer("axis", 0)], rank: input.shape.count)[0]
    guard let constant = try constant(operation, 1) else {
      throw operation.unsupported("lacks its indices")
    }
    let length = input.shape[axis]
    let places = try integers(constant, operation).map {
      $0 < 0 ? $0.addingReportingOverflow(length).partialValue : $0
    }
    if places.count == length, places.elementsEqual(0..<length) {
      var shape = input.shape
      shape.replaceSubrange(axis...axis, with: constant.shape)
      return try see(operation, input, as: shape)
    }
    guard constant.shape.count <= 1, let first = places.first, let last = places.last,
      (0..<length).contains(first),
      (0..<length).contains(last)
    else { throw operation.unsupported("takes \(places.prefix(16)) of \(length)") }
    let step = places.count > 1 ? places[1].subtractingReportingOverflow(first).partialValue : 1
    guard step > 0, places.elementsEqual(stride(from: first, through: last, by: step)) else {
      throw operation.unsupported(
        "takes \(places.prefix(16)) of \(length), not one after the other")
    }
    let result = try part(operation, input, axis: axis, from: first, to: last + 1, by: step)
    guard constant.shape.isEmpty else { return try set(operation, .activation(result)) }
    try see(
      operation, result, as: result.shape.indices.filter { $0 != axis }.map { result.shape[$0] })
  }

  /// Zeros around images.
  mutating func pad(_ operation: ONNXOperation) throws {
    let input = try activation(operation, isWhole: false)
    let rank = input.shape.count
    var given = try operation.integers("pads") ?? []
    if let constant = try constant(operation, 1) { given = try integers(constant, operation) }
    var value = try operation.float("value", 0)
    if let constant = try constant(operation, 2) {
      value = try floats(constant, operation).first ?? 0
    }
    var pads = given
    if let constant = try constant(operation, 3) {
      let axes = try operation.axes(try integers(constant, operation), rank: rank)
      guard given.count == 2 * axes.count else {
        throw operation.unsupported("has \(given.count) pads for \(axes.count) dimensions")
      }
      pads = Array(repeating: 0, count: 2 * rank)
      for (index, axis) in axes.enumerated() {
        (pads[axis], pads[rank + axis]) = (given[index], given[axes.count + index])
      }
    }
    guard pads.count == 2 * rank, pads.allSatisfy((-4096...4096).contains) else {
      throw operation.unsupported("has the impossible pads \(pads.prefix(16))")
    }
    if pads.allSatisfy({ $0 == 0 }) { return try set(operation, .activation(input)) }
    let mode = operation.string("mode", "constant")
    guard mode == "constant", value == 0 else {
      throw operation.unsupported(
        "pads with \(mode == "constant" ? "\(value)" : "\"\(mode)\""); zeros are possible")
    }
    if let response = input.response { return try padResponse(operation, input, response, pads) }
    var result = try activation(operation)
    result.order = ONNXActivation.order(of: result.shape, long: result.long)
    var sides: [Int: (before: Int, after: Int)] = [:]
    for axis in 0..<rank where pads[axis] != 0 || pads[rank + axis] != 0 {
      guard rank > 2, [2, 3].contains(result.order[axis]), pads[axis] >= 0, pads[rank + axis] >= 0
      else {
        throw operation.unsupported(
          "pads \(pads) around \(input.shape); more rows and columns of images are possible")
      }
      sides[result.order[axis]] = (pads[axis], pads[rank + axis])
      result.shape[axis] += pads[axis] + pads[rank + axis]
    }
    let (rows, columns) = (sides[2] ?? (0, 0), sides[3] ?? (0, 0))
    let padding = [columns.before, columns.after, rows.before, rows.after]
    try add(
      "ZeroPad2d", with: ["padding": .array(padding.map { JSONValue($0) })], operation,
      from: result, output: result.shape, named: "pad")
  }
}
