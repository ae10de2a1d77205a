import CheckedArithmetic
import NeuralNetworks

/// Operators that see numbers under another shape, or pick some of them.
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

  // MARK: Parts

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
