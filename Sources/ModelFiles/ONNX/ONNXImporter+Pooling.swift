import CheckedArithmetic
import NeuralNetworks
import Tensors

/// Poolings, and reductions over rows and columns, which are some.
extension ONNXImporter {
  mutating func maxPool(_ operation: ONNXOperation) throws {
    let input = try image(operation)
    let windows = try windows(operation, over: input)
    var settings = windows.pooling
    if windows.dilation != 1 { settings["dilation"] = JSONValue(windows.dilation) }
    try add(
      "MaxPool2d", with: settings, operation, from: input,
      output: [input.shape[0], input.shape[1], windows.output.height, windows.output.width],
      named: "pool")
  }

  mutating func averagePool(_ operation: ONNXOperation) throws {
    let any = try activation(operation, isWhole: false)
    if any.response != nil { return try responsePool(operation, any) }
    var input = try image(operation)
    let windows = try windows(operation, over: input)
    guard windows.dilation == 1 else { throw operation.unsupported("is dilated") }
    let shape = [input.shape[0], input.shape[1], windows.output.height, windows.output.width]
    let isUnpadded = windows.padding == 0
    // What adaptive pooling leaves of an image that has its size already.
    if windows.kernel == 1, windows.stride == 1, isUnpadded {
      return try set(operation, .activation(input))
    }
    if isUnpadded, windows.kernel == Extent(height: input.shape[2], width: input.shape[3]) {
      return try add(
        "AdaptiveAvgPool2d", with: ["output_size": 1], operation, from: input, output: shape,
        named: "pool")
    }
    var settings = windows.pooling
    var countsPadding = try operation.integer("count_include_pad", 0) != 0
    // Zeros that a node before puts around images count, always.
    if isUnpadded || countsPadding, !windows.roundsUp, let (below, more) = padded(input),
      let sum = windows.padding.adding(
        more, most: Extent(height: windows.kernel.height - 1, width: windows.kernel.width - 1))
    {
      input = below
      countsPadding = true
      settings["padding"] = JSONValue(sum)
    }
    settings["count_include_pad"] = .bool(countsPadding)
    try add("AvgPool2d", with: settings, operation, from: input, output: shape, named: "pool")
  }

  /// The mean or the maximum of the whole image.
  mutating func globalPool(_ operation: ONNXOperation, isMean: Bool) throws {
    let input = try image(operation)
    let whole = Extent(height: input.shape[2], width: input.shape[3])
    try add(
      isMean ? "AdaptiveAvgPool2d" : "MaxPool2d",
      with: isMean ? ["output_size": 1] : ["kernel_size": JSONValue(whole)], operation, from: input,
      output: [input.shape[0], input.shape[1], 1, 1], named: "pool")
  }

  /// The mean or the maximum over rows, columns or both is a pooling.
  mutating func reduce(_ operation: ONNXOperation, isMean: Bool) throws {
    let input = try activation(operation)
    var given = try operation.integers("axes")
    if let axes = try constant(operation, 1) { given = try integers(axes, operation) }
    let axes = try operation.axes(
      given ?? Array(input.shape.indices), rank: input.shape.count)
    let dimensions = Set(axes.filter { input.shape[$0] != 1 }.map { input.order[$0] })
    guard input.shape.count > 2, dimensions.isSubset(of: [2, 3]),
      axes.allSatisfy({ input.order[$0] != 0 })
    else { throw operation.unsupported("isn't over rows and columns, but over axes \(axes)") }
    var result = input
    for axis in axes { result.shape[axis] = 1 }
    if !dimensions.isEmpty {
      let size = Extent(
        height: dimensions.contains(2) ? input.length(2) : 1,
        width: dimensions.contains(3) ? input.length(3) : 1)
      let isGlobal = size == Extent(height: input.length(2), width: input.length(3))
      result = append(
        isMean ? isGlobal ? "AdaptiveAvgPool2d" : "AvgPool2d" : "MaxPool2d",
        with: isMean && isGlobal ? ["output_size": 1] : ["kernel_size": JSONValue(size)],
        operation, from: [input], output: result.shape, named: "pool")
    }
    guard try operation.integer("keepdims", 1) == 0 else {
      return try set(operation, .activation(result))
    }
    let kept = result.shape.indices.filter { !axes.contains($0) }
    try see(operation, result, as: kept.map { result.shape[$0] })
  }
}
