internal import Tensors

extension Sequential {
  /// The same network, in which each run of batch normalisations behind a convolution or dense layer is
  /// part of that layer: its filters multiplied, its bias shifted. Normalisations by the batch's own
  /// statistics stay.
  ///
  /// - Formula: with `s = weight / √(variance + epsilon)`, `w' = s · w` and
  ///   `b' = s · (b - mean) + bias`, in Double.
  /// - Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient
  ///   Integer-Arithmetic-Only Inference", CVPR 2018, arXiv 1712.05877, §3.2.
  package func foldingNormalizations() -> Sequential {
    let wiring = wiring
    var result: [NamedLayer] = []
    // What became part of a layer is called as that one.
    var renamed: [String: String] = [:]
    var index = 0
    while index < layers.count {
      var named = layers[index]
      named.inputs = named.inputs?.map { renamed[$0] ?? $0 }
      index += 1
      if let inner = named.layer as? Sequential { named.layer = inner.foldingNormalizations() }
      var norms: [BatchNorm2D] = []
      while named.layer is Conv2D || named.layer is Dense, index < layers.count,
        wiring.follows(index), let norm = layers[index].layer as? BatchNorm2D,
        !norm.usesBatchStatistics
      {
        norms.append(norm)
        renamed[layers[index].name] = named.name
        index += 1
      }
      if !norms.isEmpty { named.layer = Self.folded(named.layer, norms) }
      result.append(named)
    }
    return Sequential(result)
  }

  private static func folded(_ layer: any Layer, _ norms: [BatchNorm2D]) -> any Layer {
    var scale = [Double](repeating: 1, count: norms[0].channels)
    var shift = [Double](repeating: 0, count: norms[0].channels)
    for norm in norms {
      let (scales, shifts) = norm.affine
      for channel in scale.indices {
        scale[channel] *= scales[channel]
        shift[channel] = shift[channel] * scales[channel] + shifts[channel]
      }
    }
    func bias(_ old: Tensor?) -> Tensor {
      let old = old?.scalars ?? [Float](repeating: 0, count: scale.count)
      return Tensor(
        shape: [scale.count],
        scalars: scale.indices.map { Float(Double(old[$0]) * scale[$0] + shift[$0]) })
    }
    // Filters and units are the last dimension of weights.
    func weight(_ old: Tensor) -> Tensor {
      guard scale.contains(where: { $0 != 1 }) else { return old }
      return Kernels.scaledChannels(old, scale: scale.map { Float($0) })
    }
    switch layer {
    case let layer as Conv2D:
      return Conv2D(
        weight: weight(layer.weight), bias: bias(layer.bias), stride: layer.stride,
        padding: layer.padding, dilation: layer.dilation, groups: layer.groups)
    case let layer as Dense: return Dense(weight: weight(layer.weight), bias: bias(layer.bias))
    default: return layer
    }
  }
}

extension BatchNorm2D {
  /// What each channel is multiplied by, and what is added then, with the running statistics.
  fileprivate var affine: (scale: [Double], shift: [Double]) {
    let (weights, biases, means) = (weight.scalars, bias.scalars, runningMean.scalars)
    let scale = zip(weights, runningVariance.scalars).map {
      Double($0) / (Double($1) + Double(epsilon)).squareRoot()
    }
    return (scale, scale.indices.map { Double(biases[$0]) - Double(means[$0]) * scale[$0] })
  }
}
