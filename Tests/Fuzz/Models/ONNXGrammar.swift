import FuzzSupport
import ProtobufWire

/// Makes ONNX models that are mostly true: nodes that fit one another's shapes, weights in every form that
/// there is, constants that are worked out on the way; with hostile numbers in between.
///
/// - Source: https://github.com/onnx/onnx, `onnx/onnx.proto`, `docs/Operators.md`.
struct ONNXGrammar {
  private var choices: Choices
  private var nodes: [[UInt8]] = []
  private var initializers: [[UInt8]] = []
  private var count = 0
  /// The name of the last output, and what its shape should be.
  private var name = "x"
  private var shape: [Int]
  /// Outputs of the same shape so far, for branches to meet.
  private var earlier: [(name: String, shape: [Int])] = []
  private let operatorSet: Int

  init(_ choices: Choices) {
    self.choices = choices
    operatorSet = self.choices.pick([13, 17, 9, 11, 12, 18, 7, 20])
    shape =
      self.choices.once(in: 5)
      ? [1, self.choices.within(1...6)]
      : [1, self.choices.within(1...4), self.choices.within(1...9), self.choices.within(1...9)]
  }

  /// The bytes of a model, and the choices that are left.
  static func model(_ choices: inout Choices) -> [UInt8] {
    var grammar = ONNXGrammar(choices)
    let bytes = grammar.model()
    choices = grammar.choices
    return bytes
  }

  private mutating func model() -> [UInt8] {
    let input = port("x", shape)
    for _ in 0..<choices.within(1...8) {
      node()
      if choices.isEmpty { break }
    }
    let output = port(name, shape)
    var model = WireEncoder()
    model.encode(8, field: 1)
    let (nodes, initializers) = (nodes, initializers)
    model.encodeMessage(field: 7) { graph in
      for node in nodes { graph.encode(node, field: 1) }
      graph.encode("g", field: 2)
      for tensor in initializers { graph.encode(tensor, field: 5) }
      graph.encode(input, field: 11)
      graph.encode(output, field: 12)
    }
    model.encodeMessage(field: 8) { $0.encode(operatorSet, field: 2) }
    return choices.damaged(model.bytes, once: 48)
  }

  private mutating func fresh() -> String {
    count += 1
    return "n\(count)"
  }

  private mutating func port(_ name: String, _ shape: [Int]) -> [UInt8] {
    let lengths = shape.map { choices.once(in: 64) ? choices.number() : $0 }
    var port = WireEncoder()
    port.encode(name, field: 1)
    port.encodeMessage(field: 2) {
      $0.encodeMessage(field: 1) {
        $0.encode(1, field: 1)
        $0.encodeMessage(field: 2) { list in
          for length in lengths { list.encodeMessage(field: 1) { $0.encode(length, field: 1) } }
        }
      }
    }
    return port.bytes
  }

  // MARK: Nodes

  private enum Setting {
    case integer(Int)
    case float(Float)
    case integers([Int])
    case text(String)
    case tensor([UInt8])
  }

  /// Adds a node of one output, and returns its name.
  @discardableResult
  private mutating func add(
    _ type: String, _ inputs: [String], _ settings: KeyValuePairs<String, Setting?> = [:]
  ) -> String {
    let output = fresh()
    var node = WireEncoder()
    for input in inputs {
      node.encode(choices.once(in: 96) ? choices.pick(["x", "n1", ""]) : input, field: 1)
    }
    node.encode(output, field: 2)
    node.encode(type, field: 4)
    for (name, setting) in settings {
      guard let setting, !choices.once(in: 64) else { continue }
      let isHostile = choices.once(in: 32)
      let number = isHostile ? choices.number() : 0
      node.encodeMessage(field: 5) { attribute in
        attribute.encode(name, field: 1)
        switch setting {
        case .integer(let value):
          attribute.encode(isHostile ? number : value, field: 3)
          attribute.encode(2, field: 20)
        case .float(let value):
          attribute.encode(isHostile ? Float(number) : value, field: 2)
          attribute.encode(1, field: 20)
        case .integers(var values):
          if isHostile, !values.isEmpty { values[0] = number }
          for value in values { attribute.encode(value, field: 8) }
          attribute.encode(7, field: 20)
        case .text(let text):
          attribute.encode(text, field: 4)
          attribute.encode(3, field: 20)
        case .tensor(let tensor):
          attribute.encode(tensor, field: 5)
          attribute.encode(4, field: 20)
        }
      }
    }
    nodes.append(node.bytes)
    return output
  }

