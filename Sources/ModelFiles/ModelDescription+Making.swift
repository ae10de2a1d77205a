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
  /// The scalars of one input, or of what one layer makes of it.
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
        guard shape.reduce(1.0, { $0 * Double($1) }) <= Double(largestInput) else {
          throw ModelProblem.badSetting(layer: path, "the impossible output \(shape)")
        }
      }
      made.append(Sequential.NamedLayer(named.name, layer))
    }
    return Sequential(made)
  }
}

extension LayerDescription {
  /// The shape of the layer's output.
  ///
  /// - Throws: `ModelProblem` when it can't take the input.
  func outputShape(for shape: [Int], path: String) throws(ModelProblem) -> [Int] {
    try check(shape, path: path)
    switch self {
    case .conv2D(
      _, let outputs, let kernel, let stride, let padding, _, let dilation, _):
      let extent = Extent(
        height: (kernel.height - 1) * dilation.y + 1, width: (kernel.width - 1) * dilation.x + 1)
      let output = ConvolutionGeometry(
        input: shape, kernel: extent, outChannels: outputs, stride: stride, padding: padding
      ).output
      return [output.height, output.width, outputs]
    case .maxPool2D(let size, let stride, let padding, let roundsUp),
      .averagePool2D(let size, let stride, let padding, _, let roundsUp):
      let geometry = PoolingGeometry(
        input: shape, window: size, stride: stride, padding: padding, roundsUp: roundsUp)
      return [geometry.outputHeight, geometry.outputWidth, shape[2]]
    case .globalAveragePool2D: return [1, 1, shape[2]]
    case .dense(_, let outputs, _): return [outputs]
    case .flatten: return [shape.reduce(1, *)]
    default: return shape
    }
  }

  /// Throws where the layer's initializer or its first use would trap.
  fileprivate func check(_ shape: [Int], path: String) throws(ModelProblem) {
    func expectImage(channels: Int? = nil) throws(ModelProblem) {
      guard shape.count == 3, channels.map({ $0 == shape[2] }) ?? true else {
        let takes = channels.map { "images of \($0) channels" } ?? "images"
        throw .mismatch(layer: path, takes: takes, gets: shape)
      }
    }
    switch self {
    case .conv2D(
      let inputs, let outputs, let kernel, let stride, let padding, _, let dilation, let groups):
      try expectImage(channels: inputs)
      guard (1...Self.mostChannels).contains(outputs) else {
        throw .badSetting(layer: path, "\(outputs) filters")
      }
      guard (1...outputs).contains(groups), outputs % groups == 0, inputs % groups == 0 else {
        throw .badSetting(
          layer: path, "\(groups) groups for \(inputs) channels and \(outputs) filters")
      }
      guard (1...4096).contains(dilation.y), (1...4096).contains(dilation.x) else {
        throw .badSetting(layer: path, "a dilation of \(dilation.y) × \(dilation.x)")
      }
      guard (1...4096).contains(kernel.height), (1...4096).contains(kernel.width) else {
        throw .badSetting(layer: path, "a window of \(kernel.height) × \(kernel.width)")
      }
      let extent = Extent(
        height: (kernel.height - 1) * dilation.y + 1, width: (kernel.width - 1) * dilation.x + 1)
      // Carried out with zeros in between, the weights must still fit into memory.
      let dense = [extent.height, extent.width, inputs / groups, outputs].reduce(1.0) {
        $0 * Double($1)
      }
      guard dilation == Stride(1) || dense <= 0x1p30 else {
        throw .badSetting(layer: path, "a dilation of \(dilation.y) × \(dilation.x)")
      }
      try Self.check(shape, window: extent, stride, padding, path: path, paddingIsFree: true)
    case .maxPool2D(let size, let stride, let padding, _),
      .averagePool2D(let size, let stride, let padding, _, _):
      try expectImage()
      guard (1...16).contains(size.height), (1...16).contains(size.width) else {
        throw .badSetting(
          layer: path, "windows of \(size.height) × \(size.width), where 1 to 16 are possible")
      }
      try Self.check(shape, window: size, stride, padding, path: path)
    case .dense(let inputs, let outputs, _):
      guard shape == [inputs] else {
        throw .mismatch(layer: path, takes: "rows of \(inputs)", gets: shape)
      }
      guard (1...Self.mostChannels).contains(outputs) else {
        throw .badSetting(layer: path, "\(outputs) outputs")
      }
    case .globalAveragePool2D: try expectImage()
    case .batchNorm2D(let channels, _, _):
      guard shape.last == channels else {
        throw .mismatch(layer: path, takes: "\(channels) channels", gets: shape)
      }
    case .localResponseNormalization(let size, let before, _, _, _):
      try expectImage()
      guard (1...Self.mostChannels).contains(size), (0..<size).contains(before) else {
        throw .badSetting(layer: path, "a neighbourhood of \(size) channels, \(before) before")
      }
    case .dropout(let rate):
      guard (0..<1).contains(rate) else {
        throw .badSetting(layer: path, "the impossible dropout rate \(rate)")
      }
    case .rowSequence: try expectImage()
    case .recurrent(_, let inputs, let hidden, _):
      guard shape.count == 2, shape[1] == inputs else {
        throw .mismatch(layer: path, takes: "sequences of \(inputs) scalars a step", gets: shape)
      }
      guard (1...65536).contains(hidden) else {
        throw .badSetting(layer: path, "\(hidden) hidden units")
      }
    case .flatten, .relu, .tanh, .sigmoid, .leakyReLU, .softmax, .logSoftmax, .sequential: break
    }
  }

