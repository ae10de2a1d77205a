internal import CKernels

/// A batch's convolution with fewer multiplications: see `winograd.c`.
///
/// Errors are a few times those of the direct form, some 1e-6 to 1e-5 of the largest output.
struct WinogradConvolution {
  private let geometry: ConvolutionGeometry
  private let isPooled: Bool
  private let batch: Int

  /// Weights are transformed once a batch; for smaller maps that isn't worth it. The batch has no say,
  /// nor has the number of filters: an image has the same maps alone, and each filter too.
  private static let fewestPositions = 100

  /// Nil where the direct form is the one to take: other kernels and strides, input channels that
  /// aren't multiples of 16, poolings other than 2×2 side by side, small maps.
  init?(_ geometry: ConvolutionGeometry, pooling: PoolingGeometry?, batch: Int) {
    var c = geometry.c
    let output = geometry.output
    guard ck_winograd_serves(&c) != 0, output.height * output.width >= Self.fewestPositions
    else { return nil }
    if let pooling {
      let whole = PoolingGeometry(
        input: [pooling.outputHeight * 2, pooling.outputWidth * 2, geometry.outChannels],
        window: Extent(2), stride: Extent(2), padding: Padding(0), roundsUp: pooling.roundsUp)
      guard pooling == whole else { return nil }
    }
    self.geometry = geometry
    self.isPooled = pooling != nil
    self.batch = batch
  }

  /// Fills `y`, and with a pooling `switches`.
  func run(
    _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    relu: Bool, y: UnsafeMutablePointer<Float>, switches: UnsafeMutablePointer<UInt8>?
  ) {
    let isa = Kernels.instructionSet
    var c = geometry.c
    Kernels.withScratch(ck_winograd_weight_count(isa, &c)) { transformed in
      Parallel.forEachRange(geometry.inChannels, chunk: 8) { channels in
        var c = geometry.c
        ck_winograd_weights(
          isa, &c, channels.lowerBound, channels.upperBound, weight, transformed)
      }
      let rows = batch * ck_winograd_tile_rows(&c)
      let most = ck_winograd_strip_rows(&c)
      let strips = max((rows + most - 1) / most, min(rows, Parallel.workers))
      Parallel.forEach(strips) { strip in
        let part = rows * strip / strips..<rows * (strip + 1) / strips
        var c = geometry.c
        Kernels.withScratch(ck_winograd_scratch(&c, part.count)) { scratch in
          withUnsafePointer(to: &c) { conv in
            var job = ck_winograd(
              conv: conv, x: x, weight: transformed, bias: bias, relu: relu ? 1 : 0, y: y,
              switches: switches)
            ck_winograd_forward(isa, &job, part.lowerBound, part.upperBound, scratch)
          }
        }
      }
    }
  }
}
