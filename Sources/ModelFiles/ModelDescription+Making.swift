package import NeuralNetworks
package import Tensors

extension ModelDescription {
  /// The network, with parameters in PyTorch's names and layouts.
  ///
  /// A description comes from a file, so every size in it is checked here: a layer's initializer
  /// would trap.
  package func makeModel(
    _ tensor: (_ name: String) throws -> Tensor
  ) throws -> Sequential {
    guard
      !inputShape.isEmpty, inputShape.allSatisfy({ (1...Self.longestSide).contains($0) }),
      inputShape.reduce(1.0, { $0 * Double($1) }) <= Double(Self.largestInput)
    else {
      throw ModelProblem.badSetting(layer: "input", "the impossible shape \(inputShape)")
    }
    var shape = inputShape
    return try Self.make(layers, shape: &shape, prefix: "", tensor)
  }

  private static let longestSide = 1 << 20
  /// The scalars of one input.
  private static let largestInput = 1 << 28

  private static func make(
    _ layers: [NamedLayerDescription], shape: inout [Int], prefix: String,
    _ tensor: (String) throws -> Tensor
  ) throws -> Sequential {
    var made: [Sequential.NamedLayer] = []
    var names: Set<String> = []
    for named in layers {
      let path = prefix + named.name
      guard !named.name.isEmpty, names.insert(named.name).inserted else {
        throw ModelProblem.badSetting(layer: path, "no name of its own")
      }
      let layer: any Layer
      if case .sequential(let inner) = named.layer {
        layer = try make(inner, shape: &shape, prefix: path + ".", tensor)
      } else {
        try named.layer.check(shape, path: path)
        layer = try named.layer.make(path: path, tensor)
        shape = layer.outputShape(for: shape)
      }
      made.append(Sequential.NamedLayer(named.name, layer))
    }
    return Sequential(made)
  }
}

extension LayerDescription {
  /// Throws where the layer's initializer or its first use would trap.
  fileprivate func check(_ shape: [Int], path: String) throws(ModelProblem) {
    func expectPicture(channels: Int? = nil) throws(ModelProblem) {
      guard shape.count == 3, channels.map({ $0 == shape[2] }) ?? true else {
        let takes = channels.map { "pictures of \($0) channels" } ?? "pictures"
        throw .mismatch(layer: path, takes: takes, gets: shape)
      }
    }
    switch self {
    case .conv2D(let inputs, let outputs, let kernel, let stride, let padding, _):
      try expectPicture(channels: inputs)
      guard outputs > 0 else { throw .badSetting(layer: path, "\(outputs) filters") }
      try Self.check(shape, window: kernel, stride, padding, path: path)
    case .maxPool2D(let size, let stride, let padding, _),
      .averagePool2D(let size, let stride, let padding, _):
      try expectPicture()
      guard (1...16).contains(size.height), (1...16).contains(size.width) else {
        throw .badSetting(
          layer: path, "windows of \(size.height) × \(size.width), where 1 to 16 are possible")
      }
      try Self.check(shape, window: size, stride, padding, path: path)
    case .dense(let inputs, let outputs, _):
      guard shape == [inputs] else {
        throw .mismatch(layer: path, takes: "rows of \(inputs)", gets: shape)
      }
      guard outputs > 0 else { throw .badSetting(layer: path, "\(outputs) outputs") }
    case .dropout(let rate):
      guard (0..<1).contains(rate) else {
        throw .badSetting(layer: path, "the impossible dropout rate \(rate)")
      }
    case .flatten, .relu, .tanh, .sigmoid, .sequential: break
    }
  }

  private static func check(
    _ shape: [Int], window: Extent, _ stride: Stride, _ padding: Padding, path: String
  ) throws(ModelProblem) {
    guard (1...4096).contains(window.height), (1...4096).contains(window.width) else {
      throw .badSetting(layer: path, "a window of \(window.height) × \(window.width)")
    }
    guard (1...4096).contains(stride.y), (1...4096).contains(stride.x) else {
      throw .badSetting(layer: path, "a stride of \(stride.y) × \(stride.x)")
    }
    guard
      (0..<window.height).contains(padding.top), (0..<window.height).contains(padding.bottom),
      (0..<window.width).contains(padding.left), (0..<window.width).contains(padding.right)
    else { throw .badSetting(layer: path, "padding that isn't smaller than its window") }
    guard
      shape[0] + padding.top + padding.bottom >= window.height,
      shape[1] + padding.left + padding.right >= window.width
    else {
      throw .mismatch(
        layer: path, takes: "pictures of at least \(window.height) × \(window.width)", gets: shape)
    }
  }

  /// The layer, its parameters taken from the file.
  fileprivate func make(
    path: String, _ tensor: (String) throws -> Tensor
  ) throws -> any Layer {
    func parameter(_ name: String, _ expected: [Int]) throws -> Tensor {
      let parameter = try tensor("\(path).\(name)")
      guard parameter.shape == expected else {
        throw ModelProblem.wrongShape(
          tensor: "\(path).\(name)", expected: expected, got: parameter.shape)
      }
      return parameter
    }
    switch self {
    case .conv2D(let inputs, let outputs, let kernel, let stride, let padding, let hasBias):
      let weight = try parameter("weight", [outputs, inputs, kernel.height, kernel.width])
      return Conv2D(
        weight: PyTorchLayout.fromFile(weight),
        bias: hasBias ? try parameter("bias", [outputs]) : nil, stride: stride, padding: padding)
    case .maxPool2D(let size, let stride, let padding, let roundsUp):
      return MaxPool2D(size: size, stride: stride, padding: padding, roundsUp: roundsUp)
    case .averagePool2D(let size, let stride, let padding, let countsPadding):
      return AveragePool2D(
        size: size, stride: stride, padding: padding, countsPadding: countsPadding)
    case .dense(let inputs, let outputs, let hasBias):
      let weight = try parameter("weight", [outputs, inputs])
      return Dense(
        weight: PyTorchLayout.fromFile(weight),
        bias: hasBias ? try parameter("bias", [outputs]) : nil)
    case .dropout(let rate): return Dropout(rate: rate)
    case .flatten: return Flatten()
    case .relu: return ReLU()
    case .tanh: return Tanh()
    case .sigmoid: return Sigmoid()
    case .sequential: preconditionFailure("a composition is made by its description")
    }
  }
}
