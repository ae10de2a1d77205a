import FuzzSupport

extension Choices {
  /// A safetensors file around a header.
  mutating func safetensors(_ header: String, dataCount: Int) -> [UInt8] {
    let header = Array(header.utf8)
    let length = once(in: 64) ? number() : header.count
    let data = (0..<min(dataCount, 1 << 14)).map {
      UInt8(truncatingIfNeeded: $0 % 4 == 3 ? 61 : $0)
    }
    return damaged(
      (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header + data, once: 48)
  }

  /// Names, shapes and places that fit, most of the time.
  mutating func safetensors() -> [UInt8] {
    var end = 0
    let widths = [
      "F32": 4, "F16": 2, "BF16": 2, "F64": 8, "I64": 8, "U8": 1, "BOOL": 1, "I16": 2, "F8_E4M3": 1,
      "C64": 8, "F4": 1, "": 0,
    ]
    let names = widths.keys.sorted()
    var fields = list(5) { choices in
      let type = choices.once(in: 2) ? "F32" : choices.pick(names)
      let shape = choices.list(4) { $0.length(4) }
      let start = choices.once(in: 48) ? choices.number() : end
      let size = shape.reduce(widths[type] ?? 0) {
        $0.multipliedReportingOverflow(by: $1).partialValue
      }
      let (next, isTooLarge) = start.addingReportingOverflow(size)
      if !isTooLarge, (0...1 << 16).contains(next) { end = next }
      let stop = choices.once(in: 48) ? choices.number() : next
      let name = choices.pick([
        "a", "b.weight", "c", "\\u00e9", "\\ud83d\\ude00", "\u{301}", "d\\n",
      ])
      return
        "\"\(name)\(choices.once(in: 2) ? "" : "\(end)")\":{\"dtype\":\"\(type)\",\"shape\":\(shape),"
        + "\"data_offsets\":[\(start),\(stop)]}"
    }
    if once(in: 3) { fields.insert("\"__metadata__\":{\"format\":\"pt\",\"k\":\"v\"}", at: 0) }
    return safetensors("{" + fields.joined(separator: ",") + "}", dataCount: end)
  }

  /// A JSON value of any kind.
  mutating func json(_ depth: Int = 0) -> String {
    switch below(depth > 4 ? 5 : 8) {
    case 0: "\(number())"
    case 1: pick(["null", "true", "false", "1e400", "-0", "1.5", "1e9", "9007199254740993"])
    case 2: "\(Float(Int(byte())) / 16)"
    case 3: pick(["\"\"", "\"same\"", "\"valid\"", "\"a\"", "\"\\u0000\"", "\"\\ud800\""])
    case 4: "[\(length()),\(length())]"
    case 5, 6: "[" + list(4) { $0.json(depth + 1) }.joined(separator: ",") + "]"
    default:
      "{" + list(3) { "\"k\($0.below(3))\":\($0.json(depth + 1))" }.joined(separator: ",") + "}"
    }
  }

  /// A setting's value: what it should be, or anything.
  mutating func json(_ value: Any) -> String { once(in: 32) ? json() : "\(value)" }
}

/// A network's description and the tensors that it needs, each fitting the one before, most of the time.
struct NetworkGrammar {
  var choices: Choices
  var layers: [String] = []
  var tensors: [(name: String, shape: [Int])] = []
  /// Height, width and channels, or the length of a row.
  private var shape: [Int]
  private let input: [Int]

  init(_ choices: Choices) {
    self.choices = choices
    shape =
      self.choices.once(in: 4)
      ? [self.choices.within(1...8)]
      : [self.choices.within(1...9), self.choices.within(1...9), self.choices.within(1...4)]
    input = shape.count == 3 ? [shape[2], shape[0], shape[1]] : shape
    for index in 0..<self.choices.within(1...7) {
      layer("l\(index)")
      if self.choices.isEmpty { break }
    }
  }

  /// `{"input": …, "layers": …}`.
  mutating func description() -> String {
    let input = input.map { choices.once(in: 64) ? choices.number() : $0 }
    return "{\"input\":\(choices.json(input)),\"layers\":[\(layers.joined(separator: ","))]}"
  }

  /// The tensors of a header, and the bytes they take.
  mutating func header() -> (fields: [String], byteCount: Int) {
    var end = 0
    let fields = tensors.map { name, shape in
      let start = end
      end += 4 * shape.reduce(1, *)
      let shape = choices.once(in: 96) ? shape.reversed() : shape
      return "\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(start),\(end)]}"
    }
    return (fields, end)
  }

  private mutating func add(_ name: String, _ type: String, _ settings: KeyValuePairs<String, Any?>)
  {
    let fields = settings.compactMap { key, value in
      value.map { "\"\(key)\":\(choices.json($0))" }
    }
    let inputs = choices.once(in: 48) ? "\"inputs\":[\"input\"]" : nil
    layers.append(
      "{"
        + (["\"type\":\"\(type)\"", "\"name\":\"\(name)\""] + [inputs].compactMap { $0 } + fields)
        .joined(separator: ",") + "}")
  }