  /// The node's output is what the next ones take.
  private mutating func goOn(_ output: String, _ shape: [Int]) {
    earlier.append((name, self.shape))
    (name, self.shape) = (output, shape)
  }

  private mutating func node() {
    guard shape.count == 4 else { return rowNode() }
    switch choices.below(26) {
    case 15: gate()
    case 16: pad()
    case 17: parts()
    case 18: shuffle()
    case 19: resize()
    case 20: transposedConvolution()
    case 21: imageNormalization()
    case 22: function()
    case 23: smooth()
    case 24: copies()
    case 0, 1: convolution()
    case 2, 3: pooling()
    case 4: elementwise()
    case 5: normalization()
    case 6: arithmetic()
    case 7: join()
    case 8, 9: rows()
    case 10:
      goOn(
        add(choices.pick(["GlobalAveragePool", "GlobalMaxPool"]), [name]),
        [shape[0], shape[1], 1, 1])
    case 11: mean()
    case 12: transposes()
    case 13: nothing()
    case 14: localResponse()
    default: elementwise()
    }
  }

  private mutating func rowNode() {
    switch choices.below(11) {
    case 8: function()
    case 9: smooth()
    case 10: image()
    case 0, 1, 2: dense()
    case 3: arithmetic()
    case 4: join()
    case 5: softmax()
    case 6: nothing()
    default: elementwise()
    }
  }

  private mutating func convolution() {
    let groups = choices.pick([1, 1, 1, shape[1], 2])
    guard shape[1].isMultiple(of: groups) else { return elementwise() }
    let filters = groups * choices.within(1...4)
    let kernel = [choices.within(1...min(3, shape[2])), choices.within(1...min(3, shape[3]))]
    let (strides, pads, dilations, output) = windows(kernel)
    var inputs = [name, weights([filters, shape[1] / groups] + kernel)]
    if choices.once(in: 2) { inputs.append(weights([filters])) }
    goOn(
      add(
        "Conv", inputs,
        [
          "group": .integer(groups), "strides": .integers(strides), "pads": pads,
          "dilations": .integers(dilations),
          "kernel_shape": choices.once(in: 2) ? .integers(kernel) : nil,
          "auto_pad": pads == nil ? .text(autoPad) : nil,
        ]), [shape[0], filters] + output)
  }

  private var autoPad = "NOTSET"

  /// Strides, pads (nil: by themselves), dilations, and the output's height and width.
  private mutating func windows(
    _ kernel: [Int], dilates: Bool = true
  ) -> ([Int], Setting?, [Int], [Int]) {
    let strides = [choices.within(1...3), choices.within(1...3)]
    var dilations = [1, 1]
    if dilates, choices.once(in: 4) {
      dilations = [0, 1].map { (kernel[$0] - 1) * 2 < shape[2 + $0] ? 2 : 1 }
    }
    autoPad = choices.pick(["NOTSET", "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"])
    let most = kernel.map { max(0, $0 - 1) }
    let pads = (0..<4).map { choices.within(0...most[$0 % 2]) }
    let output = [0, 1].map { axis in
      let extent = (kernel[axis] - 1) * dilations[axis] + 1
      return switch autoPad {
      case "NOTSET":
        (shape[2 + axis] + pads[axis] + pads[2 + axis] - extent) / strides[axis] + 1
      case "VALID": (shape[2 + axis] - extent) / strides[axis] + 1
      default: (shape[2 + axis] + strides[axis] - 1) / strides[axis]
      }
    }
    return (strides, autoPad == "NOTSET" ? .integers(pads) : nil, dilations, output)
  }

