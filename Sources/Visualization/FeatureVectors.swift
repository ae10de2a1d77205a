package import Tensors

/// What a layer makes of images, a vector each.
package struct FeatureVectors: Sendable {
  /// How a convolution's maps become numbers.
  package enum Pooling: String, Sendable, CaseIterable {
    /// The largest activation of each map.
    case max
    /// The mean of each map.
    case mean
    /// All activations of all maps.
    case none
  }

  /// Numbers of a vector.
  package private(set) var dimension = 0
  /// The vectors, side by side.
  package private(set) var scalars: [Float] = []
  private let pooling: Pooling

  /// No vectors yet.
  package init(pooling: Pooling = .max) { self.pooling = pooling }

  /// The number of vectors.
  package var count: Int { dimension > 0 ? scalars.count / dimension : 0 }

  /// Adds those of a batch: a layer's activations, `[N, H, W, filters]` or `[N, units]`.
  package mutating func add(_ activations: Tensor) {
    let shape = activations.shape
    guard shape.count == 4, pooling != .none else {
      dimension = shape.dropFirst().reduce(1, *)
      scalars += activations.scalars
      return
    }
    let (channels, positions) = (shape[3], shape[1] * shape[2])
    dimension = channels
    activations.withUnsafeBufferPointer { maps in
      for image in 0..<shape[0] {
        var vector = [Float](repeating: pooling == .max ? -.infinity : 0, count: channels)
        for position in 0..<positions {
          let start = (image * positions + position) * channels
          for channel in 0..<channels {
            let value = maps[start + channel]
            vector[channel] =
              pooling == .max
              ? Swift.max(vector[channel], value) : vector[channel] + value / Float(positions)
          }
        }
        scalars += vector
      }
    }
  }

  /// The share of vectors whose nearest other one, by Euclidean distance, has the same label: how well
  /// the layer keeps classes apart.
  package func nearestNeighbourAgreement(labels: [Int]) -> Double {
    precondition(labels.count == count, "\(labels.count) labels for \(count) vectors")
    guard count > 1 else { return 0 }
    let all = Tensor(shape: [count, dimension], scalars: scalars)
    let squares = (0..<count).map { row in
      scalars[row * dimension..<(row + 1) * dimension].reduce(Float(0)) { $0 + $1 * $1 }
    }
    var agreeing = 0
    for start in stride(from: 0, to: count, by: 256) {
      let rows = start..<min(start + 256, count)
      let part = Tensor(
        shape: [rows.count, dimension],
        scalars: scalars[start * dimension..<rows.upperBound * dimension])
      let products = Kernels.product(
        Kernels.Matrix(part), Kernels.Matrix(all).transposed)
      products.withUnsafeBufferPointer { products in
        for row in rows {
          var best = (other: -1, distance: Float.infinity)
          for other in 0..<count where other != row {
            let distance = squares[other] - 2 * products[(row - start) * count + other]
            if distance < best.distance { best = (other, distance) }
          }
          if best.other >= 0, labels[best.other] == labels[row] { agreeing += 1 }
        }
      }
    }
    return Double(agreeing) / Double(count)
  }
}
