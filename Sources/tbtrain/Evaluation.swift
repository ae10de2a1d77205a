import Datasets
import NeuralNetworks
import Tensors

/// How a network does on the test images.
struct Evaluation {
  /// The mean cross entropy in nats.
  let loss: Double
  /// The share of correct predictions.
  let accuracy: Double
  /// The convolutions, and how many of their filters gave nothing but zero for every image.
  let deadFilters: [(layer: String, dead: Int)]
  /// The softmax of each image, `[count, classes]`.
  let probabilities: [Float]
  /// The first wrong predictions: the image's index and the predicted class.
  let mistakes: [(index: Int, predicted: Int)]

  private static let batchSize = 100
  private static let mistakesKept = 16

  /// One pass over the images.
  init(of model: Sequential, on images: LabeledImages, pixelRange: PixelRange) {
    let stages = Self.stages(of: model)
    var firsts: [FilterUse?] = stages.map { _ in nil }
    var loss = 0.0
    var correct = 0
    var mistakes: [(Int, Int)] = []
    var probabilities: [Float] = []
    for batch in images.batches(of: Self.batchSize, pixelRange: pixelRange) {
      var x = batch.images
      for (index, stage) in stages.enumerated() {
        x = stage.layers(x)
        guard stage.convolution != nil else { continue }
        var use = firsts[index] ?? FilterUse(channels: x.shape[x.rank - 1])
        use.look(at: x)
        firsts[index] = use
      }
      let result = softmaxCrossEntropy(x, labels: batch.labels)
      loss += Double(result.mean) * Double(batch.count)
      correct += result.correctCount
      probabilities += result.probabilities.scalars
      for (row, index) in batch.indices.enumerated()
      where result.predictions[row] != batch.labels[row] && mistakes.count < Self.mistakesKept {
        mistakes.append((index, result.predictions[row]))
      }
    }
    let count = Double(max(1, images.count))
    self.loss = loss / count
    accuracy = Double(correct) / count
    deadFilters = zip(stages, firsts).compactMap { stage, use in
      guard let name = stage.convolution, let use else { return nil }
      return (name, use.unused)
    }
    self.mistakes = mistakes
    self.probabilities = probabilities
  }

  /// A convolution with the activation and pooling behind it, or the layers after the last one.
  private struct Stage {
    var convolution: String?
    var layers: Sequential
  }

  private static func stages(of model: Sequential) -> [Stage] {
    var stages: [Stage] = []
    var pending: [Sequential.NamedLayer] = []
    var convolution: String?
    func finish() {
      if !pending.isEmpty {
        stages.append(Stage(convolution: convolution, layers: Sequential(pending)))
      }
      (pending, convolution) = ([], nil)
    }
    for named in model.layers {
      if named.layer is Conv2D {
        finish()
        convolution = named.name
      } else if named.layer is Flatten {
        finish()
      }
      pending.append(named)
    }
    finish()
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
