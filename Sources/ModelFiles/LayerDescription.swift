public import NeuralNetworks
public import Tensors

/// What a layer is, without its parameters: enough to make it again from a checkpoint's tensors.
///
/// In JSON an object with a `type` and the type's settings:
/// `{"type": "conv2d", "in": 1, "out": 32, "kernel": {…}, "stride": {…}, "padding": {…}, "bias": true}`.
public indirect enum LayerDescription: Sendable, Equatable {
  /// A convolution.
  case conv2D(
    in: Int, out: Int, kernel: Extent, stride: Stride, padding: Padding, hasBias: Bool,
    dilation: Stride = Stride(1), groups: Int = 1)
  /// A max pooling.
  case maxPool2D(size: Extent, stride: Stride, padding: Padding, roundsUp: Bool)
  /// An average pooling.
  case averagePool2D(
    size: Extent, stride: Stride, padding: Padding, countsPadding: Bool, roundsUp: Bool = false)
  /// An average over whole images.
  case globalAveragePool2D
  /// A batch normalisation.
  case batchNorm2D(channels: Int, epsilon: Float, usesBatchStatistics: Bool = false)
  /// A local response normalisation.
  case localResponseNormalization(size: Int, before: Int, alpha: Float, beta: Float, k: Float)
  /// A fully connected layer.
  case dense(in: Int, out: Int, hasBias: Bool)
  /// A dropout.
  case dropout(rate: Float)
  /// A flattening of images to rows.
  case flatten
  /// `max(0, x)`.
  case relu
  /// The hyperbolic tangent.
  case tanh
  /// The logistic function.
  case sigmoid
  /// A rectifier that lets a share of negative scalars through.
  case leakyReLU(slope: Float)
  /// Probabilities.
  case softmax
  /// Logarithms of probabilities.
  case logSoftmax
  /// An image as the sequence of its rows.
  case rowSequence
  /// A recurrent layer that gives the state after each step, or after the last one.
  case recurrent(RecurrentCell, in: Int, hidden: Int, returnsSequence: Bool)
  /// Layers inside a layer.
  case sequential([NamedLayerDescription])
}

/// A layer's description and its name.
public struct NamedLayerDescription: Sendable, Equatable {
  /// For example `conv1`.
  public var name: String
  /// What the layer is.
  public var layer: LayerDescription

  /// A named layer.
  public init(_ name: String, _ layer: LayerDescription) {
    self.name = name
    self.layer = layer
  }
}

// MARK: - JSON

extension LayerDescription {
  private enum Kind: String, Codable {
    case conv2d, maxpool2d, averagepool2d, dense, dropout, flatten, relu, tanh, sigmoid, sequential
    case globalaveragepool2d, batchnorm2d, localresponsenorm, leakyrelu, softmax, logsoftmax
    case rows, rnn, lstm, gru

    init(_ cell: RecurrentCell) {
      switch cell {
      case .rnn: self = .rnn
      case .lstm: self = .lstm
      case .gru: self = .gru
      }
    }
  }

  fileprivate enum Key: String, CodingKey {
    case name, type, `in`, out, kernel, size, stride, padding, bias, rate, layers
    case dilation, groups, channels, eps, before, alpha, beta, k, slope, hidden, sequence
    case usesBatchStatistics = "batch_statistics"
    case roundsUp = "ceil_mode"
    case countsPadding = "count_include_pad"
  }

  fileprivate init(_ fields: KeyedDecodingContainer<Key>) throws {
    func value<Value: Decodable>(_ key: Key) throws -> Value {
      try fields.decode(Value.self, forKey: key)
    }
    // What came later than the first checkpoints has a default.
    func value<Value: Decodable>(_ key: Key, otherwise: Value) throws -> Value {
      try fields.decodeIfPresent(Value.self, forKey: key) ?? otherwise
    }
    func recurrent(_ cell: RecurrentCell) throws -> LayerDescription {
      .recurrent(
        cell, in: try value(.in), hidden: try value(.hidden), returnsSequence: try value(.sequence))
    }
    self =
      switch try value(.type) as Kind {
      case .conv2d:
        .conv2D(
          in: try value(.in), out: try value(.out), kernel: try value(.kernel),
          stride: try value(.stride), padding: try value(.padding), hasBias: try value(.bias),
          dilation: try value(.dilation, otherwise: Stride(1)),
          groups: try value(.groups, otherwise: 1))
      case .maxpool2d:
        .maxPool2D(
          size: try value(.size), stride: try value(.stride), padding: try value(.padding),
          roundsUp: try value(.roundsUp))
      case .averagepool2d:
        .averagePool2D(
          size: try value(.size), stride: try value(.stride), padding: try value(.padding),
          countsPadding: try value(.countsPadding),
          roundsUp: try value(.roundsUp, otherwise: false))
      case .globalaveragepool2d: .globalAveragePool2D
      case .batchnorm2d:
        .batchNorm2D(
          channels: try value(.channels), epsilon: try value(.eps),
          usesBatchStatistics: try value(.usesBatchStatistics, otherwise: false))
      case .localresponsenorm:
        .localResponseNormalization(
          size: try value(.size), before: try value(.before), alpha: try value(.alpha),
          beta: try value(.beta), k: try value(.k))
      case .leakyrelu: .leakyReLU(slope: try value(.slope))
      case .softmax: .softmax
      case .logsoftmax: .logSoftmax
      case .dense:
        .dense(in: try value(.in), out: try value(.out), hasBias: try value(.bias))
      case .dropout: .dropout(rate: try value(.rate))
      case .flatten: .flatten
      case .relu: .relu
      case .tanh: .tanh
      case .sigmoid: .sigmoid
      case .rows: .rowSequence
      case .rnn: try recurrent(.rnn)
      case .lstm: try recurrent(.lstm)
      case .gru: try recurrent(.gru)
      case .sequential: .sequential(try value(.layers))
      }
  }

