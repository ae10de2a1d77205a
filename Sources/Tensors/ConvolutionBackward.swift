internal import CKernels

/// One backward pass of a convolution over a batch.
///
/// Gradients that come through a max pooling are zero at three places of four and more: then the
/// non-zeros are listed and only they are multiplied, with results that differ from the dense form in
/// rounding only. Which form is taken depends on the gradient alone.
struct ConvolutionBackward {
  private let upper: Kernels.UpperGradient
  private let weight: Tensor
  private let geometry: ConvolutionGeometry
  private let wantsInput: Bool
  private let wantsParameters: Bool
  private let isSparse: Bool
  /// Whether the gradient's non-zeros are listed: for a sparse one, and for the input's gradient where
  /// no convolution gives it.
  private let usesLists: Bool

  /// Gradients with fewer non-zeros than this share are treated as sparse.
  private static let sparseShare = 0.3
  /// The sparse form multiplies runs of kernel width × input channels; shorter ones don't pay.
  private static let shortestRun = 16

  init(
    _ upper: Kernels.UpperGradient, weight: Tensor, geometry: ConvolutionGeometry,
    wantsInput: Bool, wantsParameters: Bool
  ) {
    let isLong = geometry.kernel.width * geometry.inChannels >= Self.shortestRun
    switch upper {
    case .plain(let dy):
      isSparse = isLong && Self.share(ofNonzerosIn: dy) < Self.sparseShare
      self.upper = upper
    case .pooled(let dy, let switches, let reluOutput):
      let (input, output) = (switches.pooling.inputCount, switches.pooling.outputCount)
      isSparse = isLong && Double(output) < Self.sparseShare * Double(input)
      let isConvolved = wantsInput && !isSparse && Self.isConvolution(geometry)
      self.upper =
        isConvolved
        ? .plain(Kernels.maxUnpool(dy, switches, reluOutput: reluOutput)) : upper
    }
    usesLists = isSparse || (wantsInput && !Self.isConvolution(geometry))
    self.weight = weight
    self.geometry = geometry
    self.wantsInput = wantsInput
    self.wantsParameters = wantsParameters
  }

  /// Whether a convolution gives the input's gradient, with no zeros in between.
  private static func isConvolution(_ geometry: ConvolutionGeometry) -> Bool {
    geometry.stride == 1 && geometry.hasGradientGeometry
  }

  private static func share(ofNonzerosIn tensor: Tensor) -> Double {
    tensor.withUnsafeBufferPointer { x in
      guard let start = x.baseAddress, x.count > 0 else { return 1 }
      return Double(ck_count_nonzeros(Kernels.instructionSet, x.count, start)) / Double(x.count)
    }
  }

  /// The gradients; `x` is the convolution's input, needed for those of its parameters.
  func run(_ x: Tensor?) -> (input: Tensor?, weight: Tensor?, bias: Tensor?) {
    var dx: Tensor?
    if wantsInput, !usesLists, case .plain(let dy) = upper {
      // Projections come without parameters, and may be compared with sums of a few scalars.
      dx =
        Kernels.convolution(
          dy, weight: flippedWeight, bias: nil, geometry.gradientGeometry, byTiles: wantsParameters
        ).output
    }
    guard wantsParameters || usesLists else { return (dx, nil, nil) }
    let batch = upper.batch(of: geometry)
    let chunks = (batch + Kernels.imageChunk - 1) / Kernels.imageChunk
    let plan = Plan(geometry, usesLists: usesLists, isPooled: upper.isPooled)
    var sums = Tensor(zeros: [wantsParameters ? chunks : 0, plan.sumsCount])
    if wantsInput, usesLists {
      dx = Tensor(
        uninitializedShape: [
          batch, geometry.input.height, geometry.input.width, geometry.inChannels,
        ]) { _ in }
    }
    let rows = wantsInput && usesLists ? weightRows : nil
    sums.withUnsafeMutableBufferPointer { sums in
      withOptional(&dx) { dx in
        withOptional(x) { x in
          withOptional(rows) { rows in
            Parallel.forEach(chunks) { chunk in
              Kernels.withScratch(plan.scratchCount) { scratch in
                let low = chunk * Kernels.imageChunk
                for i in low..<min(batch, low + Kernels.imageChunk) {
                  one(
                    i, plan, rows, scratch, x: x.map { $0 + i * geometry.inputCount },
                    dx: dx.map { $0 + i * geometry.inputCount },
                    sums: sums.baseAddress.map { $0 + chunk * plan.sumsCount })
                }
              }
            }
          }
        }
      }
    }
    guard wantsParameters else { return (dx, nil, nil) }
    let (weight, bias) = total(sums, chunks, plan)
    return (dx, weight, bias)
  }

