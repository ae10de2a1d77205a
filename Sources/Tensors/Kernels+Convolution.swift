internal import CKernels

/// Convolutions of batches of images `[N, H, W, C]` with weights `[height, width, in, out]`.
///
/// What follows a convolution can be taken along, while it is in the cache. The results are the same bits as
/// those of one after the other.
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

  /// What is done with a convolution's sums before they are written, in this order.
  package struct Followers: Sendable {
    /// A tensor of the output's shape to add; not with a pooling.
    package var added: Tensor?
    package var relu = false
    /// With `relu`, the most that passes; not with a pooling.
    package var ceiling: Float?
    package var pooling: PoolingGeometry?

    package init(
      added: Tensor? = nil, relu: Bool = false, ceiling: Float? = nil,
      pooling: PoolingGeometry? = nil
    ) {
      precondition(
        pooling == nil || added == nil && ceiling == nil,
        "a pooling follows a convolution or its ReLU alone")
      (self.added, self.relu, self.ceiling, self.pooling) = (added, relu, ceiling, pooling)
    }
  }

  /// - Shapes: `[N, H, W, in] → [N, H', W', out]`, or what the pooling makes of it; weights
  ///   `[height, width, in / groups, out]`.
  /// - Parameter byTiles: whether Winograd's form may be taken, with a little more rounding.
  package static func convolution(
    _ x: Tensor, weight: Tensor, bias: Tensor?, _ geometry: ConvolutionGeometry,
    _ followers: Followers = Followers(), byTiles: Bool = true
  ) -> ConvolutionOutput {
    let batch = images(in: x, of: geometry.inputCount)
    check(weight, bias, geometry)
    let pooling = followers.pooling
    let output = geometry.output
    let outputShape =
      pooling.map { [$0.outputHeight, $0.outputWidth, $0.channels] }
      ?? [output.height, output.width, geometry.outChannels]
    precondition(
      followers.added.map { $0.shape == [batch] + outputShape } ?? true,
      "a tensor of shape \(followers.added?.shape ?? []) added to \([batch] + outputShape)")
    var switches: Switches?
    let y = Tensor(uninitializedShape: [batch] + outputShape) { y in
      guard let y = y.baseAddress else { return }
      withFollowers(followers, bias, x) { x, pointers in
        func run(_ switches: UnsafeMutablePointer<UInt8>?) {
          if byTiles, mayUseTiles,
            let winograd = WinogradConvolution(geometry, batch: batch)
          {
            winograd.run(
              x, weight: weight, pointers, pooling: pooling, y: y, switches: switches)
          } else {
            let direct = DirectConvolution(geometry, batch: batch, weight: weight, pointers)
            direct.run(x, pooling: pooling, y: y, switches: switches)
          }
        }
        if let pooling {
          switches = Switches(pooling: pooling, batch: batch) { run($0) }
        } else {
          run(nil)
        }
      }
    }
    return ConvolutionOutput(output: y, switches: switches)
  }

  private static func withFollowers(
    _ followers: Followers, _ bias: Tensor?, _ x: Tensor,
    _ body: (UnsafePointer<Float>, FollowerPointers) -> Void
  ) {
    x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress else { return }
      withOptional(bias) { bias in
        withOptional(followers.added) { added in
          body(
            x,
            FollowerPointers(
              bias: bias, added: added, relu: followers.relu, ceiling: followers.ceiling ?? 0))
        }
      }
    }
  }

  /// `Followers` in memory, and the bias before them.
  struct FollowerPointers {
    var bias: UnsafePointer<Float>?
    var added: UnsafePointer<Float>?
    var relu: Bool
    /// 0 for none.
    var ceiling: Float
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

  /// The gradient of the input of a convolution whose channels are in groups: the convolution that it is,
  /// with the groups left where they are.
  ///
  /// - Shapes: `[N, H', W', out] → [N, H, W, in]`; weights `[height, width, in / groups, out]`. Only where
  ///   `geometry` has room, as `hasGradientGeometry` says.
  package static func groupedInputGradient(
    _ gradient: Tensor, weight: Tensor, _ geometry: ConvolutionGeometry
  ) -> Tensor {
    check(weight, nil, geometry)
    let flipped = weight.prepared(.flipped(groups: geometry.groups)) {
      flippedGroups(weight, geometry)
    }
    let spread =
      geometry.stride == 1
      ? gradient
      : spread(gradient, count: gradient.shape[0], of: geometry.output, by: geometry.stride)
    return convolution(
      spread, weight: flipped, bias: nil,
      geometry.gradientGeometry, byTiles: false
    ).output
  }

  /// `[height, width, in / groups, out] → [height, width, out / groups, in]`, rows and columns backwards.
  private static func flippedGroups(
    _ weight: Tensor, _ geometry: ConvolutionGeometry
  ) -> Tensor {
    let area = geometry.kernel.height * geometry.kernel.width
    let (groups, ins, outs) = (geometry.groups, geometry.inChannels, geometry.outChannels)
    let (insEach, outsEach) = (ins / groups, outs / groups)
    return Tensor(
      uninitializedShape: [geometry.kernel.height, geometry.kernel.width, outsEach, ins]
    ) { to in
      weight.withUnsafeBufferPointer { from in
        for place in 0..<area {
          for output in 0..<outsEach {
            for input in 0..<ins {
              let (group, own) = (input / insEach, input % insEach)
              to[(place * outsEach + output) * ins + input] =
                from[((area - 1 - place) * insEach + own) * outs + group * outsEach + output]
            }
          }
        }
      }
    }
  }

  private static func check(_ weight: Tensor, _ bias: Tensor?, _ geometry: ConvolutionGeometry) {
    let (kernel, channels) = (geometry.kernel, geometry.inChannels / geometry.groups)
    precondition(
      weight.shape == [kernel.height, kernel.width, channels, geometry.outChannels],
      "convolution weights of shape \(weight.shape) for \(channels) channels of an image")
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
