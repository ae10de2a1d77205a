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
  private let gradient: Tensor
  private let isSparse: Bool

  /// Gradients with fewer non-zeros than this share are treated as sparse.
  private static let sparseShare = 0.3
  /// The sparse form multiplies runs of kernel width × input channels; shorter ones don't pay.
  private static let shortestRun = 16

  init(
    _ upper: Kernels.UpperGradient, weight: Tensor, geometry: ConvolutionGeometry,
    wantsInput: Bool, wantsParameters: Bool
  ) {
    self.upper = upper
    self.weight = weight
    self.geometry = geometry
    self.wantsInput = wantsInput
    self.wantsParameters = wantsParameters
    let isLong = geometry.kernel.width * geometry.inChannels >= Self.shortestRun
    switch upper {
    case .plain(let dy):
      gradient = dy
      isSparse = isLong && Self.share(ofNonzerosIn: dy) < Self.sparseShare
    case .pooled(let dy, let switches, _):
      gradient = dy
      let (input, output) = (switches.pooling.inputCount, switches.pooling.outputCount)
      isSparse = isLong && Double(output) < Self.sparseShare * Double(input)
    }
  }

  private static func share(ofNonzerosIn tensor: Tensor) -> Double {
    tensor.withUnsafeBufferPointer { x in
      guard let start = x.baseAddress, x.count > 0 else { return 1 }
      return Double(ck_count_nonzeros(Kernels.instructionSet, x.count, start)) / Double(x.count)
    }
  }

  private var pooling: PoolingGeometry? {
    if case .pooled(_, let switches, _) = upper { switches.pooling } else { nil }
  }

  /// The gradients; `x` is the convolution's input, needed for those of its parameters.
  func run(_ x: Tensor?) -> (input: Tensor?, weight: Tensor?, bias: Tensor?) {
    let batch = Kernels.images(
      in: gradient, of: pooling?.outputCount ?? geometry.outputCount)
    let chunks = (batch + Kernels.imageChunk - 1) / Kernels.imageChunk
    let plan = Plan(geometry, isSparse: isSparse, isPooled: pooling != nil)
    var sums = Tensor(zeros: [wantsParameters ? chunks : 0, plan.sumsCount])
    var dx =
      wantsInput
      ? Tensor(uninitializedShape: [
        batch, geometry.input.height, geometry.input.width, geometry.inChannels,
      ]) { _ in } : nil
    withWeights { weights in
      sums.withUnsafeMutableBufferPointer { sums in
        withOptional(&dx) { dx in
          withOptional(x) { x in
            Parallel.forEach(chunks) { chunk in
              Kernels.withScratch(plan.scratchCount) { scratch in
                let low = chunk * Kernels.imageChunk
                for i in low..<min(batch, low + Kernels.imageChunk) {
                  let dy = unpooled(i, scratch + plan.map)
                  one(
                    plan, dy, weights, scratch,
                    x: x.map { $0 + i * geometry.inputCount },
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

  /// The gradient of the convolution's own output, for image `i`.
  private func unpooled(_ i: Int, _ map: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    gradient.withUnsafeBufferPointer { dy in
      guard let start = dy.baseAddress else { return UnsafePointer(map) }
      guard case .pooled(_, let switches, let reluOutput) = upper else {
        return start + i * geometry.outputCount
      }
      let offset = i * switches.pooling.outputCount
      switches.withUnsafePointer { at in
        withOptional(reluOutput) { output in
          var pool = switches.pooling.c
          ck_max_unpool(
            Kernels.instructionSet, &pool, start + offset, at + offset,
            output.map { $0 + offset }, map)
        }
      }
      return UnsafePointer(map)
    }
  }

  /// The gradients of one image.
  private func one(
    _ plan: Plan, _ dy: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>?,
    dx: UnsafeMutablePointer<Float>?, sums: UnsafeMutablePointer<Float>?
  ) {
    let isa = Kernels.instructionSet
    var c = geometry.c
    var lists = plan.lists(scratch)
    if plan.isSparse { ck_conv_find_nonzeros(&c, dy, &lists) }
    let bordered = scratch + plan.bordered
    if wantsParameters, let x, let sums {
      ck_conv_border(&c, x, bordered)
      if plan.isSparse {
        ck_conv_weight_gradient_sparse(isa, &c, bordered, &lists, sums)
      } else {
        ck_conv_weight_gradient(isa, &c, bordered, dy, sums)
      }
      let positions = geometry.output.height * geometry.output.width
      ck_add_rows(
        isa, positions, geometry.outChannels, dy, geometry.outChannels,
        sums + geometry.weightCount)
    }
    guard let dx else { return }
    if plan.isSparse || !geometry.hasGradientGeometry {
      if !plan.isSparse { ck_conv_find_nonzeros(&c, dy, &lists) }
      bordered.update(repeating: 0, count: ck_conv_bordered_count(&c))
      ck_conv_input_gradient_sparse(isa, &c, &lists, weights, bordered)
      ck_conv_inside(&c, bordered, 0, dx)
    } else {
      var turned = geometry.gradientGeometry.c
      ck_conv_border(&turned, dy, scratch + plan.borderedGradient)
      ck_conv_forward(isa, &turned, scratch + plan.borderedGradient, weights, nil, 0, dx)
    }
  }

  /// Calls `body` with the weights as the input gradient's form wants them.
  private func withWeights(_ body: (UnsafePointer<Float>) -> Void) {
    weight.withUnsafeBufferPointer { weight in
      guard let weight = weight.baseAddress else { return }
      guard wantsInput else { return body(weight) }
      var c = geometry.c
      Kernels.withScratch(geometry.weightCount) { turned in
        if isSparse || !geometry.hasGradientGeometry {
          ck_conv_rows(&c, weight, turned)
          return body(turned)
        }
        ck_conv_flip(&c, weight, turned)
        var gradient = geometry.gradientGeometry.c
        Kernels.withScratch(ck_conv_packed_count(Kernels.instructionSet, &gradient)) { packed in
          ck_conv_pack(Kernels.instructionSet, &gradient, turned, packed)
          body(packed)
        }
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
  let isSparse: Bool
  let bordered: Int
  let borderedGradient: Int
  let map: Int
  let scratchCount: Int
  /// A chunk's sums: the weights' gradient, then the bias's.
  let sumsCount: Int
  private let listsStart: Int
  private let positions: Int
  private let outChannels: Int

  init(_ geometry: ConvolutionGeometry, isSparse: Bool, isPooled: Bool) {
    self.isSparse = isSparse
    outChannels = geometry.outChannels
    positions = geometry.output.height * geometry.output.width
    sumsCount = Kernels.aligned(geometry.weightCount + outChannels)
    var end = 0
    func reserve(_ count: Int) -> Int {
      defer { end += Kernels.aligned(count) }
      return end
    }
    var c = geometry.c
    bordered = reserve(ck_conv_bordered_count(&c))
    if !isSparse, geometry.hasGradientGeometry {
      var turned = geometry.gradientGeometry.c
      borderedGradient = reserve(ck_conv_bordered_count(&turned))
    } else {
      borderedGradient = end
    }
    map = reserve(isPooled ? geometry.outputCount : 0)
    let usesLists = isSparse || !geometry.hasGradientGeometry
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

/// Calls `body` with a tensor's scalars, or with nil.
private func withOptional<Result>(
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
