/// Work on the last dimension: the channels of images `[N, H, W, C]` and the filters of convolution
/// weights `[height, width, in, out]` alike.
extension Kernels {
  /// Some of the channels, the others left out.
  package static func channels(_ range: Range<Int>, of x: Tensor) -> Tensor {
    let count = x.shape.last ?? 0
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "channels \(range) of a tensor of shape \(x.shape)")
    return Tensor(uninitializedShape: x.shape.dropLast() + [range.count]) { y in
      x.withUnsafeBufferPointer { x in
        guard let from = x.baseAddress, let to = y.baseAddress, count > 0 else { return }
        for place in 0..<x.count / count {
          (to + place * range.count).update(
            from: from + place * count + range.lowerBound, count: range.count)
        }
      }
    }
  }

  /// The channels of several tensors side by side; but for their last dimension they have one shape.
  package static func joinedChannels(_ parts: [Tensor]) -> Tensor {
    let shape = parts[0].shape.dropLast()
    precondition(
      parts.allSatisfy { $0.shape.dropLast() == shape },
      "channels of tensors of the shapes \(parts.map(\.shape)) can't be joined")
    let counts = parts.map { $0.shape.last ?? 0 }
    let total = counts.reduce(0, +)
    return Tensor(uninitializedShape: shape + [total]) { y in
      var first = 0
      for (part, count) in zip(parts, counts) where count > 0 {
        part.withUnsafeBufferPointer { x in
          guard let from = x.baseAddress, let to = y.baseAddress else { return }
          for place in 0..<x.count / count {
            (to + place * total + first).update(from: from + place * count, count: count)
          }
        }
        first += count
      }
    }
  }

  /// Convolution weights with zeros between their rows and columns: the weights of a dilated
  /// convolution as those of a larger one.
  package static func dilated(_ weight: Tensor, by dilation: Extent) -> Tensor {
    guard dilation != Extent(1) else { return weight }
    return weight.prepared(.dilated(dilation)) { spread(weight, by: dilation) }
  }

  private static func spread(_ weight: Tensor, by dilation: Extent) -> Tensor {
    let size = Extent(height: weight.shape[0], width: weight.shape[1])
    let wide = size.dilated(by: dilation)
    return spread(weight, count: 1, of: size, by: dilation)
      .reshaped(to: [wide.height, wide.width] + weight.shape.dropFirst(2))
  }

  /// `[count, height, width, …]` with zeros between rows and columns, as `[count, height', width', run]`.
  static func spread(_ x: Tensor, count: Int, of size: Extent, by step: Extent) -> Tensor {
    let wide = size.dilated(by: step)
    let run = x.count / max(count * size.height * size.width, 1)
    var result = Tensor(zeros: [count, wide.height, wide.width, run])
    result.withUnsafeMutableBufferPointer { y in
      x.withUnsafeBufferPointer { x in
        guard let from = x.baseAddress, let to = y.baseAddress else { return }
        for row in 0..<count * size.height {
          let (each, line) = row.quotientAndRemainder(dividingBy: size.height)
          let start = (each * wide.height + line * step.height) * wide.width
          for column in 0..<size.width {
            (to + (start + column * step.width) * run).update(
              from: from + (row * size.width + column) * run, count: run)
          }
        }
      }
    }
    return result
  }

  /// The inverse of `dilated`: what stood between rows and columns is left out.
  package static func contracted(
    _ weight: Tensor, to kernel: Extent, dilation: Extent
  ) -> Tensor {
    guard dilation != Extent(1) else { return weight }
    let wide = weight.shape[1]
    let run = weight.shape[2] * weight.shape[3]
    return Tensor(
      uninitializedShape: [kernel.height, kernel.width, weight.shape[2], weight.shape[3]]
    ) { y in
      weight.withUnsafeBufferPointer { x in
        guard let from = x.baseAddress, let to = y.baseAddress else { return }
        for place in 0..<kernel.height * kernel.width {
          let source =
            place / kernel.width * dilation.height * wide + place % kernel.width * dilation.width
          (to + place * run).update(from: from + source * run, count: run)
        }
      }
    }
  }

  /// `scale[c] · x + shift[c]` for each channel `c`; without `shift`, `scale[c] · x`.
  package static func scaledChannels(_ x: Tensor, scale: [Float], shift: [Float]? = nil) -> Tensor {
    let count = scale.count
    precondition(
      x.shape.last == count && shift?.count ?? count == count,
      "\(count) scales for a tensor of shape \(x.shape)")
    return rows(of: x) { from, to in
      if let shift {
        for channel in 0..<count { to[channel] = from[channel] * scale[channel] + shift[channel] }
      } else {
        for channel in 0..<count { to[channel] = from[channel] * scale[channel] }
      }
    }
  }

  /// `x` where it is positive, `slope · x` elsewhere.
  package static func leakyReLU(_ x: Tensor, slope: Float) -> Tensor {
    rows(of: x) { from, to in
      for index in from.indices { to[index] = from[index] > 0 ? from[index] : from[index] * slope }
    }
  }

  /// The input gradient of `leakyReLU`, from its input and its output's gradient.
  package static func leakyReLUGradient(_ x: Tensor, slope: Float, _ gradient: Tensor) -> Tensor {
    rows(of: gradient, and: x) { gradient, x, to in
      for index in x.indices {
        to[index] = x[index] > 0 ? gradient[index] : gradient[index] * slope
      }
    }
  }

  package typealias Row = UnsafeBufferPointer<Float>
  package typealias MutableRow = UnsafeMutableBufferPointer<Float>

  /// A tensor of the same shape, made row by row of the last dimension, on several threads.
  package static func rows(of x: Tensor, _ body: (Row, MutableRow) -> Void) -> Tensor {
    let count = x.shape.last ?? 1
    return Tensor(uninitializedShape: x.shape) { y in
      x.withUnsafeBufferPointer { x in
        guard count > 0 else { return }
        Parallel.forEachRange(x.count / count, chunk: max(1, elementChunk / count)) { places in
          for place in places {
            let range = place * count..<(place + 1) * count
            body(x.extracting(range), y.extracting(range))
          }
        }
      }
    }
  }

  /// The same from two tensors of one shape.
  package static func rows(
    of x: Tensor, and other: Tensor, _ body: (Row, Row, MutableRow) -> Void
  ) -> Tensor {
    precondition(x.count == other.count, "shapes \(x.shape) and \(other.shape) differ")
    let count = x.shape.last ?? 1
    return Tensor(uninitializedShape: x.shape) { y in
      x.withUnsafeBufferPointer { x in
        other.withUnsafeBufferPointer { other in
          guard count > 0 else { return }
          Parallel.forEachRange(x.count / count, chunk: max(1, elementChunk / count)) { places in
            for place in places {
              let range = place * count..<(place + 1) * count
              body(x.extracting(range), other.extracting(range), y.extracting(range))
            }
          }
        }
      }
    }
  }

  /// The sum of each channel over all places, in double precision: of `x`, or of `x · other`.
  package static func sumsOfChannels(_ x: Tensor, times other: Tensor? = nil) -> [Double] {
    let count = x.shape.last ?? 0
    var sums = [Double](repeating: 0, count: count)
    x.withUnsafeBufferPointer { x in
      func add(_ factor: (Int) -> Double) {
        for index in x.indices { sums[index % count] += Double(x[index]) * factor(index) }
      }
      guard let other else { return add { _ in 1 } }
      other.withUnsafeBufferPointer { other in add { Double(other[$0]) } }
    }
    return sums
  }
}