  private mutating func layer(_ name: String) {
    guard shape.count == 3 else { return rowLayer(name) }
    switch choices.below(12) {
    case 0, 1, 2:
      let filters = choices.within(1...4)
      let kernel = [choices.within(1...min(3, shape[0])), choices.within(1...min(3, shape[1]))]
      let padding = choices.below(3)
      let stride = choices.within(1...2)
      tensors.append(("\(name).weight", [filters, shape[2]] + kernel))
      let hasBias = choices.once(in: 2)
      if hasBias { tensors.append(("\(name).bias", [filters])) }
      add(
        name, "Conv2d",
        [
          "stride": stride, "padding": padding, "bias": hasBias,
          "dilation": choices.once(in: 8) ? choices.length(3) : nil,
          "groups": choices.once(in: 16) ? choices.number() : nil,
        ])
      shape = [0, 1].map { (shape[$0] + 2 * padding - kernel[$0]) / stride + 1 } + [filters]
    case 3, 4:
      let size = choices.within(1...min(3, shape[0], shape[1]))
      add(
        name, choices.pick(["MaxPool2d", "AvgPool2d"]),
        ["kernel_size": size, "ceil_mode": choices.once(in: 8) ? true : nil])
      shape = [shape[0] / size, shape[1] / size, shape[2]]
    case 5:
      for part in ["weight", "bias", "running_mean", "running_var"] {
        tensors.append(("\(name).\(part)", [shape[2]]))
      }
      add(name, "BatchNorm2d", ["eps": choices.once(in: 4) ? 1e-3 : nil])
    case 6: add(name, "LocalResponseNorm", ["size": choices.length(5), "alpha": 0.5])
    case 7:
      add(name, "AdaptiveAvgPool2d", ["output_size": choices.pick([1, 1, 2, shape[0]])])
      shape = [1, 1, shape[2]]
    case 8, 9:
      add(name, "Flatten", [:])
      shape = [shape.reduce(1, *)]
    case 10:
      add(name, "RowSequence", [:])
      recurrent(name + "r", inputs: shape[1] * shape[2])
    default: simple(name)
    }
  }

  private mutating func rowLayer(_ name: String) {
    guard choices.once(in: 2) else { return simple(name) }
    let outputs = choices.within(1...5)
    tensors.append(("\(name).weight", [outputs, shape[0]]))
    let hasBias = choices.once(in: 2)
    if hasBias { tensors.append(("\(name).bias", [outputs])) }
    add(
      name, "Linear",
      ["bias": hasBias, "in_features": choices.once(in: 8) ? choices.number() : nil])
    shape = [outputs]
  }

  private mutating func simple(_ name: String) {
    let type = choices.pick([
      "ReLU", "Tanh", "Sigmoid", "LeakyReLU", "Dropout", "Softmax", "LogSoftmax", "Identity", "Add",
      "Concat", "Sequential", "Nothing", "ReLU6", "Hardtanh", "Hardswish", "Hardsigmoid", "SiLU",
      "ELU",
      "GELU", "Mul", "Sub", "ZeroPad2d", "Slice", "ChannelShuffle", "Permute", "Unflatten",
      "Upsample",
      "GroupNorm", "InstanceNorm2d", "LayerNorm", "AdaptiveMaxPool2d",
    ])
    switch type {
    case "Hardtanh": add(name, type, ["min_val": choices.double(), "max_val": choices.double()])
    case "ELU": add(name, type, ["alpha": choices.double()])
    case "ZeroPad2d": add(name, type, ["padding": [choices.length(3), 0, 1, choices.length(3)]])
    case "Slice":
      add(
        name, type,
        [
          "axis": "\"\(choices.pick(["channels", "rows", "columns", "x"]))\"",
          "start": choices.below(3), "end": choices.length(6), "step": choices.length(3),
        ])
    case "ChannelShuffle": add(name, type, ["groups": choices.length(4)])
    case "Permute":
      add(
        name, type, ["dims": choices.pick([[0, 2, 3, 1], [0, 3, 1, 2], [0, 1, 3, 2], [1, 0]])])
    case "Unflatten":
      add(name, type, ["dim": 1, "unflattened_size": [choices.length(4), 1, choices.length(4)]])
    case "Upsample":
      add(
        name, type,
        [
          "mode": choices.pick(["\"nearest\"", "\"bilinear\"", "\"nearest-exact\""]),
          "scale_factor": choices.once(in: 2) ? choices.double() : nil,
          "size": choices.once(in: 2) ? [choices.length(9), choices.length(9)] : nil,
        ])
    case "GroupNorm", "InstanceNorm2d":
      add(
        name, type, ["num_groups": type == "GroupNorm" ? choices.length(4) : nil, "affine": false])
    case "LayerNorm": add(name, type, ["elementwise_affine": false])
    case "AdaptiveMaxPool2d": add(name, type, ["output_size": 1])
    case "LeakyReLU": add(name, type, ["negative_slope": choices.double()])
    case "Dropout": add(name, type, ["p": choices.double()])
    case "Sequential":
      let before = layers
      layers = []
      simple(name + "s")
      let inner = layers
      layers = before
      layers.append(
        "{\"type\":\"Sequential\",\"name\":\"\(name)\",\"layers\":[\(inner.joined(separator: ","))]}"
      )
    default: add(name, type, [:])
    }
  }

  private mutating func recurrent(_ name: String, inputs: Int) {
    let (type, gates) = choices.pick([("RNN", 1), ("LSTM", 4), ("GRU", 3)])
    let hidden = choices.within(1...5)
    tensors += [
      ("\(name).weight_ih_l0", [gates * hidden, inputs]),
      ("\(name).weight_hh_l0", [gates * hidden, hidden]), ("\(name).bias_ih_l0", [gates * hidden]),
      ("\(name).bias_hh_l0", [gates * hidden]),
    ]
    add(
      name, type,
      ["batch_first": true, "hidden_size": choices.once(in: 8) ? choices.number() : nil])
    shape = [hidden]
  }
}
