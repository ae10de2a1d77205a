import Datasets
import NeuralNetworks
import Tensors

/// How a network does on the test images.
struct Evaluation {
  /// The mean cross entropy in nats.
  let loss: Double
  /// The share of correct predictions.
  let accuracy: Double
  /// The convolutions' maps behind the activation, `activation1`, …, or a recurrent layer's `states`
  /// after each row, over all images.
  let activations: [(name: String, statistics: Statistics)]
  /// The convolutions, and how many of their filters gave nothing but zero for every image.
  let deadFilters: [(layer: String, dead: Int)]
  /// The softmax of each image, `[count, classes]`.
  let probabilities: [Float]
  /// The most probable class of each image.
  let predictions: [Int]

  private static let batchSize = 100

  /// One pass over the images.
  ///
  /// - Parameters:
  ///   - looksInside: whether activations and dead filters are looked for too.
  ///   - seen: receives how many images were looked at.
  init(
    of model: Sequential, on images: LabeledImages, pixelRange: PixelRange,
    looksInside: Bool = false, seen: (Int) -> Void = { _ in }
  ) {
    let stages =
      looksInside ? EvaluationStage.stages(of: model) : [EvaluationStage(layers: model)]
    var uses: [FilterUse?] = stages.map { _ in nil }
    var statistics = stages.map { _ in Statistics() }
    var loss = 0.0
    var correct = 0
    var predictions: [Int] = []
    var probabilities: [Float] = []
    for batch in images.batches(of: Self.batchSize, pixelRange: pixelRange) {
      var x = batch.images
      for (index, stage) in stages.enumerated() {
        if let layer = stage.layers.layers.first?.layer as? any RecurrentLayer {
          statistics[index].add(layer.statesAfterEachStep(x))
        }
        x = stage.layers(x)
        guard stage.convolution != nil else { continue }
        statistics[index].add(x)
        uses[index] = uses[index] ?? FilterUse(channels: x.shape[x.rank - 1])
        uses[index]?.look(at: x)
      }
      let result = softmaxCrossEntropy(x, labels: batch.labels)
      loss += Double(result.mean) * Double(batch.count)
      correct += result.correctCount
      probabilities += result.probabilities.scalars
      predictions += result.predictions
      seen(predictions.count)
    }
    let count = Double(max(1, images.count))
    self.loss = loss / count
    accuracy = Double(correct) / count
    deadFilters = zip(stages, uses).compactMap { stage, use in
      guard let name = stage.convolution, let use else { return nil }
      return (name, use.unused)
    }
    activations = zip(stages, statistics).compactMap { stage, statistics in
      stage.activation.map { ($0, statistics) }
    }
    self.predictions = predictions
    self.probabilities = probabilities
  }
}

/// A convolution with all up to its activation, a recurrent layer, or a layer between such.
struct EvaluationStage {
  /// The convolution's name.
  var convolution: String?
  /// What its output's statistics are called.
  var activation: String?
  var layers: Sequential

  /// The stages of a network, one after the other.
  static func stages(of model: Sequential) -> [EvaluationStage] {
    var stages: [EvaluationStage] = []
    var index = 0
    var convolutions = 0
    while index < model.layers.count {
      let named = model.layers[index]
      var end = index + 1
      if named.layer is Conv2D {
        convolutions += 1
        while end + 1 < model.layers.count,
          model.layers[end].layer is MaxPool2D && model.layers[end + 1].layer is BatchNorm2D
            || model.layers[end].layer is BatchNorm2D
        { end += 1 }
        end = min(end + 1, model.layers.count)
        stages.append(
          EvaluationStage(
            convolution: named.name, activation: "activation\(convolutions)",
            layers: Sequential(Array(model.layers[index..<end]))))
      } else {
        let isRecurrent = named.layer is any RecurrentLayer
        stages.append(
          EvaluationStage(activation: isRecurrent ? "states" : nil, layers: Sequential([named])))
      }
      index = end
    }
    return stages
  }
}

/// Which channels ever were anything but zero.
private struct FilterUse {
  private var isUsed: [Bool]

  init(channels: Int) { isUsed = Array(repeating: false, count: channels) }

  mutating func look(at maps: Tensor) {
    // Most filters are in use after the first image: only the rest are looked for.
    let channels = isUsed.count
    let unused = isUsed.indices.filter { !isUsed[$0] }
    guard !unused.isEmpty else { return }
    maps.withUnsafeBufferPointer { scalars in
      for channel in unused {
        isUsed[channel] = stride(from: channel, to: scalars.count, by: channels).contains {
          scalars[$0] != 0
        }
      }
    }
  }

  var unused: Int { isUsed.filter { !$0 }.count }
}
