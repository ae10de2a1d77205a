import CheckedArithmetic
import NeuralNetworks
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

    /// The pixels that a window reaches over.
    var extent: Extent {
      Extent(
        height: (kernel.height - 1) * dilation.height + 1,
        width: (kernel.width - 1) * dilation.width + 1)
    }

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
    let extent = [result.extent.height, result.extent.width]
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
    var input = try image(operation)
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
    var padding = windows.padding
    if let (below, more) = padded(input), let sum = padding.adding(more, most: windows.extent) {
      (input, padding) = (below, sum)
    }
    var own = ["weight": try parameter(weight, shape: weight.shape, operation)]
    if let bias = try constant(operation, 2) {
      own["bias"] = try parameter(bias, shape: [filters], operation)
    }
    try add(
      "Conv2d",
      with: [
        "stride": JSONValue(windows.stride), "padding": JSONValue(padding),
        "dilation": JSONValue(windows.dilation), "groups": JSONValue(groups),
      ], operation, from: input,
      output: [input.shape[0], filters, windows.output.height, windows.output.width],
      named: "conv", parameters: own, weights: weight)
  }

  /// What lies below a layer of zeros around images, and the zeros: if nothing needs it any more, the layer
  /// is left out in the end.
  private func padded(_ input: ONNXActivation) -> (below: ONNXActivation, padding: Padding)? {
    guard input.stage > 0, layers[input.stage - 1].type == "ZeroPad2d",
      let sides = layers[input.stage - 1].settings["padding"]?.integers, sides.count == 4
    else { return nil }
    var below = input
    below.stage = layers[input.stage - 1].sources[0]
    below.shape[2] -= sides[2] + sides[3]
    below.shape[3] -= sides[0] + sides[1]
    return (below, Padding(top: sides[2], left: sides[0], bottom: sides[3], right: sides[1]))
  }

  mutating func transposedConvolution(_ operation: ONNXOperation) throws {
    let input = try image(operation)
    guard let weight = try constant(operation, 1), weight.shape.count == 4,
      weight.shape.allSatisfy({ $0 > 0 })
    else { throw operation.unsupported("has no constant weights [in, out, height, width]") }
    let groups = try operation.integer("group", 1)
    guard groups > 0, weight.shape[0] == input.shape[1], weight.shape[0].isMultiple(of: groups),
      let filters = [weight.shape[1], groups].checkedProduct
    else {
      throw operation.unsupported(
        "has weights \(weight.shape) in \(groups) groups, but gets \(input.shape[1]) channels")
    }
    let kernel = [weight.shape[2], weight.shape[3]]
    guard try operation.integers("kernel_shape") ?? kernel == kernel else {
      throw operation.unsupported("has a kernel_shape that isn't its weights'")
    }
    let strides = try operation.integers("strides", count: 2, in: Self.sizes, 1)
    let dilations = try operation.integers("dilations", count: 2, in: Self.sizes, 1)
    var pads = try operation.integers("pads", count: 4, in: 0...4096, 0)
    var more = try operation.integers("output_padding", count: 2, in: 0...4095, 0)
    let word = operation.string("auto_pad", "NOTSET")
    guard ["NOTSET", "", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(word),
      kernel.allSatisfy(Self.sizes.contains)
    else { throw operation.unsupported("has the auto_pad \"\(word)\" and a kernel of \(kernel)") }
    let given = try operation.integers("output_shape").map { Array($0.suffix(2)) }
    var output = [0, 0]
    for axis in 0..<2 {
      // No sizes overflow: each is at most 2^40, strides and kernels 4096.
      let whole =
        (input.shape[2 + axis] - 1) * strides[axis] + more[axis]
        + (kernel[axis] - 1) * dilations[axis] + 1
      var wanted = given.flatMap { $0.count == 2 ? $0[axis] : nil }
      if word.hasPrefix("SAME"), wanted == nil { wanted = input.shape[2 + axis] * strides[axis] }
      if let wanted {
        let cut = whole - wanted
        guard (-4095...8190).contains(cut) else {
          throw operation.unsupported("has the impossible output_shape \(given ?? [])")
        }
        if cut < 0 { more[axis] -= cut }
        let least = max(0, cut) / 2
        let first = word == "SAME_UPPER" ? least : max(0, cut) - least
        (pads[axis], pads[2 + axis]) = (first, max(0, cut) - first)
        output[axis] = wanted
      } else {
        if word == "VALID" { (pads[axis], pads[2 + axis]) = (0, 0) }
        output[axis] = whole - pads[axis] - pads[2 + axis]
      }
    }
    guard output.allSatisfy({ $0 > 0 }), more[0] < strides[0], more[1] < strides[1] else {
      throw operation.unsupported(
        "makes images of \(output[0]) × \(output[1]), which isn't possible")
    }
    var own = ["weight": try parameter(weight, shape: weight.shape, operation)]
    if let bias = try constant(operation, 2) {
      own["bias"] = try parameter(bias, shape: [filters], operation)
    }
    try add(
      "ConvTranspose2d",
      with: [
        "stride": JSONValue(Extent(height: strides[0], width: strides[1])),
        "padding": JSONValue(Padding(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])),
        "output_padding": JSONValue(Extent(height: more[0], width: more[1])),
        "dilation": JSONValue(Extent(height: dilations[0], width: dilations[1])),
        "groups": JSONValue(groups),
      ], operation, from: input, output: [input.shape[0], filters] + output, named: "conv",
      parameters: own, weights: weight)
  }

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

  /// Images at another size.
  mutating func resize(_ operation: ONNXOperation) throws {
    let input = try image(operation)
    let isOld = operation.type == "Upsample"
    var scales = try operation.floats("scales")
    var sizes: [Int]?
    let place = isOld || operatorSet < 11 ? 1 : 2
    if let given = try constant(operation, place), given.count > 0 {
      scales = try floats(given, operation)
    }
    if !isOld, let given = try constant(operation, 3), given.count > 0 {
      sizes = try integers(given, operation)
    }
    func four<Number>(_ numbers: [Number]?, _ others: [Number]) throws -> [Number]? {
      guard let numbers else { return nil }
      let axes = try operation.integers("axes") ?? Array(0..<4)
      guard numbers.count == axes.count, Set(axes).isSubset(of: 0..<4) else {
        throw operation.unsupported("has \(numbers.count) sizes for \(axes.count) dimensions")
      }
      var result = others
      for (axis, number) in zip(axes, numbers) { result[axis] = number }
      return result
    }
    sizes = try four(sizes, input.shape)
    scales = try four(scales, [1, 1, 1, 1])
    if sizes == nil, let scales, scales.allSatisfy({ (1e-6...1e6).contains($0) }) {
      sizes = zip(input.shape, scales).map { Int((Double($0) * Double($1)).rounded(.down)) }
    }
    guard let sizes, sizes[..<2] == input.shape[..<2],
      sizes[2...].allSatisfy({ (1...1 << 20).contains($0) })
    else { throw operation.unsupported("makes images of another size than rows and columns tell") }
    let word = operation.string(
      "coordinate_transformation_mode", isOld || operatorSet < 11 ? "asymmetric" : "half_pixel")
    let mode = operation.string("mode", "nearest")
    var rounding = operation.string(
      "nearest_mode", isOld || operatorSet < 11 ? "floor" : "round_prefer_floor")
    var coordinates = word
    switch word {
    // They differ where a side becomes 1 pixel long.
    case "pytorch_half_pixel" where sizes[2] > 1 && sizes[3] > 1: coordinates = "half_pixel"
    case "half_pixel", "align_corners", "asymmetric": break
    // Whole steps, from their middle, rounded down.
    case "tf_half_pixel_for_nn" where mode == "nearest":
      (coordinates, rounding) = ("half_pixel", "round_prefer_ceil")
    default: throw operation.unsupported("has the coordinate_transformation_mode \"\(word)\"")
    }
    guard ["nearest", "linear", "bilinear"].contains(mode),
      Upsample.Rounding(rawValue: rounding) != nil,
      try operation.integer("antialias", 0) == 0
        || sizes[2] >= input.shape[2] && sizes[3] >= input.shape[3],
      operation.string("keep_aspect_ratio_policy", "stretch") == "stretch"
    else {
      throw operation.unsupported("resizes by \"\(mode)\"; \"nearest\" and \"linear\" are possible")
    }
    if sizes == input.shape { return try set(operation, .activation(input)) }
    var settings: [String: JSONValue] = [
      "size": .array([JSONValue(sizes[2]), JSONValue(sizes[3])]),
      "mode": .string(mode == "nearest" ? "nearest" : "bilinear"),
      "coordinates": .string(coordinates), "rounding": .string(rounding),
    ]
    if let scales { settings["scale_factor"] = .array(scales[2...].map { .number(Double($0)) }) }
    try add("Upsample", with: settings, operation, from: input, output: sizes, named: "upsample")
  }
}

extension Padding {
  /// Both paddings together, if no side has more rows or columns than some.
  fileprivate func adding(_ other: Padding, most: Extent) -> Padding? {
    let sum = Padding(
      top: top + other.top, left: left + other.left, bottom: bottom + other.bottom,
      right: right + other.right)
    return max(sum.top, sum.bottom) <= most.height && max(sum.left, sum.right) <= most.width
      ? sum : nil
  }
}