  private static let mostChannels = 1 << 24

  private static func check(
    _ shape: [Int], window: Extent, _ stride: Stride, _ padding: Padding, path: String,
    paddingIsFree: Bool = false
  ) throws(ModelProblem) {
    guard (1...4096).contains(window.height), (1...4096).contains(window.width) else {
      throw .badSetting(layer: path, "a window of \(window.height) × \(window.width)")
    }
    guard (1...4096).contains(stride.y), (1...4096).contains(stride.x) else {
      throw .badSetting(layer: path, "a stride of \(stride.y) × \(stride.x)")
    }
    let (mostRows, mostColumns) =
      paddingIsFree
      ? (max(16, window.height), max(16, window.width)) : (window.height - 1, window.width - 1)
    guard
      (0...mostRows).contains(padding.top), (0...mostRows).contains(padding.bottom),
      (0...mostColumns).contains(padding.left), (0...mostColumns).contains(padding.right)
    else {
      let what =
        paddingIsFree
        ? "a padding of \(padding.top), \(padding.left), \(padding.bottom) and \(padding.right)"
        : "padding that isn't smaller than its window"
      throw .badSetting(layer: path, what)
    }
    guard
      shape[0] + padding.top + padding.bottom >= window.height,
      shape[1] + padding.left + padding.right >= window.width
    else {
      throw .mismatch(
        layer: path, takes: "images of at least \(window.height) × \(window.width)", gets: shape)
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
    case .conv2D(
      let inputs, let outputs, let kernel, let stride, let padding, let hasBias, let dilation,
      let groups):
      let weight = try parameter(
        "weight", [outputs, inputs / groups, kernel.height, kernel.width])
      return Conv2D(
        weight: PyTorchLayout.fromFile(weight),
        bias: hasBias ? try parameter("bias", [outputs]) : nil, stride: stride, padding: padding,
        dilation: dilation, groups: groups)
    case .maxPool2D(let size, let stride, let padding, let roundsUp):
      return MaxPool2D(size: size, stride: stride, padding: padding, roundsUp: roundsUp)
    case .averagePool2D(
      let size, let stride, let padding, let countsPadding, let roundsUp):
      return AveragePool2D(
        size: size, stride: stride, padding: padding, countsPadding: countsPadding,
        roundsUp: roundsUp)
    case .globalAveragePool2D: return GlobalAveragePool2D()
    case .batchNorm2D(let channels, let epsilon, let usesBatchStatistics):
      return BatchNorm2D(
        weight: try parameter("weight", [channels]), bias: try parameter("bias", [channels]),
        runningMean: try parameter("running_mean", [channels]),
        runningVariance: try parameter("running_var", [channels]), epsilon: epsilon,
        usesBatchStatistics: usesBatchStatistics)
    case .localResponseNormalization(let size, let before, let alpha, let beta, let k):
      return LocalResponseNormalization(
        size: size, before: before, alpha: alpha, beta: beta, k: k)
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
    case .leakyReLU(let slope): return LeakyReLU(slope: slope)
    case .softmax: return Softmax()
    case .logSoftmax: return LogSoftmax()
    case .rowSequence: return RowSequence()
    case .recurrent(let cell, let inputs, let hidden, let returnsSequence):
      let rows = hidden * cell.gates
      let weights = RecurrentWeights(
        input: PyTorchLayout.fromFile(try parameter("weight_ih_l0", [rows, inputs])),
        recurrent: PyTorchLayout.fromFile(try parameter("weight_hh_l0", [rows, hidden])),
        inputBias: try parameter("bias_ih_l0", [rows]),
        recurrentBias: try parameter("bias_hh_l0", [rows]))
      switch cell {
      case .rnn: return SimpleRNN(weights: weights, returnsSequence: returnsSequence)
      case .lstm: return LSTM(weights: weights, returnsSequence: returnsSequence)
      case .gru: return GRU(weights: weights, returnsSequence: returnsSequence)
      }
    case .sequential: preconditionFailure("a composition is made by its description")
    }
  }
}
