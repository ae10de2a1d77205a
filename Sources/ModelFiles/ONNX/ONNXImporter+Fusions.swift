/// Functions that exporters write as arithmetic, and that are one layer.
extension ONNXImporter {
  /// Makes a node, with those before it, one layer.
  ///
  /// - Returns: false where it isn't the last step of such a function.
  mutating func fuse(_ operation: ONNXOperation) throws -> Bool {
    guard operation.type == "Mul" || operation.type == "Div" else { return false }
    if let (input, epsilon, isImage) = try normalization(operation) {
      guard !isImage else {
        let images = try arranged(input, operation)
        try add(
          "GroupNorm",
          with: [
            "num_groups": JSONValue(images.shape[1]), "num_channels": JSONValue(images.shape[1]),
            "eps": JSONValue(epsilon), "affine": false,
          ], operation, from: images, output: images.shape, named: "norm")
        return true
      }
      try normalizeLayer(operation, input, epsilon: epsilon)
      return true
    }
    guard let factors = try factors(operation), factors.names.count == 2 else { return false }
    let (one, other) = (factors.names[0], factors.names[1])
    for (x, gate) in [(one, other), (other, one)] {
      guard case .activation(let input)? = values[x], input.isWhole,
        let type = try function(of: x, gate: gate, scale: factors.scale)
      else { continue }
      try add(type, operation, from: input, output: input.shape, named: type.lowercased())
      return true
    }
    return false
  }

  // MARK: x · gate(x)

  /// The function that `scale · x · gate` is.
  private mutating func function(
    of x: String, gate: String, scale: Double
  ) throws -> String? {
    guard let maker = makers[gate] else { return nil }
    func isNear(_ wanted: Double) -> Bool { abs(scale - wanted) < 1e-6 }
    switch maker.type {
    case "Sigmoid" where maker.input(0) == x && isNear(1): return "SiLU"
    case "HardSigmoid" where maker.input(0) == x && isNear(1):
      let (alpha, beta) = (try maker.float("alpha", 0.2), try maker.float("beta", 0.5))
      return abs(alpha - 1 / 6) < 1e-6 && abs(beta - 0.5) < 1e-6 ? "Hardswish" : nil
    case "Clip" where isNear(1.0 / 6):
      // Of x + 3, between 0 and 6.
      guard let inner = maker.input(0).flatMap({ makers[$0] }), inner.type == "Add",
        let (name, three) = try withNumber(inner), name == x, three == 3,
        try bounds(maker) == [0, 6]
      else { return nil }
      return "Hardswish"
    case "Add" where isNear(0.5):
      // 1 + erf(x / √2).
      guard let (name, one) = try withNumber(maker), one == 1, let inner = makers[name],
        inner.type == "Erf", let argument = inner.input(0), let root = makers[argument],
        root.type == "Div" || root.type == "Mul", let inside = try factors(root),
        inside.names == [x], abs(inside.scale - 0.5.squareRoot()) < 1e-4
      else { return nil }
      return "GELU"
    default: return nil
    }
  }

  private mutating func bounds(_ operation: ONNXOperation) throws -> [Float]? {
    var bounds: [Float] = []
    for (index, name) in ["min", "max"].enumerated() {
      if operation.input(index + 1) != nil {
        guard let number = try number(operation, index + 1) else { return nil }
        bounds.append(Float(number))
      } else {
        bounds.append(try operation.float(name, -1))
      }
    }
    return bounds
  }

  // MARK: (x - mean) / deviation

  /// What a node normalises: `d / √(mean(d²) + epsilon)` with `d = x - mean(x)`; over the channels, or over
  /// rows and columns.
  private mutating func normalization(
    _ operation: ONNXOperation
  ) throws -> (input: ONNXActivation, epsilon: Float, isImage: Bool)? {
    guard operation.type == "Div", let difference = operation.input(0),
      let sub = makers[difference], sub.type == "Sub",
      let root = operation.input(1).flatMap({ makers[$0] }), root.type == "Sqrt",
      let sum = root.input(0).flatMap({ makers[$0] }), sum.type == "Add",
      let (variance, epsilon) = try withNumber(sum), let second = makers[variance],
      second.type == "ReduceMean", let squares = second.input(0).flatMap({ makers[$0] }),
      squares.input(0) == difference,
      try squares.type == "Mul"
        ? squares.input(1) == difference : squares.type == "Pow" && number(squares, 1) == 2,
      let x = sub.input(0), let first = sub.input(1).flatMap({ makers[$0] }),
      first.type == "ReduceMean", first.input(0) == x, case .activation(let input)? = values[x],
      input.isWhole, epsilon >= 0, epsilon < 1
    else { return nil }
    var axes: [[Int]] = []
    for mean in [first, second] {
      var given = try mean.integers("axes")
      if let list = try constant(mean, 1) { given = try integers(list, mean) }
      guard try mean.integer("keepdims", 1) == 1, let given else { return nil }
      axes.append(try mean.axes(given, rank: input.shape.count).sorted())
    }
    guard axes[0] == axes[1] else { return nil }
    if axes[0] == [input.channelAxis] { return (input, Float(epsilon), false) }
    let images = ONNXActivation.order(of: input.shape, long: input.long)
    guard input.shape.count == 4, Set(axes[0].map { images[$0] }) == [2, 3] else { return nil }
    return (input, Float(epsilon), true)
  }

  // MARK: Arithmetic

  /// The one number of a constant input.
  private mutating func number(_ operation: ONNXOperation, _ index: Int) throws -> Double? {
    guard let name = operation.input(index), case .constant(let constant)? = values[name],
      constant.count == 1
    else { return nil }
    if let known = numbers[name] { return known }
    let number = try floats(constant, operation).first.map { Double($0) }
    numbers[name] = number
    return number
  }

  /// The input of a node that isn't a number, and the other one, which is.
  private mutating func withNumber(
    _ operation: ONNXOperation
  ) throws -> (name: String, number: Double)? {
    for index in 0..<2 {
      if let number = try number(operation, index), let name = operation.input(1 - index) {
        return (name, number)
      }
    }
    return nil
  }

  /// A product written as its factors: what isn't a number, and the product of the numbers. Products inside are
  /// known by now, for nodes come in order.
  private mutating func factors(_ operation: ONNXOperation) throws -> Product? {
    guard let output = operation.node.outputs.first else { return nil }
    if let known = products[output] { return known }
    var product = Product(names: [], scale: 1)
    for index in 0..<2 {
      let isDivided = operation.type == "Div" && index == 1
      if let number = try number(operation, index) {
        product.scale = isDivided ? product.scale / number : product.scale * number
        continue
      }
      guard !isDivided, let name = operation.input(index) else { return nil }
      if useCounts[name] == 1, let inner = products[name] {
        product.names += inner.names
        product.scale *= inner.scale
      } else {
        product.names.append(name)
      }
    }
    guard product.names.count <= 4, product.scale.isFinite else { return nil }
    products[output] = product
    return product
  }
}
