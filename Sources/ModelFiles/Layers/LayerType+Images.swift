import NeuralNetworks
import Tensors

extension LayerType {
  static let convolutions = [
    LayerType(
      "Conv2d", "conv",
      "in_channels out_channels kernel_size stride padding dilation groups bias",
      describe: { (layer: Conv2D) in
        [
          "in_channels": JSONValue(layer.inChannels), "out_channels": JSONValue(layer.outChannels),
          "kernel_size": JSONValue(layer.kernel), "stride": JSONValue(layer.stride),
          "padding": JSONValue(layer.padding), "dilation": JSONValue(layer.dilation),
          "groups": JSONValue(layer.groups), "bias": .bool(layer.bias != nil),
        ]
      },
      make: { layer in
        let shape = try layer.shape(of: "weight", rank: 4)
        let groups = try layer.integer("groups", 1, in: 1...shape[0])
        guard shape[0].isMultiple(of: groups), shape[1] <= LayerReader.sizes.upperBound / groups
        else { throw layer.bad("\(groups) groups for \(shape[0]) filters") }
        try layer.expect("in_channels", shape[1] * groups, by: shape)
        try layer.expect("out_channels", shape[0], by: shape)
        let kernel = Extent(height: shape[2], width: shape[3])
        guard try layer.extent("kernel_size", kernel) == kernel,
          kernel.height <= LayerReader.windows.upperBound,
          kernel.width <= LayerReader.windows.upperBound
        else {
          throw layer.bad(
            """
            the kernel_size \(layer.description.settings["kernel_size"]?.text ?? ""), but its \
            weight of shape \(shape) has \(kernel.height) × \(kernel.width)
            """)
        }
        let dilation = try layer.extent("dilation", Extent(1))
        let reach = Extent(
          height: (kernel.height - 1) * dilation.height, width: (kernel.width - 1) * dilation.width)
        // Carried out with zeros in between, the weights must still fit into memory.
        let dense = Double(reach.height + 1) * Double(reach.width + 1)
        guard dilation == Extent(1) || dense * Double(shape[0]) * Double(shape[1]) <= 0x1p30 else {
          throw layer.bad("a dilation of \(dilation.height) × \(dilation.width)")
        }
        return Conv2D(
          weight: try layer.parameter("weight", shape), bias: try layer.bias(shape[0]),
          stride: try layer.extent("stride", Extent(1)),
          padding: try layer.padding(
            most: Extent(height: max(16, reach.height + 1), width: max(16, reach.width + 1)),
            same: Padding(
              top: reach.height / 2, left: reach.width / 2,
              bottom: reach.height - reach.height / 2, right: reach.width - reach.width / 2)),
          dilation: dilation, groups: groups)
      })
  ]

  static let pools = [
    LayerType(
      "MaxPool2d", "pool", "kernel_size stride padding ceil_mode",
      describe: { (layer: MaxPool2D) in
        [
          "kernel_size": JSONValue(layer.size), "stride": JSONValue(layer.stride),
          "padding": JSONValue(layer.padding), "ceil_mode": .bool(layer.roundsUp),
        ]
      },
      make: { layer in
        let (size, stride, padding) = try layer.pooling()
        return MaxPool2D(
          size: size, stride: stride, padding: padding,
          roundsUp: try layer.flag("ceil_mode", false))
      }),
    LayerType(
      "AvgPool2d", "pool", "kernel_size stride padding ceil_mode count_include_pad",
      describe: { (layer: AveragePool2D) in
        [
          "kernel_size": JSONValue(layer.size), "stride": JSONValue(layer.stride),
          "padding": JSONValue(layer.padding), "ceil_mode": .bool(layer.roundsUp),
          "count_include_pad": .bool(layer.countsPadding),
        ]
      },
      make: { layer in
        let (size, stride, padding) = try layer.pooling()
        return AveragePool2D(
          size: size, stride: stride, padding: padding,
          countsPadding: try layer.flag("count_include_pad", true),
          roundsUp: try layer.flag("ceil_mode", false))
      }),
    LayerType(
      "AdaptiveAvgPool2d", "pool", "output_size",
      describe: { (_: GlobalAveragePool2D) in ["output_size": 1] }, make: adaptivePool),
  ]