  private mutating func pooling() {
    let most = choices.once(in: 8) ? 20 : 3
    let kernel = [choices.within(1...min(most, shape[2])), choices.within(1...min(most, shape[3]))]
    let (strides, pads, _, output) = windows(kernel, dilates: false)
    let isMean = choices.once(in: 2)
    // How many windows there are is told by the models' reader then.
    let roundsUp = operatorSet >= 10 && choices.once(in: 4)
    goOn(
      add(
        isMean ? "AveragePool" : "MaxPool", [name],
        [
          "kernel_shape": .integers(kernel), "strides": .integers(strides), "pads": pads,
          "auto_pad": pads == nil ? .text(autoPad) : nil,
          "ceil_mode": roundsUp ? .integer(1) : nil,
          "count_include_pad": isMean && choices.once(in: 2) ? .integer(1) : nil,
        ]), [shape[0], shape[1]] + output)
  }

  private mutating func elementwise() {
    let type = choices.pick(["Relu", "Sigmoid", "Tanh", "LeakyRelu"])
    goOn(add(type, [name], ["alpha": type == "LeakyRelu" ? .float(choices.float()) : nil]), shape)
  }

  private mutating func nothing() {
    if choices.once(in: 4) {
      return goOn(add("Cast", [name], ["to": .integer(1)]), shape)
    }
    goOn(add(choices.pick(["Identity", "Dropout"]), [name]), shape)
  }

  private mutating func normalization() {
    guard choices.once(in: 2) else {
      return goOn(
        add(
          "LRN", [name],
          [
            "size": .integer(choices.pick([1, 3, 5])),
            "alpha": .float(choices.pick([1e-4, 1, 0.5])),
            "beta": .float(choices.pick([0.75, 0.5, 1])), "bias": .float(choices.pick([1, 2])),
          ]), shape)
    }
    let inputs = (0..<3).map { _ in weights([shape[1]]) } + [weights([shape[1]], isPositive: true)]
    goOn(
      add(
        "BatchNormalization", [name] + inputs, ["epsilon": .float(choices.pick([1e-5, 1e-3, 1]))]),
      shape)
  }

  private mutating func arithmetic() {
    let type = choices.pick(["Add", "Mul", "Sub", "Div"])
    let channels = shape.count == 4 ? [shape[1], 1, 1] : [shape[1]]
    let constant = weights(
      choices.pick([channels, [], [1], [1] + channels]), isPositive: type == "Div")
    let isFirst = type != "Div" && choices.once(in: 4)
    goOn(add(type, isFirst ? [constant, name] : [name, constant]), shape)
  }

  private mutating func join() {
    let rank = shape.count
    let alike = earlier.filter { $0.shape.count == rank && $0.shape[2...] == shape[2...] }
    guard !alike.isEmpty else { return elementwise() }
    let other = choices.pick(alike)
    if other.shape == shape, choices.once(in: 2) {
      return goOn(add(choices.pick(["Add", "Sub", "Mul", "Sum"]), [other.name, name]), shape)
    }
    var joined = shape
    joined[1] += other.shape[1]
    goOn(
      add("Concat", [name, other.name], ["axis": .integer(choices.pick([1, 1 - rank]))]), joined)
  }

  private mutating func mean() {
    let axes = choices.pick([[2, 3], [-1, -2], [3, 2]])
    let keeps = choices.once(in: 2)
    let type = operatorSet < 18 ? choices.pick(["ReduceMean", "ReduceMax"]) : "ReduceMean"
    let output =
      operatorSet < 18
      ? add(type, [name], ["axes": .integers(axes), "keepdims": .integer(keeps ? 1 : 0)])
      : add("ReduceMean", [name, integers(axes)], ["keepdims": .integer(keeps ? 1 : 0)])
    goOn(output, [shape[0], shape[1]] + (keeps ? [1, 1] : []))
  }

  /// Squeezed and excited channels, or one number for each place.
  private mutating func gate() {
    let isPlace = choices.once(in: 3)
    let squeezed = isPlace ? name : add("GlobalAveragePool", [name])
    let filters = isPlace ? 1 : shape[1]
    var gate = add("Conv", [squeezed, weights([filters, shape[1], 1, 1])])
    gate = add(choices.pick(["Sigmoid", "HardSigmoid", "Tanh"]), [gate])
    goOn(add("Mul", choices.once(in: 2) ? [gate, name] : [name, gate]), shape)
  }