  fileprivate func encode(to fields: inout KeyedEncodingContainer<Key>) throws {
    func put(_ kind: Kind) throws { try fields.encode(kind, forKey: .type) }
    switch self {
    case .conv2D(
      let inputs, let outputs, let kernel, let stride, let padding, let hasBias, let dilation,
      let groups):
      try put(.conv2d)
      try fields.encode(inputs, forKey: .in)
      try fields.encode(outputs, forKey: .out)
      try fields.encode(kernel, forKey: .kernel)
      try fields.encode(stride, forKey: .stride)
      try fields.encode(padding, forKey: .padding)
      try fields.encode(hasBias, forKey: .bias)
      if dilation != Stride(1) { try fields.encode(dilation, forKey: .dilation) }
      if groups != 1 { try fields.encode(groups, forKey: .groups) }
    case .maxPool2D(let size, let stride, let padding, let roundsUp):
      try put(.maxpool2d)
      try fields.encode(size, forKey: .size)
      try fields.encode(stride, forKey: .stride)
      try fields.encode(padding, forKey: .padding)
      try fields.encode(roundsUp, forKey: .roundsUp)
    case .averagePool2D(
      let size, let stride, let padding, let countsPadding, let roundsUp):
      try put(.averagepool2d)
      try fields.encode(size, forKey: .size)
      try fields.encode(stride, forKey: .stride)
      try fields.encode(padding, forKey: .padding)
      try fields.encode(countsPadding, forKey: .countsPadding)
      if roundsUp { try fields.encode(roundsUp, forKey: .roundsUp) }
    case .globalAveragePool2D: try put(.globalaveragepool2d)
    case .batchNorm2D(let channels, let epsilon, let usesBatchStatistics):
      try put(.batchnorm2d)
      try fields.encode(channels, forKey: .channels)
      try fields.encode(epsilon, forKey: .eps)
      if usesBatchStatistics {
        try fields.encode(usesBatchStatistics, forKey: .usesBatchStatistics)
      }
    case .localResponseNormalization(let size, let before, let alpha, let beta, let k):
      try put(.localresponsenorm)
      try fields.encode(size, forKey: .size)
      try fields.encode(before, forKey: .before)
      try fields.encode(alpha, forKey: .alpha)
      try fields.encode(beta, forKey: .beta)
      try fields.encode(k, forKey: .k)
    case .dense(let inputs, let outputs, let hasBias):
      try put(.dense)
      try fields.encode(inputs, forKey: .in)
      try fields.encode(outputs, forKey: .out)
      try fields.encode(hasBias, forKey: .bias)
    case .dropout(let rate):
      try put(.dropout)
      try fields.encode(rate, forKey: .rate)
    case .flatten: try put(.flatten)
    case .relu: try put(.relu)
    case .tanh: try put(.tanh)
    case .sigmoid: try put(.sigmoid)
    case .leakyReLU(let slope):
      try put(.leakyrelu)
      try fields.encode(slope, forKey: .slope)
    case .softmax: try put(.softmax)
    case .logSoftmax: try put(.logsoftmax)
    case .rowSequence: try put(.rows)
    case .recurrent(let cell, let inputs, let hidden, let returnsSequence):
      try put(Kind(cell))
      try fields.encode(inputs, forKey: .in)
      try fields.encode(hidden, forKey: .hidden)
      try fields.encode(returnsSequence, forKey: .sequence)
    case .sequential(let layers):
      try put(.sequential)
      try fields.encode(layers, forKey: .layers)
    }
  }
}

extension NamedLayerDescription: Codable {
  /// Reads a layer's object.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: LayerDescription.Key.self)
    name = try fields.decode(String.self, forKey: .name)
    layer = try LayerDescription(fields)
  }

  /// Writes a layer's object.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: LayerDescription.Key.self)
    try fields.encode(name, forKey: .name)
    try layer.encode(to: &fields)
  }
}