  /// The gradients of image `i`: its parameters' are added to `sums`; its input's is written if there
  /// are `rows` for it.
  private func one(
    _ i: Int, _ plan: Plan, _ rows: UnsafePointer<Float>?, _ scratch: UnsafeMutablePointer<Float>,
    x: UnsafePointer<Float>?, dx: UnsafeMutablePointer<Float>?, sums: UnsafeMutablePointer<Float>?
  ) {
    let isa = Kernels.instructionSet
    var c = geometry.c
    var lists = plan.lists(scratch)
    let map = scratch + plan.map
    let padded = scratch + plan.padded
    if isSparse {
      upper.list(i, &c, map, &lists)
    } else {
      upper.withMap(i, geometry, map) { dy in
        if usesLists { ck_conv_find_nonzeros(&c, dy, &lists) }
        guard wantsParameters, let x, let sums else { return }
        ck_conv_pad(&c, x, padded)
        ck_conv_weight_gradient(isa, &c, padded, dy, sums)
        ck_add_rows(
          isa, geometry.output.height * geometry.output.width, geometry.outChannels, dy,
          geometry.outChannels, sums + geometry.weightCount)
      }
    }
    if isSparse, wantsParameters, let x, let sums {
      ck_conv_pad(&c, x, padded)
      ck_conv_weight_gradient_sparse(
        isa, &c, padded, &lists, sums, sums + geometry.weightCount)
    }
    guard let rows, let dx else { return }
    padded.update(repeating: 0, count: ck_conv_padded_count(&c))
    ck_conv_input_gradient_sparse(isa, &c, &lists, rows, padded)
    ck_conv_inside(&c, padded, dx)
  }

  /// The weights of the convolution that gives the input's gradient.
  private var flippedWeight: Tensor {
    let kernel = geometry.kernel
    return weight.prepared(.flipped(groups: 1)) {
      turned(
        shape: [kernel.height, kernel.width, geometry.outChannels, geometry.inChannels],
        ck_conv_flip)
    }
  }

  /// The weights as the input's gradient by lists wants them.
  private var weightRows: Tensor { turned(shape: [geometry.weightCount], ck_conv_rows) }

  private func turned(
    shape: [Int],
    _ turn: (UnsafePointer<ck_conv>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    Tensor(uninitializedShape: shape) { to in
      weight.withUnsafeBufferPointer { from in
        guard let from = from.baseAddress, let to = to.baseAddress else { return }
        var c = geometry.c
        turn(&c, from, to)
      }
    }
  }

  /// The sums of all chunks, added in order, the weights' in HWIO.
  private func total(_ sums: Tensor, _ chunks: Int, _ plan: Plan) -> (Tensor, Tensor) {
    let (count, row) = (geometry.weightCount, plan.sumsCount)
    var total = Tensor(zeros: [row])
    total.withUnsafeMutableBufferPointer { total in
      sums.withUnsafeBufferPointer { sums in
        guard let total = total.baseAddress, let sums = sums.baseAddress else { return }
        Parallel.forEachRange(row, chunk: 1 << 13) { range in
          for chunk in 0..<chunks {
            ck_add(
              Kernels.instructionSet, range.count, sums + chunk * row + range.lowerBound,
              total + range.lowerBound)
          }
        }
      }
    }
    let kernel = geometry.kernel
    let shape = [kernel.height, kernel.width, geometry.inChannels, geometry.outChannels]
    return total.withUnsafeBufferPointer { total in
      let bias = Tensor(
        shape: [geometry.outChannels], scalars: total[count..<count + geometry.outChannels])
      guard isSparse else { return (Tensor(shape: shape, scalars: total[..<count]), bias) }
      let weight = Tensor(uninitializedShape: shape) { weight in
        guard let from = total.baseAddress, let to = weight.baseAddress else { return }
        ck_transpose(geometry.outChannels, count / geometry.outChannels, from, to)
      }
      return (weight, bias)
    }
  }
}

/// Where each part of a thread's scratch memory begins, in scalars.
private struct Plan {
  let padded: Int
  let map: Int
  let scratchCount: Int
  /// A chunk's sums: the weights' gradient, then the bias's.
  let sumsCount: Int
  private let listsStart: Int
  private let positions: Int
  private let outChannels: Int

