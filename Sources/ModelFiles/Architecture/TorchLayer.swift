import NeuralNetworks
import Tensors

/// A layer in the words of `torch.nn`.
struct TorchLayer: Sendable {
  /// The module's name, which its tensors' names begin with.
  let name: String?
  /// What a layer without a name is called, with a number.
  let kind: String
  private let type: String
  private let settings: [String: JSONValue]
  private let number: Int
  private let path: String

  /// Settings that a type has, and those that don't matter here.
  private static let types: [String: (kind: String, settings: Set<String>)] = [
    "Conv2d": (
      "conv",
      [
        "in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups",
        "bias",
      ]
    ),
    "Linear": ("fc", ["in_features", "out_features", "bias"]),
    "BatchNorm2d": ("norm", ["num_features", "eps", "momentum"]),
    "BatchNorm1d": ("norm", ["num_features", "eps", "momentum"]),
    "LocalResponseNorm": ("lrn", ["size", "alpha", "beta", "k"]),
    "MaxPool2d": ("pool", ["kernel_size", "stride", "padding", "ceil_mode"]),
    "AvgPool2d": ("pool", ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"]),
    "AdaptiveAvgPool2d": ("pool", ["output_size"]),
    "ReLU": ("relu", ["inplace"]), "LeakyReLU": ("leakyrelu", ["negative_slope", "inplace"]),
    "Sigmoid": ("sigmoid", []), "Tanh": ("tanh", []), "Softmax": ("softmax", ["dim"]),
    "LogSoftmax": ("logsoftmax", ["dim"]), "Flatten": ("flatten", []),
    "Dropout": ("dropout", ["p", "inplace"]), "Identity": ("identity", []),
  ]

  /// Types whose tensors a file holds, so that they need a name.
  private static let named: Set = ["Conv2d", "Linear", "BatchNorm2d", "BatchNorm1d"]

  init(_ value: JSONValue, number: Int, path: String) throws(ArchitectureError) {
    self.number = number
    self.path = path
    guard case .object(var fields) = value, case .string(let type)? = fields["type"] else {
      throw ArchitectureError(path, "layer \(number) has no \"type\"")
    }
    self.type = type
    if case .string(let name)? = fields["name"] { self.name = name } else { name = nil }
    guard let known = Self.types[type] else {
      throw ArchitectureError(
        path,
        "layer \(number) is a \(type); known are \(Self.types.keys.sorted().joined(separator: ", "))"
      )
    }
    kind = known.kind
    fields["type"] = nil
    fields["name"] = nil
    settings = fields
    if let stranger = fields.keys.filter({ !known.settings.contains($0) }).min() {
      let own = known.settings.sorted().joined(separator: ", ")
      throw error(
        "has no setting \"\(stranger)\"" + (own.isEmpty ? "" : "; its settings are \(own)"))
    }
    if Self.named.contains(type), name?.isEmpty ?? true {
      throw error("needs a \"name\", with which its tensors' names begin")
    }
  }

  private func error(_ what: String) -> ArchitectureError {
    ArchitectureError(path, "layer \(number) (\(name.map { "\($0), a " } ?? "")\(type)) \(what)")
  }

  // MARK: Settings

  private func pair(_ key: String, _ standard: Int?) throws(ArchitectureError) -> (Int, Int) {
    guard let value = settings[key] else {
      guard let standard else { throw error("needs \"\(key)\"") }
      return (standard, standard)
    }
    guard let pair = value.pair else {
      throw error("has the \(key) \(value.text), which is no number and no [height, width]")
    }
    return pair
  }

  private func number(_ key: String, _ standard: Double) throws(ArchitectureError) -> Float {
    guard let value = settings[key] else { return Float(standard) }
    guard let number = value.number else {
      throw error("has the \(key) \(value.text), which is no number")
    }
    return Float(number)
  }

  private func integer(_ key: String, _ standard: Int?) throws(ArchitectureError) -> Int {
    guard let value = settings[key] else {
      guard let standard else { throw error("needs \"\(key)\"") }
      return standard
    }
    guard let number = value.integer else {
      throw error("has the \(key) \(value.text), which is no whole number")
    }
    return number
  }

  private func flag(_ key: String, _ standard: Bool) throws(ArchitectureError) -> Bool {
    switch settings[key] {
    case nil: return standard
    case .bool(let value)?: return value
    case let value?: throw error("has the \(key) \(value.text), which isn't true or false")
    }
  }

  /// A setting that the tensors tell too.
  private func check(_ key: String, is known: Int, _ shape: [Int]) throws(ArchitectureError) {
    let given = try integer(key, known)
    guard given == known else {
      throw error("has the \(key) \(given), but its weight of shape \(shape) has \(known)")
    }
  }

  /// The shape of the layer's weight in the file, and whether there is a bias.
  private func weight(
    _ shapes: [String: [Int]], rank: Int
  ) throws(ArchitectureError) -> (shape: [Int], hasBias: Bool) {
    let name = name ?? ""
    guard let shape = shapes["\(name).weight"] else {
      let known = shapes.keys.filter { $0.hasSuffix(".weight") }.sorted().prefix(6)
      throw error(
        "has no tensor \"\(name).weight\" in the file; there are \(known.joined(separator: ", "))")
    }
    guard shape.count == rank, shape.allSatisfy({ (1...1 << 30).contains($0) }) else {
      throw error("has a weight of shape \(shape), which isn't one of a \(type)")
    }
    let hasBias = shapes["\(name).bias"] != nil
    guard try flag("bias", hasBias) == hasBias else {
      throw error("has bias \(!hasBias), but the file has \(hasBias ? "a" : "no") \"\(name).bias\"")
    }
    return (shape, hasBias)
  }

  // MARK: Description

  /// The layer, of tensors of these shapes; nil for one that does nothing.
  ///
  /// - Parameter input: the shape of what it gets.
  func description(
    _ shapes: [String: [Int]], input: [Int]
  ) throws(ArchitectureError) -> LayerDescription? {
    switch type {
    case "Conv2d": return try convolution(shapes)
    case "Linear":
      let (shape, hasBias) = try weight(shapes, rank: 2)
      try check("in_features", is: shape[1], shape)
      try check("out_features", is: shape[0], shape)
      return .dense(in: shape[1], out: shape[0], hasBias: hasBias)
    case "BatchNorm2d", "BatchNorm1d":
      let (shape, _) = try weight(shapes, rank: 1)
      try check("num_features", is: shape[0], shape)
      return .batchNorm2D(channels: shape[0], epsilon: try number("eps", 1e-5))
    case "LocalResponseNorm":
      let size = try integer("size", nil)
      return .localResponseNormalization(
        size: size, before: size / 2, alpha: try number("alpha", 1e-4),
        beta: try number("beta", 0.75), k: try number("k", 1))
    case "MaxPool2d":
      let (size, stride, padding) = try window()
      return .maxPool2D(
        size: size, stride: stride, padding: padding, roundsUp: try flag("ceil_mode", false))
    case "AvgPool2d":
      let (size, stride, padding) = try window()
      return .averagePool2D(
        size: size, stride: stride, padding: padding,
        countsPadding: try flag("count_include_pad", true), roundsUp: try flag("ceil_mode", false))
    case "AdaptiveAvgPool2d": return try adaptivePool(input)
    case "ReLU": return .relu
    case "LeakyReLU": return .leakyReLU(slope: try number("negative_slope", 0.01))
    case "Sigmoid": return .sigmoid
    case "Tanh": return .tanh
    case "Softmax": return .softmax
    case "LogSoftmax": return .logSoftmax
    case "Flatten": return .flatten
    case "Dropout": return .dropout(rate: try number("p", 0.5))
    default: return nil
    }
  }

  private func convolution(_ shapes: [String: [Int]]) throws(ArchitectureError) -> LayerDescription
  {
    let (shape, hasBias) = try weight(shapes, rank: 4)
    let groups = try integer("groups", 1)
    let (inputs, isTooLarge) = shape[1].multipliedReportingOverflow(by: groups)
    guard groups > 0, !isTooLarge else { throw error("has \(groups) groups") }
    try check("in_channels", is: inputs, shape)
    try check("out_channels", is: shape[0], shape)
    let kernel =
      try settings["kernel_size"] == nil ? (shape[2], shape[3]) : pair("kernel_size", nil)
    guard kernel == (shape[2], shape[3]) else {
      throw error(
        """
        has the kernel_size \(kernel.0) × \(kernel.1), but its weight of shape \(shape) has \
        \(shape[2]) × \(shape[3])
        """)
    }
    let (stride, dilation) = (try pair("stride", 1), try pair("dilation", 1))
    guard (1...4096).contains(dilation.0), (1...4096).contains(dilation.1),
      shape[2] <= 4096, shape[3] <= 4096
    else { throw error("has the impossible dilation \(dilation.0) × \(dilation.1)") }
    let padding: Padding
    switch settings["padding"] {
    case .string("valid")?: padding = Padding(0)
    case .string("same")?:
      let (rows, columns) = (dilation.0 * (shape[2] - 1), dilation.1 * (shape[3] - 1))
      padding = Padding(
        top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
    default:
      let (rows, columns) = try pair("padding", 0)
      padding = Padding(top: rows, left: columns, bottom: rows, right: columns)
    }
    return .conv2D(
      in: inputs, out: shape[0], kernel: Extent(height: shape[2], width: shape[3]),
      stride: Stride(y: stride.0, x: stride.1), padding: padding, hasBias: hasBias,
      dilation: Stride(y: dilation.0, x: dilation.1), groups: groups)
  }

  private func window() throws(ArchitectureError) -> (Extent, Stride, Padding) {
    let size = try pair("kernel_size", nil)
    let stride = try settings["stride"] == nil ? size : pair("stride", nil)
    let padding = try pair("padding", 0)
    return (
      Extent(height: size.0, width: size.1), Stride(y: stride.0, x: stride.1),
      Padding(top: padding.0, left: padding.1, bottom: padding.0, right: padding.1)
    )
  }

  /// Windows that divide the image; PyTorch's others overlap unevenly.
  private func adaptivePool(_ input: [Int]) throws(ArchitectureError) -> LayerDescription? {
    let size = try pair("output_size", nil)
    guard input.count == 3, size.0 > 0, size.1 > 0 else {
      throw error("has the output_size \(size.0) × \(size.1) for an input of shape \(input)")
    }
    if size == (input[0], input[1]) { return nil }
    if size == (1, 1) { return .globalAveragePool2D }
    guard input[0] % size.0 == 0, input[1] % size.1 == 0 else {
      throw error(
        """
        makes \(size.0) × \(size.1) of \(input[0]) × \(input[1]), which it doesn't divide; only \
        windows of one size are possible
        """)
    }
    let window = (input[0] / size.0, input[1] / size.1)
    return .averagePool2D(
      size: Extent(height: window.0, width: window.1),
      stride: Stride(y: window.0, x: window.1), padding: Padding(0), countsPadding: true)
  }
}