  /// A global pooling, or windows that divide the image; PyTorch's others overlap unevenly.
  private static let adaptivePool: @Sendable (LayerReader) throws -> (any Layer)? = { layer in
    let size = try layer.extent("output_size", in: LayerReader.sizes)
    guard layer.input.count == 3 else {
      throw ModelProblem.mismatch(
        ShapeError(layer: layer.path, takes: "images", gets: layer.input))
    }
    let (height, width) = (layer.input[0], layer.input[1])
    if size == Extent(1) { return GlobalAveragePool2D() }
    if size == Extent(height: height, width: width) { return nil }
    guard height.isMultiple(of: size.height), width.isMultiple(of: size.width) else {
      throw layer.bad(
        """
        the output_size \(size.height) × \(size.width) for \(height) × \(width), which it doesn't \
        divide; only windows of one size are possible
        """)
    }
    return AveragePool2D(size: Extent(height: height / size.height, width: width / size.width))
  }

  static let normalizations = [
    LayerType(
      "BatchNorm2d", "norm", "num_features eps momentum affine track_running_stats",
      describe: { (layer: BatchNorm2D) in
        [
          "num_features": JSONValue(layer.channels), "eps": JSONValue(layer.epsilon),
          "track_running_stats": .bool(!layer.usesBatchStatistics),
        ]
      }, make: batchNorm),
    LayerType(
      "BatchNorm1d", "norm", "num_features eps momentum affine track_running_stats",
      make: batchNorm),
    LayerType(
      "LocalResponseNorm", "lrn", "size before alpha beta k",
      describe: { (layer: LocalResponseNormalization) in
        [
          "size": JSONValue(layer.size), "before": JSONValue(layer.before),
          "alpha": JSONValue(layer.alpha), "beta": JSONValue(layer.beta), "k": JSONValue(layer.k),
        ]
      },
      make: { layer in
        let size = try layer.integer("size", in: 1...1 << 24)
        return LocalResponseNormalization(
          size: size, before: try layer.integer("before", size / 2, in: 0...size - 1),
          alpha: try layer.number("alpha", 1e-4), beta: try layer.number("beta", 0.75),
          k: try layer.number("k", 1))
      }),
  ]

  private static let batchNorm: @Sendable (LayerReader) throws -> BatchNorm2D = { layer in
    let usesBatch = try !layer.flag("track_running_stats", true)
    let isAffine = try layer.flag("affine", true)
    let shape = try layer.shape(of: isAffine ? "weight" : "running_mean", rank: 1)
    try layer.expect("num_features", shape[0], by: shape)
    func parameter(_ name: String, isThere: Bool, _ standard: Float) throws -> Tensor {
      try isThere ? layer.parameter(name, shape) : Tensor(shape: shape, repeating: standard)
    }
    return BatchNorm2D(
      weight: try parameter("weight", isThere: isAffine, 1),
      bias: try parameter("bias", isThere: isAffine, 0),
      runningMean: try parameter("running_mean", isThere: !usesBatch, 0),
      runningVariance: try parameter("running_var", isThere: !usesBatch, 1),
      epsilon: try layer.number("eps", 1e-5), usesBatchStatistics: usesBatch)
  }
}

extension LayerReader {
  /// What poolings have in common.
  fileprivate func pooling() throws(ModelProblem) -> (size: Extent, stride: Extent, Padding) {
    let size = try extent("kernel_size", in: 1...16)
    return (
      size, try extent("stride", size),
      try padding(most: Extent(height: size.height - 1, width: size.width - 1))
    )
  }
}
