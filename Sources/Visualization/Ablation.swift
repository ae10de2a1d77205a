import NeuralNetworks
public import Tensors

/// How a network does with each filter of a layer switched off, one at a time, over images that come
/// in batches.
///
/// A filter that is off gives 0 everywhere, behind its activation function. The stages below the layer
/// run once a batch. Where the stages above lead straight into a convolution or dense layer, not even
/// that one runs again: what it makes of a filter is subtracted from what it makes of all.
/// - Source: the question is that of Zeiler & Fergus, arXiv 1311.2901, §5.1, Table 3, which takes layers
///   away; what each unit is worth: Morcos et al., "On the importance of single directions for
///   generalization", ICLR 2018, arXiv 1803.06959, §3.1.
public struct Ablation: Sendable {
  /// Predictions that were right, and their loss.
  public struct Score: Sendable, Equatable {
    /// Images.
    public internal(set) var count = 0
    /// Right predictions.
    public internal(set) var correct = 0
    /// The sum of the cross entropies, in nats.
    public internal(set) var lossSum = 0.0

    /// The share of right predictions.
    public var accuracy: Double { Double(correct) / Double(max(1, count)) }
    /// The mean cross entropy in nats.
    public var loss: Double { lossSum / Double(max(1, count)) }

    mutating func add(_ logits: Tensor, labels: [Int]) {
      let result = softmaxCrossEntropy(logits, labels: labels)
      count += labels.count
      correct += result.correctCount
      lossSum += Double(result.mean) * Double(labels.count)
    }
  }

  /// The layer.
  public let layer: NumberedLayer
  /// The filters that are switched off.
  public let filters: [Int]
  /// The network as it is.
  public private(set) var whole = Score()
  /// The network without each of the filters, in their order.
  public private(set) var without: [Score]

  private let deconvnet: Deconvnet
  private let usesShortcut: Bool

  /// Nothing seen yet.
  ///
  /// - `filters`: nil for all of the layer's.
  public init(of layer: NumberedLayer, filters: [Int]? = nil, in deconvnet: Deconvnet) {
    self.init(of: layer, filters: filters, in: deconvnet, usesShortcut: true)
  }

  init(
    of layer: NumberedLayer, filters: [Int]?, in deconvnet: Deconvnet, usesShortcut: Bool
  ) {
    self.layer = layer
    self.filters = filters ?? Array(0..<layer.filters)
    precondition(
      self.filters.allSatisfy { (0..<layer.filters).contains($0) },
      "filters of 0 to \(layer.filters - 1), got \(self.filters)")
    self.deconvnet = deconvnet
    self.usesShortcut = usesShortcut
    without = Array(repeating: Score(), count: self.filters.count)
  }

  /// Looks at a batch.
  ///
  /// - `visit`: receives each filter's index in `filters` and the logits without it.
  public mutating func look(
    at images: Tensor, labels: [Int], visit: (_ place: Int, _ logits: Tensor) -> Void = { _, _ in }
  ) {
    precondition(
      labels.count == images.shape.first, "\(labels.count) labels for images \(images.shape)")
    let maps = deconvnet.activations(of: images, layer: layer)
    let upper = usesShortcut ? UpperStages(deconvnet, above: layer, maps: maps) : nil
    // What goes around the layer comes from the images again.
    func logits(_ maps: Tensor) -> Tensor {
      deconvnet.logits(from: [0: images, layer.stage + 1: maps])
    }
    whole.add(upper?.logits ?? logits(maps), labels: labels)
    for (place, filter) in filters.enumerated() {
      let rest = upper?.logits(without: filter) ?? logits(maps.switchingOff(filter))
      without[place].add(rest, labels: labels)
      visit(place, rest)
    }
  }
}

/// The stages above a layer, so arranged that a filter of it can be taken out cheaply.
private struct UpperStages {
  private let deconvnet: Deconvnet
  /// The stage of the next convolution or dense layer.
  private let linear: Int
  /// What goes into it, and what comes out.
  private let input: Tensor
  private let output: Tensor
  /// Neighbours in a row of `input` that belong to one filter; 1 for maps `[N, H, W, filters]`.
  private let neighbours: Int

  /// nil unless what lies between the layer and the next linear one takes each filter by itself and
  /// makes 0 of 0.
  init?(_ deconvnet: Deconvnet, above layer: NumberedLayer, maps: Tensor) {
    let stages = deconvnet.chain.layers
    let next = stages[(layer.stage + 1)...].firstIndex {
      ($0.layer as? any Projectable)?.keepsFiltersApart != true
    }
    guard let next, (layer.stage + 1...next).allSatisfy(deconvnet.wiring.follows),
      deconvnet.wiring.isCut(next + 1)
    else { return nil }
    let input = deconvnet.chain.values(at: [next], from: [layer.stage + 1: maps])[0]
    switch stages[next].layer {
    case let dense as Dense:
      guard input.rank == 2, dense.inputs.isMultiple(of: layer.filters) else { return nil }
      neighbours = dense.inputs / layer.filters
    case let convolution as Conv2D:
      guard input.rank == 4, convolution.groups == 1, convolution.inChannels == layer.filters
      else { return nil }
      neighbours = 1
    default: return nil
    }
    (self.deconvnet, linear, self.input) = (deconvnet, next, input)
    output = stages[next].layer(input)
  }

  /// The logits with all filters on.
  var logits: Tensor { deconvnet.logits(from: [linear + 1: output]) }

  /// The logits without one.
  func logits(without filter: Int) -> Tensor {
    var rest = output
    Kernels.sgd(&rest, gradient: share(of: filter), rate: 1)
    return deconvnet.logits(from: [linear + 1: rest])
  }

  /// What the linear layer makes of one filter alone, without its bias.
  private func share(of filter: Int) -> Tensor {
    let rows = filter * neighbours..<(filter + 1) * neighbours
    let alone = Kernels.channels(rows, of: input)
    switch deconvnet.chain.layers[linear].layer {
    case let dense as Dense:
      return Dense(weight: dense.weight.images(rows), bias: nil)(alone)
    case let convolution as Conv2D:
      let shape = convolution.weight.shape
      let positions = convolution.weight.reshaped(to: [shape[0] * shape[1], shape[2] * shape[3]])
      let weight = Kernels.channels(filter * shape[3]..<(filter + 1) * shape[3], of: positions)
        .reshaped(to: [shape[0], shape[1], 1, shape[3]])
      return Conv2D(
        weight: weight, bias: nil, stride: convolution.stride, padding: convolution.padding,
        dilation: convolution.dilation)(alone)
    default: preconditionFailure("the next linear layer is a convolution or dense")
    }
  }
}