  private mutating func function() {
    switch choices.below(6) {
    case 0:
      let bounds = choices.pick([(0, 6), (-1, 1), (0.25, 2)] as [(Float, Float)])
      goOn(
        operatorSet < 11
          ? add("Clip", [name], ["min": .float(bounds.0), "max": .float(bounds.1)])
          : add("Clip", [name, number(bounds.0), choices.once(in: 4) ? "" : number(bounds.1)]),
        shape)
    case 1 where choices.once(in: 3): goOn(add("Neg", [name]), shape)
    case 1: goOn(add("Elu", [name], ["alpha": .float(choices.pick([1, 0.5]))]), shape)
    case 2: goOn(add("HardSigmoid", [name], ["alpha": .float(choices.pick([0.2, 1 / 6]))]), shape)
    case 3:
      let slopes = shape.count == 4 ? [shape[1], 1, 1] : [shape[1]]
      goOn(add("PRelu", [name, weights(choices.pick([slopes, [1]]))]), shape)
    case 4 where operatorSet >= 14: goOn(add("HardSwish", [name]), shape)
    case 5 where operatorSet >= 20:
      goOn(
        add("Gelu", [name], ["approximate": .text(choices.pick(["none", "tanh"]))]), shape)
    default: elementwise()
    }
  }

  /// Functions that exporters write as arithmetic.
  private mutating func smooth() {
    switch choices.below(3) {
    case 0: goOn(add("Mul", [name, add("Sigmoid", [name])]), shape)
    case 1 where operatorSet >= 11:
      let moved = add("Clip", [add("Add", [name, number(3)]), number(0), number(6)])
      goOn(
        choices.once(in: 2)
          ? add("Mul", [name, add("Div", [moved, number(6)])])
          : add("Div", [add("Mul", [name, moved]), number(6)]), shape)
    case 2 where operatorSet >= 9:
      let error = add("Erf", [add("Div", [name, number(1.4142135)])])
      let shifted = add("Add", [error, number(1)])
      goOn(
        choices.once(in: 2)
          ? add("Mul", [add("Mul", [name, shifted]), number(0.5)])
          : add("Mul", [add("Mul", [name, number(0.5)]), shifted]), shape)
    default: elementwise()
    }
  }

  private mutating func pad() {
    var pads = [0, 0, 0, 0, 0, 0, 0, 0]
    if !choices.once(in: 4) { for side in [2, 3, 6, 7] { pads[side] = choices.below(3) } }
    let output =
      operatorSet < 11
      ? add("Pad", [name], ["pads": .integers(pads)]) : add("Pad", [name, integers(pads)])
    goOn(
      output, [shape[0], shape[1], shape[2] + pads[2] + pads[6], shape[3] + pads[3] + pads[7]])
    if choices.once(in: 2) { choices.once(in: 2) ? convolution() : pooling() }
  }

  /// A slice, one half, or one channel.
  private mutating func parts() {
    let axis = choices.within(1...3)
    let length = shape[axis]
    var output = shape
    switch choices.below(3) {
    case 0 where length.isMultiple(of: 2) && operatorSet < 13:
      output[axis] = length / 2
      goOn(
        add(
          "Split", [name], ["axis": .integer(axis), "split": .integers([length / 2, length / 2])]),
        output)
    case 1 where length > 0:
      output.remove(at: axis)
      let picked = add("Gather", [name, scalar(choices.below(length))], ["axis": .integer(axis)])
      output.insert(1, at: axis)
      goOn(
        operatorSet < 13
          ? add("Unsqueeze", [picked], ["axes": .integers([axis])])
          : add("Unsqueeze", [picked, integers([axis])]), output)
    default:
      let start = choices.below(max(1, length))
      let step = choices.within(1...2)
      output[axis] = (length - start - 1) / step + 1
      guard operatorSet >= 10 else { return elementwise() }
      goOn(
        add(
          "Slice",
          [
            name, integers([start]), integers([choices.pick([length, 1 << 30])]), integers([axis]),
            integers([step]),
          ]), output)
    }
  }

