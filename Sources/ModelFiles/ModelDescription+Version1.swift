/// Descriptions in the words of version 0.1's checkpoints: `{"type": "conv2d", "in": 1, "out": 32, …}`, an
/// image's shape being height, width, channels.
extension ModelDescription {
  /// Reads one, as `init(_:)` reads those of today.
  init(version1 json: JSONValue) throws(ModelProblem) {
    guard case .object(var fields) = json, case .array(let layers)? = fields["layers"],
      let input = fields["input"]
    else { throw .noDescription }
    fields["layers"] = .array(try Self.translated(layers))
    if case .array(let shape) = input, shape.count == 3 {
      fields["input"] = .array([shape[2], shape[0], shape[1]])
    }
    try self.init(.object(fields))
  }

  private static let types = [
    "conv2d": "Conv2d", "maxpool2d": "MaxPool2d", "averagepool2d": "AvgPool2d",
    "globalaveragepool2d": "AdaptiveAvgPool2d", "batchnorm2d": "BatchNorm2d",
    "localresponsenorm": "LocalResponseNorm", "dense": "Linear", "dropout": "Dropout",
    "flatten": "Flatten", "relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid",
    "leakyrelu": "LeakyReLU", "softmax": "Softmax", "logsoftmax": "LogSoftmax",
    "rows": "RowSequence", "rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "sequential": "Sequential",
  ]

  private static let settings: [String: [String: String]] = [
    "conv2d": ["in": "in_channels", "out": "out_channels", "kernel": "kernel_size"],
    "dense": ["in": "in_features", "out": "out_features"],
    "maxpool2d": ["size": "kernel_size"], "averagepool2d": ["size": "kernel_size"],
    "batchnorm2d": ["channels": "num_features"], "dropout": ["rate": "p"],
    "leakyrelu": ["slope": "negative_slope"],
    "rnn": recurrent, "lstm": recurrent, "gru": recurrent,
  ]
  private static let recurrent = [
    "in": "input_size", "hidden": "hidden_size", "sequence": "returns_sequence",
  ]

  private static func translated(_ layers: [JSONValue]) throws(ModelProblem) -> [JSONValue] {
    var result: [JSONValue] = []
    for (index, layer) in layers.enumerated() {
      guard case .object(let fields) = layer, case .string(let old)? = fields["type"],
        let type = types[old]
      else { throw .noType(number: index + 1) }
      var new: [String: JSONValue] = [:]
      for (key, value) in fields {
        new[settings[old]?[key] ?? key] = listed(value)
      }
      new["type"] = .string(type)
      if type == "AdaptiveAvgPool2d" { new["output_size"] = 1 }
      if case .bool(let usesBatch)? = new.removeValue(forKey: "batch_statistics") {
        new["track_running_stats"] = .bool(!usesBatch)
      }
      if case .array(let inner)? = fields["layers"] {
        new["layers"] = .array(try translated(inner))
      }
      result.append(.object(new))
    }
    return result
  }

  /// `{"height": 5, "width": 5}`, `{"y": 1, "x": 1}` and the four sides of a padding as lists.
  private static func listed(_ value: JSONValue) -> JSONValue {
    guard case .object(let fields) = value else { return value }
    for keys in [["height", "width"], ["y", "x"], ["top", "left", "bottom", "right"]]
    where Set(keys) == Set(fields.keys) {
      return .array(keys.compactMap { fields[$0] })
    }
    return value
  }
}
