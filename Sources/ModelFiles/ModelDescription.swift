public import NeuralNetworks

/// What a network is, without its parameters: the shape of its input, and its layers.
public struct ModelDescription: Sendable, Equatable, Codable {
  /// The shape of one input, `[H, W, C]` for images.
  public var inputShape: [Int]
  /// The layers, first to last.
  public var layers: [NamedLayerDescription]

  private enum CodingKeys: String, CodingKey {
    case inputShape = "input"
    case layers
  }

  /// A description of these layers.
  public init(inputShape: [Int], layers: [NamedLayerDescription]) {
    self.inputShape = inputShape
    self.layers = layers
  }

  /// The description of a network.
  ///
  /// - Throws: `CheckpointError.Problem.undescribable` for a layer that isn't one of this package's.
  public init(of model: Sequential, inputShape: [Int]) throws(ModelProblem) {
    self.inputShape = inputShape
    layers = try Self.describe(model)
  }

  private static func describe(
    _ model: Sequential
  ) throws(ModelProblem) -> [NamedLayerDescription] {
    var result: [NamedLayerDescription] = []
    for named in model.layers {
      result.append(NamedLayerDescription(named.name, try describe(named)))
    }
    return result
  }

  private static func describe(
    _ named: Sequential.NamedLayer
  ) throws(ModelProblem) -> LayerDescription {
    switch named.layer {
    case let layer as Conv2D:
      .conv2D(
        in: layer.inChannels, out: layer.outChannels, kernel: layer.kernel, stride: layer.stride,
        padding: layer.padding, hasBias: layer.bias != nil, dilation: layer.dilation,
        groups: layer.groups)
    case let layer as MaxPool2D:
      .maxPool2D(
        size: layer.size, stride: layer.stride, padding: layer.padding, roundsUp: layer.roundsUp)
    case let layer as AveragePool2D:
      .averagePool2D(
        size: layer.size, stride: layer.stride, padding: layer.padding,
        countsPadding: layer.countsPadding, roundsUp: layer.roundsUp)
    case is GlobalAveragePool2D: .globalAveragePool2D
    case let layer as BatchNorm2D:
      .batchNorm2D(
        channels: layer.channels, epsilon: layer.epsilon,
        usesBatchStatistics: layer.usesBatchStatistics)
    case let layer as LocalResponseNormalization:
      .localResponseNormalization(
        size: layer.size, before: layer.before, alpha: layer.alpha, beta: layer.beta, k: layer.k)
    case let layer as LeakyReLU: .leakyReLU(slope: layer.slope)
    case is Softmax: .softmax
    case is LogSoftmax: .logSoftmax
    case let layer as Dense:
      .dense(in: layer.inputs, out: layer.outputs, hasBias: layer.bias != nil)
    case let layer as Dropout: .dropout(rate: layer.rate)
    case is Flatten: .flatten
    case is ReLU: .relu
    case is Tanh: .tanh
    case is Sigmoid: .sigmoid
    case is RowSequence: .rowSequence
    case let layer as SimpleRNN: .recurrent(.rnn, layer)
    case let layer as LSTM: .recurrent(.lstm, layer)
    case let layer as GRU: .recurrent(.gru, layer)
    case let layer as Sequential: .sequential(try describe(layer))
    default:
      throw .undescribable(layer: named.name, type: "\(type(of: named.layer))")
    }
  }
}

extension LayerDescription {
  fileprivate static func recurrent(
    _ cell: RecurrentCell, _ layer: some RecurrentLayer
  ) -> LayerDescription {
    .recurrent(
      cell, in: layer.inputs, hidden: layer.hidden, returnsSequence: layer.returnsSequence)
  }
}