  private mutating func shuffle() {
    let groups = choices.pick([1, 2, shape[1]])
    guard shape[1].isMultiple(of: groups) else { return elementwise() }
    let five = [shape[0], groups, shape[1] / groups, shape[2], shape[3]]
    let seen = add("Reshape", [name, integers(five)])
    let turned = add("Transpose", [seen], ["perm": .integers([0, 2, 1, 3, 4])])
    goOn(add("Reshape", [turned, integers(shape)]), shape)
  }

  /// Rows or columns beside their copies, as Keras writes larger images.
  private mutating func copies() {
    let axis = choices.within(2...3)
    guard shape[axis] <= 12 else { return elementwise() }
    let count = choices.pick([2, 3, 1])
    var seen = shape
    seen.insert(1, at: axis + 1)
    var repeats = [1, 1, 1, 1, 1]
    repeats[axis + 1] = count
    var output = shape
    output[axis] *= count
    let tiled = add("Tile", [add("Reshape", [name, integers(seen)]), integers(repeats)])
    goOn(add("Reshape", [tiled, integers(output)]), output)
  }

  private mutating func resize() {
    guard operatorSet >= 11, shape[2] <= 12, shape[3] <= 12 else { return elementwise() }
    let isNearest = choices.once(in: 2)
    let scales = [choices.pick([2, 1, 1.5, 0.5]), choices.pick([2, 1, 3, 0.75])] as [Float]
    let output = [0, 1].map { Int((Float(shape[2 + $0]) * scales[$0]).rounded(.down)) }
    guard output.allSatisfy({ $0 > 0 }) else { return elementwise() }
    let sizes =
      choices.once(in: 2)
      ? ["", "", integers([shape[0], shape[1]] + output)]
      : ["", initializer(floatTensor([4], [1, 1] + scales))]
    goOn(
      add(
        "Resize", [name] + sizes,
        [
          "mode": .text(isNearest ? "nearest" : "linear"),
          "coordinate_transformation_mode": .text(
            choices.pick(["asymmetric", "half_pixel", "align_corners", "pytorch_half_pixel"])),
          "nearest_mode": isNearest
            ? .text(choices.pick(["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]))
            : nil,
        ]), [shape[0], shape[1]] + output)
  }

  private mutating func transposedConvolution() {
    let groups = choices.pick([1, 1, shape[1]])
    let filters = choices.within(1...3)
    let kernel = [choices.within(1...3), choices.within(1...3)]
    let strides = [choices.within(1...2), choices.within(1...2)]
    let more = strides.map { choices.below($0) }
    let pads = (0..<4).map { choices.below(kernel[$0 % 2]) }
    let output = [0, 1].map { (axis: Int) -> Int in
      let spread: Int = (shape[2 + axis] - 1) * strides[axis] + more[axis] + kernel[axis]
      return spread - pads[axis] - pads[2 + axis]
    }
    guard output.allSatisfy({ (1...24).contains($0) }) else { return elementwise() }
    goOn(
      add(
        "ConvTranspose", [name, weights([shape[1], filters] + kernel)],
        [
          "group": .integer(groups), "strides": .integers(strides), "pads": .integers(pads),
          "output_padding": .integers(more),
        ]), [shape[0], filters * groups] + output)
  }

  private mutating func imageNormalization() {
    let parameters = [weights([shape[1]]), weights([shape[1]])]
    guard operatorSet >= 17, choices.once(in: 2) else {
      return goOn(
        add("InstanceNormalization", [name] + parameters, ["epsilon": .float(0.5)]), shape)
    }
    let last = add("Transpose", [name], ["perm": .integers([0, 2, 3, 1])])
    var output = add(
      "LayerNormalization", [last] + parameters, ["epsilon": .float(0.5), "axis": .integer(-1)])
    let before = shape
    if choices.once(in: 2) {
      let filters = choices.within(1...4)
      output = add("MatMul", [output, weights([shape[1], filters])])
      shape[1] = filters
    }
    let after = shape
    shape = before
    goOn(add("Transpose", [output], ["perm": .integers([0, 3, 1, 2])]), after)
  }

  /// Rows as images.
  private mutating func image() {
    let sizes = choices.pick([[shape[1], 1, 1], [1, 1, shape[1]], [1, shape[1], 1]])
    goOn(add("Reshape", [name, integers([shape[0]] + sizes)]), [shape[0]] + sizes)
  }

  /// Channels last, something in between, and back; or rows of what has its channels last.
  private mutating func transposes() {
    let before = shape
    goOn(
      add("Transpose", [name], ["perm": .integers([0, 2, 3, 1])]),
      [shape[0], shape[2], shape[3], shape[1]])
    if choices.once(in: 2) { goOn(add(choices.pick(["Relu", "Identity", "Tanh"]), [name]), shape) }
    if choices.once(in: 3) {
      goOn(add("Flatten", [name]), [shape[0], shape[1...].reduce(1, *)])
      return dense()
    }
    goOn(add("Transpose", [name], ["perm": .integers([0, 3, 1, 2])]), before)
  }

  private mutating func rows() {
    let length = shape[1...].reduce(1, *)
    let output: String
    switch choices.below(5) {
    case 0: output = add("Flatten", [name], ["axis": choices.once(in: 2) ? .integer(1) : nil])
    case 1: output = add("Reshape", [name, integers([shape[0], -1])])
    case 2: output = add("Reshape", [name, integers([0, length])])
    case 3:
      // As PyTorch's exporters worked shapes out.
      let whole = add("Shape", [name])
      let first = add("Gather", [whole, scalar(0)], ["axis": .integer(0)])
      let list =
        operatorSet < 13
        ? add("Unsqueeze", [first], ["axes": .integers([0])])
        : add("Unsqueeze", [first, integers([0])])
      let target = add("Concat", [list, integers([-1])], ["axis": .integer(0)])
      output = add("Reshape", [name, target])
    default:
      let whole = add("Shape", [name])
      let first =
        operatorSet < 10
        ? add("Slice", [whole], ["starts": .integers([0]), "ends": .integers([1])])
        : add("Slice", [whole, integers([0]), integers([1]), integers([0])])
      output = add(
        "Reshape", [name, add("Concat", [first, integers([length])], ["axis": .integer(0)])])
    }
    goOn(output, [shape[0], length])
  }

  private mutating func dense() {
    guard shape[1] <= 256 else { return elementwise() }
    let outputs = choices.within(1...5)
    if choices.once(in: 3) {
      return goOn(add("MatMul", [name, weights([shape[1], outputs])]), [shape[0], outputs])
    }
    let isTransposed = choices.once(in: 2)
    var inputs = [name, weights(isTransposed ? [outputs, shape[1]] : [shape[1], outputs])]
    if operatorSet < 11 || choices.once(in: 2) {
      inputs.append(weights(choices.pick([[outputs], [1, outputs], [1], []])))
    }
    let isScaled = choices.once(in: 4)
    goOn(
      add(
        "Gemm", inputs,
        [
          "transB": isTransposed ? .integer(1) : nil,
          "alpha": isScaled ? .float(choices.float()) : nil,
          "beta": isScaled ? .float(choices.float()) : nil,
        ]), [shape[0], outputs])
  }

  private mutating func softmax() {
    goOn(
      add(
        choices.pick(["Softmax", "LogSoftmax"]), [name],
        ["axis": choices.once(in: 2) ? .integer(choices.pick([1, -1])) : nil]), shape)
  }

  /// A local response normalisation as PyTorch's exporter writes it.
  private mutating func localResponse() {
    let (size, before) = choices.pick([(3, 1), (2, 1), (5, 2)])
    let squares = add("Mul", [name, name])
    let four = add(
      "Unsqueeze", operatorSet < 13 ? [squares] : [squares, integers([1])],
      ["axes": operatorSet < 13 ? .integers([1]) : nil])
    let pads = [0, 0, before, 0, 0, 0, 0, size - 1 - before, 0, 0]
    let padded =
      operatorSet < 11
      ? add("Pad", [four], ["pads": .integers(pads)]) : add("Pad", [four, integers(pads)])
    let mean = add(
      "AveragePool", [padded],
      ["kernel_shape": .integers([size, 1, 1]), "strides": .integers([1, 1, 1])])
    let three = add(
      "Squeeze", operatorSet < 13 ? [mean] : [mean, integers([1])],
      ["axes": operatorSet < 13 ? .integers([1]) : nil])
    let scaled = add("Mul", [three, number(choices.pick([1e-4, 1, 0.25]))])
    let shifted = add("Add", [scaled, number(choices.pick([1, 2]))])
    let powered = add("Pow", [shifted, number(choices.pick([0.75, 1, 0.5]))])
    goOn(add("Div", [name, powered]), shape)
  }

  // MARK: Tensors

  private mutating func initializer(_ tensor: [UInt8]) -> String {
    if choices.once(in: 8) {
      // As a node.
      return add("Constant", [], ["value": .tensor(tensor)])
    }
    let name = fresh()
    var named = WireEncoder()
    tensor.withUnsafeBytes { named.append($0) }
    named.encode(name, field: 8)
    initializers.append(named.bytes)
    return name
  }

  private mutating func integers(_ values: [Int]) -> String {
    initializer(integerTensor([values.count], values))
  }

  private mutating func scalar(_ value: Int) -> String { initializer(integerTensor([], [value])) }

  private mutating func integerTensor(_ shape: [Int], _ values: [Int]) -> [UInt8] {
    let values = values.map { choices.once(in: 64) ? choices.number() : $0 }
    var tensor = WireEncoder()
    for length in shape { tensor.encode(length, field: 1) }
    tensor.encode(7, field: 2)
    if choices.once(in: 2) {
      tensor.encode(
        values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } },
        field: 9)
    } else {
      tensor.encode(packed: values.map { Int64($0) }, field: 7)
    }
    return tensor.bytes
  }

  private mutating func number(_ value: Float) -> String {
    initializer(floatTensor([], [value]))
  }

  /// Weights of a shape, as they are or brought to it by nodes.
  private mutating func weights(_ shape: [Int], isPositive: Bool = false) -> String {
    let seed = Int(choices.byte())
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { index in
        let value = Float((index * 37 + seed * 11) % 64 - 32) / 32
        return isPositive ? abs(value) + 0.25 : value
      }
    }
    let count = shape.reduce(1, *)
    guard !shape.isEmpty, choices.once(in: 4) else {
      return initializer(floatTensor(shape, numbers(count)))
    }
    switch choices.below(3) {
    case 0:
      let flat = initializer(floatTensor([count], numbers(count)))
      return add("Reshape", [flat, integers(shape)])
    case 1:
      let turned = initializer(floatTensor(shape.reversed(), numbers(count)))
      return add("Transpose", [turned])
    default:
      // Turned under another shape than it is used by.
      let turned = initializer(floatTensor([count / shape[0], shape[0]], numbers(count)))
      return add("Reshape", [add("Transpose", [turned]), integers(shape)])
    }
  }

  /// A tensor of one of the types, in one of the forms that a file may have them.
  private mutating func floatTensor(_ shape: [Int], _ values: [Float]) -> [UInt8] {
    let shape = shape.map { choices.once(in: 128) ? choices.number() : $0 }
    func raw<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
      numbers.flatMap { number in
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      }
    }
    var tensor = WireEncoder()
    for length in shape { tensor.encode(length, field: 1) }
    tensor.encode(1, field: 2)
    switch choices.below(4) {
    case 0: tensor.encode(packed: values, field: 4)
    case 1:
      for value in values { tensor.encode(value, field: 4) }
    case 2:
      let bytes = raw(values.map(\.bitPattern))
      let cut = choices.once(in: 32) ? choices.below(bytes.count + 1) : 0
      tensor.encode(Array(bytes.dropFirst(cut)), field: 9)
    default:
      let cut = choices.once(in: 32) ? choices.below(4 * values.count + 1) : 4 * (values.count / 2)
      let bytes = raw(values.map(\.bitPattern))
      tensor.encode(Array(bytes[..<cut]), field: 4)
      tensor.encode(Array(bytes[cut...]), field: 4)
    }
    return tensor.bytes
  }
}