  init(_ geometry: ConvolutionGeometry, usesLists: Bool, isPooled: Bool) {
    outChannels = geometry.outChannels
    positions = geometry.output.height * geometry.output.width
    sumsCount = Kernels.aligned(geometry.weightCount + outChannels)
    var end = 0
    func reserve(_ count: Int) -> Int {
      defer { end += Kernels.aligned(count) }
      return end
    }
    var c = geometry.c
    padded = reserve(ck_conv_padded_count(&c))
    map = reserve(isPooled ? geometry.outputCount : 0)
    listsStart = reserve(usesLists ? 4 * geometry.outputCount + outChannels + positions : 0)
    scratchCount = end
  }

  /// The lists of non-zeros, in the scratch memory.
  func lists(_ scratch: UnsafeMutablePointer<Float>) -> ck_nonzeros {
    let count = positions * outChannels
    let start = scratch + listsStart
    func integers(_ at: Int, _ count: Int) -> UnsafeMutablePointer<Int32> {
      UnsafeMutableRawPointer(start + at).assumingMemoryBound(to: Int32.self)
    }
    return ck_nonzeros(
      channel_count: integers(4 * count, outChannels),
      channel_offset: integers(0, count), channel_value: start + count,
      position_count: integers(4 * count + outChannels, positions),
      position_offset: integers(2 * count, count), position_value: start + 3 * count)
  }
}

extension Kernels.UpperGradient {
  fileprivate var isPooled: Bool { if case .pooled = self { true } else { false } }

  /// The number of images.
  fileprivate func batch(of geometry: ConvolutionGeometry) -> Int {
    switch self {
    case .plain(let dy): Kernels.images(in: dy, of: geometry.outputCount)
    case .pooled(let dy, let switches, _):
      Kernels.images(in: dy, of: switches.pooling.outputCount)
    }
  }

  /// Calls `body` with the gradient of image `i`'s convolution output, made in `map` if need be.
  fileprivate func withMap(
    _ i: Int, _ geometry: ConvolutionGeometry, _ map: UnsafeMutablePointer<Float>,
    _ body: (UnsafePointer<Float>) -> Void
  ) {
    switch self {
    case .plain(let dy):
      dy.withUnsafeBufferPointer { dy in
        if let start = dy.baseAddress { body(start + i * geometry.outputCount) }
      }
    case .pooled:
      withPooled(i) { pool, dy, at, y in
        ck_max_unpool(Kernels.instructionSet, pool, dy, at, y, map)
      }
      body(map)
    }
  }

  /// Lists the non-zeros of image `i`'s gradient; `map` is memory for one.
  fileprivate func list(
    _ i: Int, _ c: inout ck_conv, _ map: UnsafeMutablePointer<Float>, _ lists: inout ck_nonzeros
  ) {
    switch self {
    case .plain(let dy):
      let count = c.out_height * c.out_width * c.out_channels
      dy.withUnsafeBufferPointer { dy in
        if let start = dy.baseAddress { ck_conv_find_nonzeros(&c, start + i * count, &lists) }
      }
    case .pooled:
      withPooled(i) { pool, dy, at, y in
        ck_conv_find_pooled_nonzeros(Kernels.instructionSet, &c, pool, dy, at, y, map, &lists)
      }
    }
  }

  private func withPooled(
    _ i: Int,
    _ body: (
      UnsafePointer<ck_pool>, UnsafePointer<Float>, UnsafePointer<UInt8>, UnsafePointer<Float>?
    ) -> Void
  ) {
    guard case .pooled(let dy, let switches, let reluOutput) = self else { return }
    let offset = i * switches.pooling.outputCount
    dy.withUnsafeBufferPointer { dy in
      switches.withUnsafePointer { at in
        withOptional(reluOutput) { output in
          guard let start = dy.baseAddress else { return }
          var pool = switches.pooling.c
          body(&pool, start + offset, at + offset, output.map { $0 + offset })
        }
      }
    }
  }
}

/// Calls `body` with a tensor's scalars, or with nil.
func withOptional<Result>(
  _ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> Result
) -> Result {
  guard let tensor else { return body(nil) }
  return tensor.withUnsafeBufferPointer { body($0.baseAddress) }
}

private func withOptional(
  _ tensor: inout Tensor?, _ body: (UnsafeMutablePointer<Float>?) -> Void
) {
  guard tensor != nil else { return body(nil) }
  tensor?.withUnsafeMutableBufferPointer { body($0.baseAddress) }
}
