internal import CKernels

extension Kernels {
  /// The maximum of each window, and where it was.
  ///
  /// - Shapes: `[N, H, W, C] → [N, H', W', C]`.
  package static func maxPool(
    _ x: Tensor, _ pooling: PoolingGeometry
  ) -> (output: Tensor, switches: Switches) {
    let batch = images(in: x, of: pooling.inputCount)
    var switches: Switches?
    let output = Tensor(
      uninitializedShape: [batch, pooling.outputHeight, pooling.outputWidth, pooling.channels]
    ) { y in
      switches = Switches(pooling: pooling, batch: batch) { switches in
        x.withUnsafeBufferPointer { x in
          guard let x = x.baseAddress, let y = y.baseAddress else { return }
          maxPool(x, pooling, batch: batch, y: y, switches: switches)
        }
      }
    }
    guard let switches else { preconditionFailure("the switches are made with the output") }
    return (output, switches)
  }

  /// A batch's maxima.
  static func maxPool(
    _ x: UnsafePointer<Float>, _ pooling: PoolingGeometry, batch: Int,
    y: UnsafeMutablePointer<Float>, switches: UnsafeMutablePointer<UInt8>
  ) {
    let parts = pooling.parts(batch)
    Parallel.forEach(parts == 1 ? batch : 1) { unit in
      for i in parts == 1 ? unit..<unit + 1 : 0..<batch {
        let at = i * pooling.outputCount
        maxPool(
          x + i * pooling.inputCount, pooling, y: y + at, switches: switches + at, parts: parts)
      }
    }
  }

  /// One image's maxima, its rows in parts for as many threads.
  static func maxPool(
    _ x: UnsafePointer<Float>, _ pooling: PoolingGeometry, y: UnsafeMutablePointer<Float>,
    switches: UnsafeMutablePointer<UInt8>, parts: Int
  ) {
    let rows = pooling.outputHeight
    Parallel.forEach(parts) { part in
      let first = rows * part / parts
      var c = pooling.c(first..<rows * (part + 1) / parts)
      let at = first * pooling.outputWidth * pooling.channels
      ck_max_pool(instructionSet, &c, x, y + at, switches + at)
    }
  }

  /// Each scalar back at its switch, zero elsewhere; where windows overlap, contributions add. With the
  /// pooling's output behind a ReLU, only where that is positive.
  ///
  /// - Shapes: `[N, H', W', C] → [N, H, W, C]`.
  package static func maxUnpool(
    _ gradient: Tensor, _ switches: Switches, reluOutput: Tensor? = nil
  ) -> Tensor {
    let pooling = switches.pooling
    let batch = images(in: gradient, of: pooling.outputCount)
    precondition(
      batch == switches.batch, "\(batch) images for the switches of \(switches.batch)")
    return Tensor(uninitializedShape: [batch, pooling.height, pooling.width, pooling.channels]) {
      dx in
      switches.withUnsafePointer { switches in
        withPointers(gradient, gradient, reluOutput) { dy, _, output in
          guard let dx = dx.baseAddress else { return }
          Parallel.forEach(batch) { i in
            var c = pooling.c
            let offset = i * pooling.outputCount
            ck_max_unpool(
              instructionSet, &c, dy + offset, switches + offset, output.map { $0 + offset },
              dx + i * pooling.inputCount)
          }
        }
      }
    }
  }

  /// The mean of each window.
  ///
  /// - Shapes: `[N, H, W, C] → [N, H', W', C]`.
  package static func averagePool(
    _ x: Tensor, _ pooling: PoolingGeometry, countsPadding: Bool
  ) -> Tensor {
    let shape = [pooling.outputHeight, pooling.outputWidth, pooling.channels]
    return each(x, of: pooling.inputCount, to: shape) { x, y in
      var c = pooling.c
      ck_average_pool(instructionSet, &c, x, countsPadding ? 1 : 0, y)
    }
  }

  /// The input gradient of `averagePool`.
  package static func averageUnpool(
    _ gradient: Tensor, _ pooling: PoolingGeometry, countsPadding: Bool
  ) -> Tensor {
    let shape = [pooling.height, pooling.width, pooling.channels]
    return each(gradient, of: pooling.outputCount, to: shape) { dy, dx in
      var c = pooling.c
      ck_average_unpool(instructionSet, &c, dy, countsPadding ? 1 : 0, dx)
    }
  }

  /// What `body` makes of each image of `size` scalars, of a shape.
  private static func each(
    _ x: Tensor, of size: Int, to shape: [Int],
    _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    let (batch, made) = (images(in: x, of: size), shape.reduce(1, *))
    return Tensor(uninitializedShape: [batch] + shape) { y in
      x.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        Parallel.forEach(batch) { i in body(x + i * size, y + i * made) }
      }
    }
  }

  /// The number of images of `size` scalars in a tensor.
  static func images(in tensor: Tensor, of size: Int) -> Int {
    precondition(
      tensor.rank == 4 && tensor.count == tensor.shape[0] * size,
      "images of \(size) scalars expected, got shape \(tensor.shape)")
    return tensor.shape[0]
  }
}
