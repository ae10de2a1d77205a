package import Tensors

/// The mean map of each filter of a layer over many images: where in the image it is active.
package struct MeanMaps: Sendable {
  /// Images looked at.
  package private(set) var seen = 0
  private var shape: [Int] = []
  private var sums: [Double] = []

  /// Nothing seen yet.
  package init() {}

  /// Looks at a layer's activations for a batch, `[N, H, W, filters]` or `[N, units]`.
  package mutating func look(at activations: Tensor) {
    shape = Array(activations.shape.dropFirst())
    let count = shape.reduce(1, *)
    if sums.isEmpty { sums = Array(repeating: 0, count: count) }
    precondition(sums.count == count, "activations of shape \(activations.shape) after others")
    let batch = activations.shape[0]
    sums.withUnsafeMutableBufferPointer { sums in
      activations.withUnsafeBufferPointer { scalars in
        Parallel.forEachRange(count, chunk: 1 << 12) { range in
          for image in 0..<batch {
            for index in range { sums[index] += Double(scalars[image * count + index]) }
          }
        }
      }
    }
    seen += batch
  }

  /// The means, `[H, W, filters]` or `[units]`; empty before the first batch.
  package var maps: Tensor {
    let count = Double(max(1, seen))
    return Tensor(shape: shape.isEmpty ? [0] : shape, scalars: sums.map { Float($0 / count) })
  }
}
