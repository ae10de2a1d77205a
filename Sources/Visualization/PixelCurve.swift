package import Tensors

/// How sure a network is of a class while an image's pixels are taken away, or put in, a few at a time.
///
/// What a saliency map holds for important goes first: its curve falls fast when pixels are deleted and rises
/// fast when they are inserted, so that the area below it is small or large.
/// - Source: Petsiuk, Das & Saenko, "RISE: Randomized Input Sampling for Explanation of Black-box Models",
///   BMVC 2018, arXiv 1806.07421, §4.1.
package struct PixelCurve: Sendable, Equatable {
  /// What is done to the pixels.
  package enum Kind: String, Sendable, CaseIterable {
    /// The image's become a plain colour.
    case deletion
    /// Those of a blurred image become the image's.
    case insertion
  }

  /// The shares of pixels that were changed, from 0 to 1.
  package let shares: [Double]
  /// The probability of the class at each.
  package let probabilities: [Double]

  package init(shares: [Double], probabilities: [Double]) {
    precondition(
      shares.count == probabilities.count,
      "\(probabilities.count) probabilities at \(shares.count) shares")
    (self.shares, self.probabilities) = (shares, probabilities)
  }

  /// The area below the curve, by trapezoids: 0 to 1.
  package var area: Double {
    shares.indices.dropFirst().reduce(0) { area, index in
      area + (shares[index] - shares[index - 1])
        * (probabilities[index] + probabilities[index - 1]) / 2
    }
  }
}

extension SaliencyMap {
  /// The pixels by the magnitude of their scores, the largest first; of equal ones in row-major order.
  package var pixelOrder: [Int] {
    let values = magnitudes
    return values.indices.sorted { (values[$0], $1) > (values[$1], $0) }
  }
}

extension Deconvnet {
  /// The probability of a class while the pixels of one image become those of another.
  ///
  /// - Parameters:
  ///   - start: the image at the beginning, `[1, H, W, C]`.
  ///   - end: the image at the end.
  ///   - order: all pixels, in row-major numbers, in the order in which they change.
  ///   - perStep: pixels that change between two points of the curve.
  package func pixelCurve(
    of label: Int, from start: Tensor, to end: Tensor, order: [Int], perStep: Int
  ) -> PixelCurve {
    let channels = start.shape[3]
    let count = start.count / channels
    precondition(
      start.shape == end.shape && order.count == count && perStep > 0,
      "\(order.count) pixels, \(perStep) a step, from an image \(start.shape) to \(end.shape)")
    let changed = Array(stride(from: 0, to: count, by: perStep)) + [count]
    var current = start.scalars
    let goal = end.scalars
    var done = 0
    var probabilities: [Double] = []
    let batchSize = Self.batchSize(for: start)
    for first in stride(from: 0, to: changed.count, by: batchSize) {
      let batch = changed[first..<min(changed.count, first + batchSize)]
      let images = Tensor(uninitializedShape: [batch.count] + start.shape.dropFirst()) { buffer in
        for (row, number) in batch.enumerated() {
          for pixel in order[done..<number] {
            for channel in pixel * channels..<(pixel + 1) * channels {
              current[channel] = goal[channel]
            }
          }
          done = number
          _ = UnsafeMutableBufferPointer(
            rebasing: buffer[row * current.count..<(row + 1) * current.count]
          ).initialize(fromContentsOf: current)
        }
      }
      let all = self.probabilities(of: images)
      probabilities += (0..<batch.count).map { Double(all[$0, label]) }
    }
    return PixelCurve(
      shares: changed.map { Double($0) / Double(count) }, probabilities: probabilities)
  }
}
