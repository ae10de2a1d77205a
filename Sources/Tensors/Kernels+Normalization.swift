/// Sums over all places of each channel, in double precision, and what a normalisation does with them.
extension Kernels {
  /// The sum of each channel over all places: of `x`, and of `x · other`.
  ///
  /// Places are summed chunk by chunk, then chunks in their order: the number of threads changes nothing.
  package static func sumsAndProductsOfChannels(
    _ x: Tensor, times other: Tensor
  ) -> (plain: [Double], products: [Double]) {
    precondition(x.count == other.count, "shapes \(x.shape) and \(other.shape) differ")
    let count = x.shape.last ?? 0
    guard count > 0 else { return ([], []) }
    let places = x.count / count
    let chunk = max(1, elementChunk / count)
    var parts = [Double](repeating: 0, count: (places + chunk - 1) / chunk * 2 * count)
    parts.withUnsafeMutableBufferPointer { parts in
      x.withUnsafeBufferPointer { x in
        other.withUnsafeBufferPointer { other in
          let parts = parts
          Parallel.forEachRange(places, chunk: chunk) { range in
            let first = range.lowerBound / chunk * 2 * count
            let plain = parts.extracting(first..<first + count)
            let products = parts.extracting(first + count..<first + 2 * count)
            for place in range {
              let x = x.extracting(place * count..<(place + 1) * count)
              let other = other.extracting(place * count..<(place + 1) * count)
              for channel in 0..<count {
                let value = Double(x[channel])
                plain[channel] += value
                products[channel] += value * Double(other[channel])
              }
            }
          }
        }
      }
    }
    var sums = [Double](repeating: 0, count: 2 * count)
    for index in parts.indices { sums[index % (2 * count)] += parts[index] }
    return (Array(sums[..<count]), Array(sums[count...]))
  }

  /// The mean and the variance of each channel over all places: of the population, not of a sample.
  package static func momentsOfChannels(_ x: Tensor) -> (mean: [Double], variance: [Double]) {
    let (sums, squares) = sumsAndProductsOfChannels(x, times: x)
    let count = Double(max(1, x.count / max(1, sums.count)))
    let mean = sums.map { $0 / count }
    return (mean, zip(mean, squares).map { max(0, $1 / count - $0 * $0) })
  }

  /// `scale[c] · x + slope[c] · other + shift[c]` for each channel `c`.
  package static func combinedChannels(
    _ x: Tensor, scale: [Float], _ other: Tensor, slope: [Float], shift: [Float]
  ) -> Tensor {
    let count = scale.count
    precondition(
      x.shape.last == count && slope.count == count && shift.count == count,
      "\(count) scales for a tensor of shape \(x.shape)")
    return rows(of: x, and: other) { x, other, to in
      for channel in 0..<count {
        to[channel] = scale[channel] * x[channel] + slope[channel] * other[channel] + shift[channel]
      }
    }
  }
}
