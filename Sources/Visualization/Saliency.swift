public import Tensors

extension Deconvnet {
  /// The derivative of a class's logit by each pixel, signed, `[N, H, W, C]`.
  ///
  /// - `rule`: `.gradient` is the derivative itself; `.guided` stops negative signals at every
  ///   rectifier.
  /// - Source: Simonyan, Vedaldi & Zisserman, arXiv 1312.6034, §3.
  /// - Throws: `DeconvnetError.cannotProject`.
  public func saliency(
    of label: Int, in images: Tensor, rule: ProjectionRule = .gradient
  ) throws(DeconvnetError) -> Tensor {
    let (logits, traces) = traced(images)
    return try descend(
      Self.oneHot(label, like: logits), from: traces.count - 1, traces, rule: rule)
  }

  /// Integrated gradients: the derivative's mean on the straight way from a baseline to the image,
  /// times the way, `[1, H, W, C]`.
  ///
  /// Their sum is about the logit's rise from baseline to image; with more steps, closer.
  ///
  /// - `image`: `[1, H, W, C]`.
  /// - `baseline`: of the same shape: black, or gray.
  /// - `steps`: derivatives taken, each at the middle of its stretch.
  /// - Source: Sundararajan, Taly & Yan, arXiv 1703.01365, §3.
  /// - Throws: `DeconvnetError.cannotProject`.
  public func integratedGradients(
    of label: Int, in image: Tensor, baseline: Tensor, steps: Int
  ) throws(DeconvnetError) -> Tensor {
    precondition(
      steps > 0 && image.shape == baseline.shape,
      "\(steps) steps from a baseline \(baseline.shape) to an image \(image.shape)")
    let (from, to) = (baseline.scalars, image.scalars)
    let mean = try meanSaliency(of: label, like: image, count: steps) { step, scalars in
      let share = (Float(step) + 0.5) / Float(steps)
      for index in scalars.indices {
        scalars[index] = from[index] + share * (to[index] - from[index])
      }
    }
    return Tensor(
      shape: image.shape, scalars: mean.indices.map { Float(mean[$0]) * (to[$0] - from[$0]) })
  }

  /// SmoothGrad: the derivative's mean over copies of the image with noise added, `[1, H, W, C]`.
  ///
  /// Noisy scalars are not clipped to the range of pixels.
  ///
  /// - `image`: `[1, H, W, C]`.
  /// - `noise`: what is added, `[copies, H, W, C]`.
  /// - Source: Smilkov et al., arXiv 1706.03825, §2.
  /// - Throws: `DeconvnetError.cannotProject`.
  public func smoothGradient(
    of label: Int, in image: Tensor, noise: Tensor
  ) throws(DeconvnetError) -> Tensor {
    precondition(
      noise.shape.dropFirst() == image.shape.dropFirst() && noise.shape[0] > 0,
      "noise of shape \(noise.shape) for an image of shape \(image.shape)")
    let (clear, added) = (image.scalars, noise.scalars)
    let mean = try meanSaliency(of: label, like: image, count: noise.shape[0]) { copy, scalars in
      for index in scalars.indices {
        scalars[index] = clear[index] + added[copy * clear.count + index]
      }
    }
    return Tensor(shape: image.shape, scalars: mean.map { Float($0) })
  }

  /// SmoothGrad with normal noise from a seed.
  ///
  /// - `deviation`: the noise's standard deviation, in units of the input.
  /// - `copies`: noisy images.
  public func smoothGradient(
    of label: Int, in image: Tensor, deviation: Float, copies: Int, seed: Int
  ) throws(DeconvnetError) -> Tensor {
    var generator = SeededGenerator(seed: seed, 0x534D_4F4F)
    let noise = Tensor(
      shape: [copies] + image.shape.dropFirst(),
      scalars: (0..<copies * image.count).map { _ in deviation * generator.nextNormal() })
    return try smoothGradient(of: label, in: image, noise: noise)
  }

  /// The mean derivative over images that are made batch by batch, added up in order.
  private func meanSaliency(
    of label: Int, like image: Tensor, count: Int,
    _ make: (_ index: Int, _ scalars: UnsafeMutableBufferPointer<Float>) -> Void
  ) throws(DeconvnetError) -> [Double] {
    let size = image.count
    var sums = [Double](repeating: 0, count: size)
    let batchSize = Self.batchSize(for: image)
    for first in stride(from: 0, to: count, by: batchSize) {
      let batch = first..<min(count, first + batchSize)
      let images = Tensor(uninitializedShape: [batch.count] + image.shape.dropFirst()) { buffer in
        buffer.initialize(repeating: 0)
        for index in batch {
          let start = (index - first) * size
          make(index, UnsafeMutableBufferPointer(rebasing: buffer[start..<start + size]))
        }
      }
      let gradients = try saliency(of: label, in: images)
      gradients.withUnsafeBufferPointer { gradients in
        for index in gradients.indices { sums[index % size] += Double(gradients[index]) }
      }
    }
    return sums.map { $0 / Double(count) }
  }
}
