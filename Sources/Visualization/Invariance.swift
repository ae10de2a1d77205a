import NeuralNetworks
public import Tensors

/// How far features move, and how sure the network stays, while an image is warped step by step.
///
/// - Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
///   arXiv 1311.2901, §4, Fig. 5.
public struct Invariance: Sendable {
  /// One step of an image's way.
  public struct Point: Sendable, Equatable {
    /// The Euclidean distance of each layer's features to those of the image as it is.
    public var distances: [Double]
    /// The probability of the image's class.
    public var probability: Float
  }

  /// The layers whose features are compared, in the order of `Point.distances`.
  public let layers: [FeatureStage]
  /// The warps.
  public let warps: [Warp]
  /// For each image, a point a warp.
  public let points: [[Point]]

  /// The mean distance over the images at each warp, for a layer.
  public func meanDistances(layer: Int) -> [Double] {
    warps.indices.map { step in
      points.reduce(0) { $0 + $1[step].distances[layer] } / Double(max(1, points.count))
    }
  }

  /// The mean probability over the images at each warp.
  public var meanProbabilities: [Double] {
    warps.indices.map { step in
      points.reduce(0) { $0 + Double($1[step].probability) } / Double(max(1, points.count))
    }
  }
}

/// The features of a layer: its activations, or what its pooling makes of them.
public struct FeatureStage: Sendable, Equatable, CustomStringConvertible {
  /// The layer.
  public let layer: NumberedLayer
  /// Whether the maps behind the layer's pooling are meant.
  public let isPooled: Bool

  /// A layer's features.
  ///
  /// - Throws: `DeconvnetError.noPooling` where nothing pools the maps.
  public init(_ layer: NumberedLayer, pooled: Bool = false) throws(DeconvnetError) {
    guard !pooled || layer.poolingStage != nil else { throw .noPooling(layer: "\(layer)") }
    self.layer = layer
    isPooled = pooled
  }

  /// The stage of the chain whose output the features are.
  var stage: Int { isPooled ? layer.poolingStage ?? layer.stage : layer.stage }

  /// For example `layer 2 (conv2)`, or `layer 2 (conv2), pooled`.
  public var description: String { isPooled ? "\(layer), pooled" : "\(layer)" }
}

extension Deconvnet {
  /// Follows the features of warped images.
  ///
  /// - Parameters:
  ///   - images: images `[1, H, W, C]`, and the class of each.
  ///   - warps: what is done to each.
  ///   - stages: the features to compare: a low layer's and a high one's in the paper.
  ///   - fill: what comes in from outside, one scalar a channel; nil for 0.
  ///   - progress: receives the number of warped images done.
  public func invariance(
    of images: [(image: Tensor, label: Int)], under warps: [Warp], at stages: [FeatureStage],
    fill: [Float]? = nil, progress: (_ done: Int) -> Void = { _ in }
  ) -> Invariance {
    var done = 0
    let points = images.map { sample in
      let clear = features(of: sample.image, at: stages).features
      var points: [Invariance.Point] = []
      let batchSize = Self.batchSize(for: sample.image)
      for first in stride(from: 0, to: warps.count, by: batchSize) {
        let batch = Array(warps[first..<min(warps.count, first + batchSize)])
        let warped = Tensor(
          joining: batch.map { $0.applied(to: sample.image, fill: fill) })
        let (features, probabilities) = features(of: warped, at: stages)
        for row in batch.indices {
          let distances = zip(features, clear).map { features, clear in
            Self.distance(features, row: row, to: clear)
          }
          points.append(
            Invariance.Point(
              distances: distances,
              probability: probabilities[row, sample.label]))
        }
        done += batch.count
        progress(done)
      }
      return points
    }
    return Invariance(layers: stages, warps: warps, points: points)
  }

  /// The features at some stages, in their order, and the classes' probabilities, in one pass.
  func features(
    of images: Tensor, at stages: [FeatureStage]
  ) -> (features: [Tensor], probabilities: Tensor) {
    let values = chain.values(
      at: stages.map { $0.stage + 1 } + [logitPlace], from: [0: images])
    return (Array(values.dropLast()), Self.softmax(rows(values[stages.count])))
  }

  /// The Euclidean distance of one image's features to those of a single one.
  private static func distance(_ features: Tensor, row: Int, to clear: Tensor) -> Double {
    features.withUnsafeBufferPointer { features in
      clear.withUnsafeBufferPointer { clear in
        var sum = 0.0
        for index in clear.indices {
          let difference = Double(features[row * clear.count + index]) - Double(clear[index])
          sum += difference * difference
        }
        return sum.squareRoot()
      }
    }
  }
}

extension Tensor {
  /// Batches of images of one size, one after the other.
  package init(joining parts: [Tensor]) {
    precondition(
      !parts.isEmpty && parts.allSatisfy { $0.shape.dropFirst() == parts[0].shape.dropFirst() },
      "images of one size, got \(parts.map(\.shape))")
    self.init(
      uninitializedShape: [parts.reduce(0) { $0 + $1.shape[0] }] + parts[0].shape.dropFirst()
    ) { buffer in
      var start = 0
      for part in parts {
        part.withUnsafeBufferPointer { scalars in
          _ = UnsafeMutableBufferPointer(rebasing: buffer[start..<start + part.count])
            .initialize(fromContentsOf: scalars)
        }
        start += part.count
      }
    }
  }
}
