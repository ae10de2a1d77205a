import CheckedArithmetic
import NeuralNetworks
import Tensors

/// Operators that slide windows over images.
extension ONNXImporter {
  /// The settings of a window, and how many of them fit.
  struct Windows {
    var kernel: Extent
    var stride: Extent
    var padding: Padding
    var dilation: Extent
    var roundsUp: Bool
    var output: Extent

    /// The pixels that a window reaches over.
    var extent: Extent { kernel.dilated(by: dilation) }

    /// What a pooling's description says of them.
    var pooling: [String: JSONValue] {
      [
        "kernel_size": JSONValue(kernel), "stride": JSONValue(stride),
        "padding": JSONValue(padding), "ceil_mode": .bool(roundsUp),
      ]
    }
  }

  private static let sizes = 1...4096

  func windows(
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
  func padded(_ input: ONNXActivation) -> (below: ONNXActivation, padding: Padding)? {
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
        guard (1...1 << 40).contains(wanted), case let cut = whole - wanted,
          (-4095...8190).contains(cut)
        else {
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
}

extension Padding {
  /// Both paddings together, if no side has more rows or columns than some.
  func adding(_ other: Padding, most: Extent) -> Padding? {
    let sum = Padding(
      top: top + other.top, left: left + other.left, bottom: bottom + other.bottom,
      right: right + other.right)
    return max(sum.top, sum.bottom) <= most.height && max(sum.left, sum.right) <= most.width
      ? sum : nil
  }
}
