internal import CKernels

/// Convolutions of batches of images `[N, H, W, C]` with weights `[height, width, in, out]`.
///
/// A ReLU and a max pooling behind a convolution can be taken along, an image at a time while it is
/// in the cache. The results are the same bits as those of one after the other.
/// Kernels of 3×3 and 5×5 go by Winograd's tiles where that is faster, which the sizes alone decide.
extension Kernels {
  /// What a convolution with its followers gave.
  package struct ConvolutionOutput: Sendable {
    package var output: Tensor
    package var switches: Switches?
  }

  /// Whether convolutions may go by Winograd's tiles.
  ///
  /// A tile's rounding spreads what changes at one pixel over the whole tile. Where two images' maps
  /// are subtracted, and what isn't reached by a change must come out as exactly 0, they may not.
  @TaskLocal package static var mayUseTiles = true

  /// - Shapes: `[N, H, W, in] → [N, H', W', out]`, or what the pooling makes of it.
  /// - Parameter byTiles: whether Winograd's form may be taken, with a little more rounding.
  package static func convolution(
    _ x: Tensor, weight: Tensor, bias: Tensor?, _ geometry: ConvolutionGeometry, relu: Bool = false,
    pooling: PoolingGeometry? = nil, byTiles: Bool = true
  ) -> ConvolutionOutput {
    let batch = images(in: x, of: geometry.inputCount)
    check(weight, bias, geometry)
    let outputShape = pooling.map { [$0.outputHeight, $0.outputWidth, $0.channels] }
    var switches: Switches?
    let output = Tensor(
      uninitializedShape: [batch]
        + (outputShape ?? [geometry.output.height, geometry.output.width, geometry.outChannels])
    ) { y in
      guard let yStart = y.baseAddress else { return }
      withPointers(x, weight, bias) { x, weight, bias in
        func run(_ switches: UnsafeMutablePointer<UInt8>?) {
          if byTiles, mayUseTiles,
            let winograd = WinogradConvolution(geometry, pooling: pooling, batch: batch)
          {
            winograd.run(x, weight: weight, bias: bias, relu: relu, y: yStart, switches: switches)
          } else {
            direct(
              geometry, batch, x, weight, bias, relu, pooling, yStart, switches)
          }
        }
        if let pooling {
          switches = Switches(pooling: pooling, batch: batch) { run($0) }
        } else {
          run(nil)
        }
      }
    }
    return ConvolutionOutput(output: output, switches: switches)
  }

  /// The convolutions one image after the other, each pooled while it is in the cache.
  private static func direct(
    _ geometry: ConvolutionGeometry, _ batch: Int, _ x: UnsafePointer<Float>,
    _ weight: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?, _ relu: Bool,
    _ pooling: PoolingGeometry?, _ y: UnsafeMutablePointer<Float>,
    _ switches: UnsafeMutablePointer<UInt8>?
  ) {
    var c = geometry.c
    let bands = bands(batch, geometry)
    let paddedCount = aligned(ck_conv_padded_count(&c))
    withScratch(ck_conv_packed_count(instructionSet, &c)) { packed in
      ck_conv_pack(instructionSet, &c, weight, packed)
      forEachImage(
        batch, scratch: paddedCount + (pooling == nil ? 0 : geometry.outputCount)
      ) { i, padded in
        let map = pooling == nil ? y + i * geometry.outputCount : padded + paddedCount
        forward(
          geometry, x + i * geometry.inputCount, padded, packed, bias, relu, map, bands: bands)
        guard let pooling, let switches else { return }
        var pool = pooling.c
        ck_max_pool(
          instructionSet, &pool, map, y + i * pooling.outputCount,
          switches + i * pooling.outputCount)
      }
    }
  }

  private static func forward(
    _ geometry: ConvolutionGeometry, _ x: UnsafePointer<Float>,
    _ padded: UnsafeMutablePointer<Float>, _ packed: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>?, _ relu: Bool, _ y: UnsafeMutablePointer<Float>, bands: Int
  ) {
    var c = geometry.c
    ck_conv_pad(&c, x, padded)
    let row = ck_conv_padded_count(&c) / (c.top + c.height + c.bottom)
    Parallel.forEach(bands) { band in
      let rows = c.out_height * band / bands..<c.out_height * (band + 1) / bands
      var c = c
      c.out_height = rows.count
      ck_conv_forward(
        instructionSet, &c, padded + rows.lowerBound * c.stride_y * row, packed, bias,
        relu ? 1 : 0, y + rows.lowerBound * c.out_width * c.out_channels)
    }
  }

  /// Into how many bands of rows each image's output is divided: threads share images where there
  /// are fewer than they could take whole, and enough to do in each.
  private static func bands(_ batch: Int, _ geometry: ConvolutionGeometry) -> Int {
    let multiplications =
      geometry.outputCount * geometry.kernel.height * geometry.kernel.width * geometry.inChannels
    guard batch <= imageChunk, multiplications > 4_000_000 else { return 1 }
    return min(Parallel.workers, geometry.output.height)
  }

  /// What comes down to a convolution.
  package enum UpperGradient: Sendable {
    /// The gradient of the convolution's own output.
    case plain(Tensor)
    /// The gradient of a max pooling's output, its switches, and its output if a ReLU came before.
    case pooled(Tensor, Switches, reluOutput: Tensor?)
  }

  /// The gradients of a convolution's input, weights and bias, as far as they are wanted.
  package static func convolutionGradients(
    _ upper: UpperGradient, x: Tensor?, weight: Tensor, _ geometry: ConvolutionGeometry,
    wantsInput: Bool, wantsParameters: Bool
  ) -> (input: Tensor?, weight: Tensor?, bias: Tensor?) {
    check(weight, nil, geometry)
    let job = ConvolutionBackward(
      upper, weight: weight, geometry: geometry, wantsInput: wantsInput,
      wantsParameters: wantsParameters)
    return job.run(x)
  }

  private static func check(_ weight: Tensor, _ bias: Tensor?, _ geometry: ConvolutionGeometry) {
    let (kernel, channels) = (geometry.kernel, geometry.inChannels)
    precondition(
      weight.shape == [kernel.height, kernel.width, channels, geometry.outChannels],
      "convolution weights of shape \(weight.shape) for images of \(channels) channels")
    precondition(
      bias.map { $0.count == geometry.outChannels } ?? true,
      "a bias of \(bias?.count ?? 0) for \(geometry.outChannels) channels")
  }

  /// Scalars, rounded up so that what follows begins on a 64-byte boundary.
  static func aligned(_ count: Int) -> Int { (count + 15) & ~15 }

  /// Images in chunks of a fixed size, each chunk with scratch memory of its own.
  static func forEachImage(
    _ batch: Int, scratch: Int, _ body: (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    Parallel.forEachRange(batch, chunk: imageChunk) { images in
      withScratch(scratch) { scratch in
        for i in images { body(i, scratch) }
      }
    }
  }

  /// Images a thread takes at a time. Gradients of weights are summed within such a chunk, then over
  /// chunks in order: the number is part of the result's bits and doesn't depend on the threads.
  static let imageChunk = 8
}
