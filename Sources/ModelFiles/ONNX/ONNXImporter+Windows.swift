import Tensors

/// Operators that slide windows over images.
extension ONNXImporter {
  /// The settings of a window, and how many of them fit.
  private struct Windows {
    var kernel: Extent
    var stride: Extent
    var padding: Padding
    var dilation: Extent
    var roundsUp: Bool
    var output: Extent

    /// What a pooling's description says of them.
    var pooling: [String: JSONValue] {
      [
        "kernel_size": JSONValue(kernel), "stride": JSONValue(stride),
        "padding": JSONValue(padding), "ceil_mode": .bool(roundsUp),
      ]
    }
  }

  private static let sizes = 1...4096

  private func windows(
    _ operation: ONNXOperation, over input: ONNXActivation, kernel given: Extent? = nil
  ) throws(ONNXProblem) -> Windows {
    var kernel: Extent
    if let given, try operation.integers("kernel_shape") == nil {
      kernel = given
    } else {
      let shape = try operation.integers("kernel_shape", count: 2, in: Self.sizes, 0)
      kernel = Extent(height: shape[0], width: shape[1])
    }
    if let given, given != kernel {
      throw operation.unsupported("has a kernel_shape that isn't its weights'")
    }
    let strides = try operation.integers("strides", count: 2, in: Self.sizes, 1)
    let dilations = try operation.integers("dilations", count: 2, in: Self.sizes, 1)
    let pads = try operation.integers("pads", count: 4, in: 0...4096, 0)
    var result = Windows(
      kernel: kernel, stride: Extent(height: strides[0], width: strides[1]),
      padding: Padding(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3]),
      dilation: Extent(height: dilations[0], width: dilations[1]),
      roundsUp: try operation.integer("ceil_mode", 0) != 0, output: 0)
    let extent = [
      (kernel.height - 1) * result.dilation.height + 1,
      (kernel.width - 1) * result.dilation.width + 1,
    ]
    switch operation.string("auto_pad", "NOTSET") {
    case "NOTSET", "": break
    case "VALID": result.padding = 0
    case let kind where kind == "SAME_UPPER" || kind == "SAME_LOWER":
      let needed = [0, 1].map { axis in
        let length = input.shape[2 + axis]
        let windows = (length + strides[axis] - 1) / strides[axis]
        return (windows - 1) * strides[axis] + extent[axis] - length
      }
      // TensorFlow begins at the first pixel then, ONNX Runtime further in.
      guard needed.allSatisfy({ $0 > -2 }) else {
        throw operation.unsupported("strides over more pixels than its windows see, with auto_pad")
      }
      let total = needed.map { max(0, $0) }
      let before = total.map { kind == "SAME_UPPER" ? $0 / 2 : $0 - $0 / 2 }
      result.padding = Padding(
        top: before[0], left: before[1], bottom: total[0] - before[0],
        right: total[1] - before[1])
    case let kind: throw operation.unsupported("has the auto_pad \"\(kind)\"")
    }
    let output = Extent.windows(
      of: kernel, over: Extent(height: input.shape[2], width: input.shape[3]),
      stride: result.stride, padding: result.padding, dilation: result.dilation,
      roundsUp: result.roundsUp)
    guard let output, output.height > 0, output.width > 0 else {
      throw operation.unsupported(
        "has windows of \(extent[0]) × \(extent[1]), but gets images of "
          + "\(input.shape[2]) × \(input.shape[3])")
    }
    result.output = output
    return result
  }

  mutating func convolution(_ operation: ONNXOperation) throws {
    let input = try image(operation)
    guard let weight = try constant(operation, 1), weight.shape.count == 4,
      weight.shape.allSatisfy({ $0 > 0 })
    else { throw operation.unsupported("has no constant weights [out, in, height, width]") }
    let (filters, groups) = (weight.shape[0], try operation.integer("group", 1))
    guard groups > 0, filters.isMultiple(of: groups),
      weight.shape[1].multipliedReportingOverflow(by: groups).partialValue == input.shape[1]
    else {
      throw operation.unsupported(
        "has weights \(weight.shape) in \(groups) groups, but gets \(input.shape[1]) channels")
    }
    let windows = try windows(
      operation, over: input, kernel: Extent(height: weight.shape[2], width: weight.shape[3]))
    var own = ["weight": try parameter(weight, shape: weight.shape, operation)]
    if let bias = try constant(operation, 2) {
      own["bias"] = try parameter(bias, shape: [filters], operation)
    }
    try add(
      "Conv2d",
      with: [
        "stride": JSONValue(windows.stride), "padding": JSONValue(windows.padding),
        "dilation": JSONValue(windows.dilation), "groups": JSONValue(groups),
      ], operation, from: input,
      output: [input.shape[0], filters, windows.output.height, windows.output.width],
      named: "conv", parameters: own, weights: weight)
  }

  mutating func maxPool(_ operation: ONNXOperation) throws {
    let input = try image(operation)
    let windows = try windows(operation, over: input)
    guard windows.dilation == 1 else { throw operation.unsupported("is dilated") }
    try add(
      "MaxPool2d", with: windows.pooling, operation, from: input,
      output: [input.shape[0], input.shape[1], windows.output.height, windows.output.width],
      named: "pool")
  }

  mutating func averagePool(_ operation: ONNXOperation) throws {
    let any = try activation(operation, plain: false)
    if any.response != nil { return try responsePool(operation, any) }
    let input = try image(operation)
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
    try add(
      "AvgPool2d",
      with: windows.pooling.merging([
        "count_include_pad": .bool(try operation.integer("count_include_pad", 0) != 0)
      ]) { $1 }, operation, from: input, output: shape, named: "pool")
  }

  mutating func globalAveragePool(_ operation: ONNXOperation) throws {
    let input = try image(operation)
    try add(
      "AdaptiveAvgPool2d", with: ["output_size": 1], operation, from: input,
      output: [input.shape[0], input.shape[1], 1, 1], named: "pool")
  }

  /// A mean over rows and columns is a global average pooling.
  mutating func mean(_ operation: ONNXOperation) throws {
    var input = try activation(operation, plain: false)
    var given = try operation.integers("axes")
    if let axes = try constant(operation, 1) { given = try integers(axes, operation) }
    let axes = try operation.axes(
      given ?? Array(input.shape.indices), rank: input.shape.count)
    guard input.response == nil, input.shape.count == 4,
      Set(axes.map { input.order[$0] }) == [2, 3]
    else { throw operation.unsupported("isn't over rows and columns, but over axes \(axes)") }
    var shape = input.shape
    for axis in axes { shape[axis] = 1 }
    let keepsRank = try operation.integer("keepdims", 1) != 0
    guard !keepsRank else {
      return try add(
        "AdaptiveAvgPool2d", with: ["output_size": 1], operation, from: input, output: shape,
        named: "pool")
    }
    let (batch, channels) = (input.length(0), input.length(1))
    layers.append(
      LayerDescription(
        name(operation, "pool", nil), "AdaptiveAvgPool2d", ["output_size": 1],
        inputs: inputs(of: [input])))
    parameters.append([:])
    input.order = [0, 1, 2, 3]
    input.stage = layers.count
    try add("Flatten", operation, from: input, output: [batch, channels], named: "flatten")
  }
}
