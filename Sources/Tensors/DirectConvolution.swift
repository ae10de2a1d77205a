internal import CKernels

/// A batch's convolution by its definition: see `convolution.c`, and `depthwise.h` for channels by
/// themselves.
///
/// Threads take whole images where those go round; else rows of them, or where the weights are more than
/// an image, filters. Which, changes no bit.
struct DirectConvolution {
  private let geometry: ConvolutionGeometry
  private let batch: Int
  private let weight: Tensor
  private let followers: Kernels.FollowerPointers
  /// Parts of each image.
  private let parts: Int
  private let isByFilters: Bool

  /// Multiplications that are worth a thread.
  private static let worthAThread = 500_000

  init(
    _ geometry: ConvolutionGeometry, batch: Int, weight: Tensor,
    _ followers: Kernels.FollowerPointers
  ) {
    self.geometry = geometry
    self.batch = batch
    self.weight = weight
    self.followers = followers
    let panels = (geometry.outChannels + Kernels.panel - 1) / Kernels.panel
    isByFilters = geometry.groups == 1 && geometry.weightCount > geometry.inputCount && panels > 1
    let work = geometry.output.height * geometry.output.width * geometry.weightCount
    let goRound = batch.isMultiple(of: Parallel.workers) || batch >= 4 * Parallel.workers
    let most = isByFilters ? panels : geometry.output.height
    parts = goRound ? 1 : max(1, min(Parallel.workers, most, work / Self.worthAThread))
  }

  /// Fills `y`, and with a pooling `switches`.
  func run(
    _ x: UnsafePointer<Float>, pooling: PoolingGeometry?, y: UnsafeMutablePointer<Float>,
    switches: UnsafeMutablePointer<UInt8>?
  ) {
    withWeights { weights in
      // Some images a time, so that their scratch memory stays in the cache.
      let chunk = max(1, min(Kernels.imageChunk, batch / (2 * Parallel.workers)))
      func forEachImage(_ scratchCount: Int, _ body: (Int, UnsafeMutablePointer<Float>) -> Void) {
        guard parts == 1 else {
          return Kernels.withScratch(scratchCount) { for image in 0..<batch { body(image, $0) } }
        }
        Parallel.forEachRange(batch, chunk: chunk) { images in
          Kernels.withScratch(scratchCount) { for image in images { body(image, $0) } }
        }
      }
      guard let pooling, let switches else {
        return forEachImage(parts == 1 ? scratchCount : 0) { image, scratch in
          let added = followers.added.map { $0 + image * geometry.outputCount }
          one(
            x + image * geometry.inputCount, weights, scratch, added: added,
            y: y + image * geometry.outputCount)
        }
      }
      let mapCount = Kernels.aligned(geometry.outputCount)
      forEachImage(mapCount + (parts == 1 ? scratchCount : 0)) { image, map in
        one(x + image * geometry.inputCount, weights, map + mapCount, added: nil, y: map)
        let at = image * pooling.outputCount
        Kernels.maxPool(map, pooling, y: y + at, switches: switches + at, parts: parts)
      }
    }
  }

  /// One image; `scratch` is for the only part.
  private func one(
    _ x: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>, added: UnsafePointer<Float>?,
    y: UnsafeMutablePointer<Float>
  ) {
    guard parts > 1 else { return one(0, x, weights, scratch, added: added, y: y) }
    Parallel.forEach(parts) { part in
      Kernels.withScratch(scratchCount) { one(part, x, weights, $0, added: added, y: y) }
    }
  }

  private func withWeights(_ body: (UnsafePointer<Float>) -> Void) {
    let prepared =
      geometry.isDepthwise ? weight : weight.prepared(.packed(groups: geometry.groups)) { packed }
    prepared.withUnsafeBufferPointer { if let start = $0.baseAddress { body(start) } }
  }

  private var packed: Tensor {
    var c = geometry.c
    let (filters, field) = (c.out_channels, c.kernel_height * c.kernel_width * c.in_channels)
    let apart = ck_conv_packed_count(Kernels.instructionSet, &c)
    return Tensor(uninitializedShape: [apart * geometry.groups]) { packed in
      weight.withUnsafeBufferPointer { weight in
        guard let from = weight.baseAddress, let to = packed.baseAddress else { return }
        for group in 0..<geometry.groups {
          ck_pack(
            Kernels.instructionSet, field, filters, from + group * filters, geometry.outChannels,
            0, to + group * apart)
        }
      }
    }
  }

  /// Scalars of scratch for a part: for the padded image.
  private var scratchCount: Int {
    guard !geometry.isDepthwise, needsCopy else { return 0 }
    var c = geometry.c
    return ck_conv_padded_count(&c)
  }

  private var needsCopy: Bool { geometry.padding != Padding(0) || geometry.groups > 1 }

  /// One part of an image.
  private func one(
    _ part: Int, _ x: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>, added: UnsafePointer<Float>?,
    y: UnsafeMutablePointer<Float>
  ) {
    let panels = (geometry.outChannels + Kernels.panel - 1) / Kernels.panel
    var filters = 0..<geometry.outChannels
    var rows = 0..<geometry.output.height
    if isByFilters {
      filters =
        panels * part / parts
        * Kernels.panel..<min(panels * (part + 1) / parts * Kernels.panel, geometry.outChannels)
    } else {
      rows = rows.count * part / parts..<rows.count * (part + 1) / parts
    }
    let at = rows.lowerBound * geometry.output.width * geometry.outChannels + filters.lowerBound
    var job = ck_conv_job()
    job.bias = followers.bias.map { $0 + filters.lowerBound }
    job.added = added.map { $0 + at }
    job.relu = followers.relu ? 1 : 0
    job.ceiling = followers.ceiling
    job.y = y + at
    job.ldy = geometry.outChannels
    let isa = Kernels.instructionSet
    guard !geometry.isDepthwise else {
      var c = geometry.c
      (c.in_channels, c.out_channels) = (geometry.inChannels, geometry.outChannels)
      c.top -= rows.lowerBound * c.stride_y
      c.out_height = rows.count
      (job.x, job.weight) = (x, weights)
      return withUnsafePointer(to: &c) {
        job.conv = $0
        ck_conv_depthwise(isa, &job)
      }
    }
    let (band, firstRow) = geometry.band(rows)
    let from = x + firstRow * geometry.input.width * geometry.inChannels
    var c = band.c
    let apart = ck_conv_packed_count(isa, &c)
    let field = c.kernel_height * c.kernel_width * c.in_channels
    if geometry.groups == 1 { c.out_channels = filters.count }
    withUnsafePointer(to: &c) { c in
      job.conv = c
      for group in 0..<geometry.groups {
        if geometry.groups > 1 {
          ck_conv_pad_channels(
            c, from + group * c.pointee.in_channels, geometry.inChannels, scratch)
        } else if needsCopy {
          ck_conv_pad(c, from, scratch)
        }
        job.x = needsCopy ? UnsafePointer(scratch) : from
        job.weight = weights + group * apart + filters.lowerBound * field
        ck_conv_forward(isa, &job)
        job.y += c.pointee.out_channels
        job.added = job.added.map { $0 + c.pointee.out_channels }
        job.bias = job.bias.map { $0 + c.pointee.out_channels }
      }
    }
  }
}
