internal import CKernels

/// A batch's convolution with fewer multiplications: see `winograd.c`.
///
/// Errors are a few times those of the direct form, some 1e-6 to 1e-5 of the largest output.
struct WinogradConvolution {
  private let geometry: ConvolutionGeometry
  private let batch: Int

  /// Transformed weights are four times as many; for smaller maps, reading them takes longer than the
  /// direct form. The batch has no say, nor has the number of filters: an image has the same maps alone,
  /// and each filter too.
  private static let fewestPositions = 100

  /// Nil where the direct form is the one to take: other kernels and strides, input channels that
  /// aren't multiples of 16, small maps.
  init?(_ geometry: ConvolutionGeometry, batch: Int) {
    var c = geometry.c
    let output = geometry.output
    guard geometry.groups == 1, ck_winograd_serves(&c) != 0,
      output.height * output.width >= Self.fewestPositions
    else { return nil }
    self.geometry = geometry
    self.batch = batch
  }

  /// The transformed weights.
  private func tiles(of weight: Tensor) -> Tensor {
    weight.prepared(.tiles) {
      var c = geometry.c
      let count = ck_winograd_weight_count(Kernels.instructionSet, &c)
      return Tensor(uninitializedShape: [count]) { transformed in
        weight.withUnsafeBufferPointer { weight in
          guard let from = weight.baseAddress, let to = transformed.baseAddress else { return }
          Parallel.forEachRange(geometry.inChannels, chunk: 8) { channels in
            var c = geometry.c
            ck_winograd_weights(
              Kernels.instructionSet, &c, channels.lowerBound, channels.upperBound, from, to)
          }
        }
      }
    }
  }

  /// Fills `y`, and with a pooling `switches`.
  func run(
    _ x: UnsafePointer<Float>, weight: Tensor, _ followers: Kernels.FollowerPointers,
    pooling: PoolingGeometry?, y: UnsafeMutablePointer<Float>,
    switches: UnsafeMutablePointer<UInt8>?
  ) {
    guard let pooling, let switches, !isOfTiles(pooling) else {
      return run(x, weight: weight, followers, y: y, switches: switches)
    }
    Kernels.withScratch(batch * geometry.outputCount) { maps in
      run(x, weight: weight, followers, y: maps, switches: nil)
      Kernels.maxPool(maps, pooling, batch: batch, y: y, switches: switches)
    }
  }

  /// Whether tiles are whole windows of a pooling: 2×2 side by side.
  private func isOfTiles(_ pooling: PoolingGeometry) -> Bool {
    pooling
      == PoolingGeometry(
        input: [pooling.outputHeight * 2, pooling.outputWidth * 2, geometry.outChannels],
        window: Extent(2), stride: Extent(2), padding: Padding(0), roundsUp: pooling.roundsUp)
  }

  private func run(
    _ x: UnsafePointer<Float>, weight: Tensor, _ followers: Kernels.FollowerPointers,
    y: UnsafeMutablePointer<Float>, switches: UnsafeMutablePointer<UInt8>?
  ) {
    tiles(of: weight).withUnsafeBufferPointer { transformed in
      var c = geometry.c
      let rows = batch * ck_winograd_tile_rows(&c)
      let most = ck_winograd_strip_rows(&c)
      let fewest = (rows + most - 1) / most
      let strips = fewest < Parallel.workers ? fewest : Parallel.evenly(fewest, of: rows)
      // Where there are no strips for all threads, they share the filters: each reads its own weights.
      let panels = (geometry.outChannels + Kernels.panel - 1) / Kernels.panel
      let parts = strips >= Parallel.workers ? 1 : min(panels, Parallel.workers)
      Parallel.forEach(strips * parts) { index in
        let (strip, part) = index.quotientAndRemainder(dividingBy: parts)
        let range = rows * strip / strips..<rows * (strip + 1) / strips
        let first = panels * part / parts * Kernels.panel
        let end = min(panels * (part + 1) / parts * Kernels.panel, geometry.outChannels)
        var c = geometry.c
        Kernels.withScratch(ck_winograd_scratch(&c, range.count, end - first)) { scratch in
          withUnsafePointer(to: &c) { conv in
            var job = ck_winograd(
              conv: conv, x: x, weight: transformed.baseAddress, bias: followers.bias,
              added: followers.added, relu: followers.relu ? 1 : 0, ceiling: followers.ceiling,
              first: first, end: end, y: y, switches: switches)
            ck_winograd_forward(
              Kernels.instructionSet, &job, range.lowerBound, range.upperBound, scratch)
          }
        }
      }
    }
  }
}
