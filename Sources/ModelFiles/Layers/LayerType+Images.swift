import CheckedArithmetic
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
        let (dilation, reach) = try layer.dilation(of: shape)
        return Conv2D(
          weight: try layer.parameter("weight", shape), bias: try layer.bias(shape[0]),
          stride: try layer.extent("stride", Extent(1)),
          padding: try layer.padding(
            most: Extent(height: max(16, reach.height + 1), width: max(16, reach.width + 1)),
            same: Padding(
              top: reach.height / 2, left: reach.width / 2,
              bottom: reach.height - reach.height / 2, right: reach.width - reach.width / 2)),
          dilation: dilation, groups: groups)
      }),
    LayerType(
      "ConvTranspose2d", "conv",
      "in_channels out_channels kernel_size stride padding output_padding dilation groups bias",
      describe: { (layer: ConvTranspose2D) in
        [
          "in_channels": JSONValue(layer.inChannels), "out_channels": JSONValue(layer.outChannels),
          "kernel_size": JSONValue(layer.kernel), "stride": JSONValue(layer.stride),
          "padding": JSONValue(layer.padding), "output_padding": JSONValue(layer.outputPadding),
          "dilation": JSONValue(layer.dilation), "groups": JSONValue(layer.groups),
          "bias": .bool(layer.bias != nil),
        ]
      },
      make: { layer in
        let shape = try layer.shape(of: "weight", rank: 4)
        let groups = try layer.integer("groups", 1, in: 1...shape[0])
        guard shape[0].isMultiple(of: groups), shape[1] <= LayerReader.sizes.upperBound / groups
        else { throw layer.bad("\(groups) groups for \(shape[0]) channels") }
        try layer.expect("in_channels", shape[0], by: shape)
        try layer.expect("out_channels", shape[1] * groups, by: shape)
        let (dilation, reach) = try layer.dilation(of: shape)
        let stride = try layer.extent("stride", Extent(1))
        let more = try layer.extent("output_padding", Extent(0), in: 0...4095)
        guard more.height < stride.height, more.width < stride.width else {
          throw layer.bad("an output_padding of \(more.text), not less than its stride")
        }
        return ConvTranspose2D(
          weight: try layer.parameter("weight", shape), bias: try layer.bias(shape[1] * groups),
          stride: stride, padding: try layer.padding(most: reach), outputPadding: more,
          dilation: dilation, groups: groups)
      }),
  ]

  static let pools = [
    LayerType(
      "MaxPool2d", "pool", "kernel_size stride padding dilation ceil_mode",
      describeAny: { layer in
        switch layer {
        case let layer as MaxPool2D:
          [
            "kernel_size": JSONValue(layer.size), "stride": JSONValue(layer.stride),
            "padding": JSONValue(layer.padding), "ceil_mode": .bool(layer.roundsUp),
          ]
        case let layer as WidePool2D where layer.kind == .max: layer.settings
        default: nil
        }
      },
      make: { layer in
        let (size, stride, padding) = try layer.pooling()
        let dilation = try layer.extent("dilation", Extent(1))
        let roundsUp = try layer.flag("ceil_mode", false)
        guard size.height * size.width > 256 || dilation != 1 else {
          return MaxPool2D(size: size, stride: stride, padding: padding, roundsUp: roundsUp)
        }
        return try layer.widePool(
          .max, size, stride, padding, dilation: dilation, roundsUp: roundsUp)
      }),
    LayerType(
      "AvgPool2d", "pool", "kernel_size stride padding ceil_mode count_include_pad",
      describeAny: { layer in
        switch layer {
        case let layer as AveragePool2D:
          [
            "kernel_size": JSONValue(layer.size), "stride": JSONValue(layer.stride),
            "padding": JSONValue(layer.padding), "ceil_mode": .bool(layer.roundsUp),
            "count_include_pad": .bool(layer.countsPadding),
          ]
        case let layer as WidePool2D where layer.kind != .max: layer.settings
        default: nil
        }
      },
      make: { layer in
        let (size, stride, padding) = try layer.pooling()
        let countsPadding = try layer.flag("count_include_pad", true)
        let roundsUp = try layer.flag("ceil_mode", false)
        guard size.height * size.width > 256 else {
          return AveragePool2D(
            size: size, stride: stride, padding: padding, countsPadding: countsPadding,
            roundsUp: roundsUp)
        }
        return try layer.widePool(
          .average(countsPadding: countsPadding), size, stride, padding, roundsUp: roundsUp)
      }),
    LayerType(
      "AdaptiveAvgPool2d", "pool", "output_size",
      describe: { (_: GlobalAveragePool2D) in ["output_size": 1] }, make: adaptivePool),
    LayerType("AdaptiveMaxPool2d", "pool", "output_size") { layer in
      let size = try layer.extent("output_size", in: LayerReader.sizes)
      let (height, width) = try layer.imageSize()
      guard size == Extent(1), let area = [height, width].checkedProduct else {
        throw layer.bad("the output_size \(size.text); only the maximum of the image is possible")
      }
      let whole = Extent(height: height, width: width)
      return area <= 256 ? MaxPool2D(size: whole) : WidePool2D(.max, size: whole)
    },
  ]

  /// A global pooling, or windows that divide the image; PyTorch's others overlap unevenly.
  private static let adaptivePool: @Sendable (LayerReader) throws -> (any Layer)? = { layer in
    let size = try layer.extent("output_size", in: LayerReader.sizes)
    let (height, width) = try layer.imageSize()
    if size == Extent(1) { return GlobalAveragePool2D() }
    if size == Extent(height: height, width: width) { return nil }
    guard height.isMultiple(of: size.height), width.isMultiple(of: size.width) else {
      throw layer.bad(
        """
        the output_size \(size.height) × \(size.width) for \(height) × \(width), which it doesn't \
        divide; only windows of one size are possible
        """)
    }
    let window = Extent(height: height / size.height, width: width / size.width)
    return [window.height, window.width].checkedProduct.map { $0 <= 256 } ?? false
      ? AveragePool2D(size: window) : WidePool2D(.average(countsPadding: true), size: window)
  }

  static let normalizations = [
    LayerType(
      "BatchNorm2d", "norm", "num_features eps momentum affine track_running_stats",
      describe: { (layer: BatchNorm2D) in
        [
          "num_features": JSONValue(layer.channels), "eps": JSONValue(layer.epsilon),
          "momentum": JSONValue(layer.momentum),
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
    LayerType(
      "GroupNorm", "norm", "num_groups num_channels eps affine",
      describe: { (layer: GroupNorm) in
        [
          "num_groups": JSONValue(layer.groups), "num_channels": JSONValue(layer.channels),
          "eps": JSONValue(layer.epsilon), "affine": .bool(layer.weight != nil),
        ]
      },
      make: { layer in
        let channels = try layer.integer("num_channels", layer.input.last)
        let groups = try layer.integer("num_groups", in: 1...channels)
        return try layer.groupNorm(groups, of: channels, isAffine: layer.flag("affine", true))
      }),
    LayerType("InstanceNorm2d", "norm", "num_features eps momentum affine track_running_stats") {
      layer in
      guard try !layer.flag("track_running_stats", false) else {
        throw layer.bad("running statistics; those of each image are possible")
      }
      let channels = try layer.integer("num_features", layer.input.last)
      return try layer.groupNorm(channels, of: channels, isAffine: layer.flag("affine", false))
    },
    LayerType(
      "LayerNorm", "norm", "normalized_shape eps elementwise_affine bias",
      describe: { (layer: LayerNorm) in
        [
          "normalized_shape": JSONValue(layer.channels), "eps": JSONValue(layer.epsilon),
          "elementwise_affine": .bool(layer.weight != nil), "bias": .bool(layer.bias != nil),
        ]
      },
      make: { layer in
        let channels = try layer.integer("normalized_shape", layer.input.last)
        let isAffine = try layer.flag("elementwise_affine", true)
        return LayerNorm(
          channels: channels, weight: try isAffine ? layer.parameter("weight", [channels]) : nil,
          bias: try isAffine ? layer.bias(channels) : nil,
          epsilon: try layer.number("eps", 1e-5))
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
    // Of another tool's network it may be anything, `null` for a plain mean: only training needs it.
    let momentum = (try? layer.number("momentum", 0.1)) ?? 0.1
    return BatchNorm2D(
      weight: try parameter("weight", isThere: isAffine, 1),
      bias: try parameter("bias", isThere: isAffine, 0),
      runningMean: try parameter("running_mean", isThere: !usesBatch, 0),
      runningVariance: try parameter("running_var", isThere: !usesBatch, 1),
      epsilon: try layer.number("eps", 1e-5), momentum: momentum,
      usesBatchStatistics: usesBatch)
  }
}

extension LayerReader {
  /// How far a convolution's neighbours lie apart, and the pixels from its filters' first row or column to
  /// their last.
  ///
  /// - Parameter shape: the weight's, `[_, _, height, width]`.
  fileprivate func dilation(
    of shape: [Int]
  ) throws(ModelProblem) -> (dilation: Extent, reach: Extent) {
    let kernel = Extent(height: shape[2], width: shape[3])
    guard try extent("kernel_size", kernel) == kernel,
      kernel.height <= Self.windows.upperBound, kernel.width <= Self.windows.upperBound
    else {
      throw bad(
        """
        the kernel_size \(description.settings["kernel_size"]?.text ?? ""), but its weight of shape \
        \(shape) has \(kernel.height) × \(kernel.width)
        """)
    }
    let dilation = try extent("dilation", Extent(1))
    let reach = Extent(
      height: (kernel.height - 1) * dilation.height, width: (kernel.width - 1) * dilation.width)
    // Carried out with zeros in between, the weights must still fit into memory.
    let dense = Double(reach.height + 1) * Double(reach.width + 1)
    guard dilation == Extent(1) || dense * Double(shape[0]) * Double(shape[1]) <= 0x1p30 else {
      throw bad("a dilation of \(dilation.height) × \(dilation.width)")
    }
    return (dilation, reach)
  }

  /// Rows and columns of the input.
  fileprivate func imageSize() throws(ModelProblem) -> (height: Int, width: Int) {
    guard input.count == 3 else {
      throw .mismatch(ShapeError(layer: path, takes: "images", gets: input))
    }
    return (input[0], input[1])
  }

  /// A normalisation of groups of channels.
  fileprivate func groupNorm(
    _ groups: Int, of channels: Int, isAffine: Bool
  ) throws -> GroupNorm {
    guard channels.isMultiple(of: groups) else {
      throw bad("\(groups) groups for \(channels) channels")
    }
    return GroupNorm(
      groups: groups, channels: channels,
      weight: try isAffine ? parameter("weight", [channels]) : nil,
      bias: try isAffine ? parameter("bias", [channels]) : nil,
      epsilon: try number("eps", 1e-5))
  }

  /// A pooling that the kernels aren't made for.
  fileprivate func widePool(
    _ kind: WidePool2D.Kind, _ size: Extent, _ stride: Extent, _ padding: Padding,
    dilation: Extent = 1, roundsUp: Bool
  ) throws(ModelProblem) -> WidePool2D {
    guard padding == 0 || dilation == 1 else { throw bad("both padding and a dilation") }
    let (height, width) = try imageSize()
    let windows = Extent.windows(
      of: size, over: Extent(height: height, width: width), stride: stride, padding: padding,
      dilation: dilation, roundsUp: roundsUp)
    let work = [windows?.height ?? 0, windows?.width ?? 0, size.height, size.width, input[2]]
    guard let count = work.checkedProduct, count <= 1 << 31 else {
      throw bad("windows of \(size.text) at too many places")
    }
    return WidePool2D(
      kind, size: size, stride: stride, padding: padding, dilation: dilation, roundsUp: roundsUp)
  }

  /// What poolings have in common.
  fileprivate func pooling() throws(ModelProblem) -> (size: Extent, stride: Extent, Padding) {
    let size = try extent("kernel_size")
    return (
      size, try extent("stride", size),
      try padding(most: Extent(height: size.height - 1, width: size.width - 1))
    )
  }
}

extension WidePool2D {
  /// Its settings, without those that are the defaults of the kernels' poolings.
  fileprivate var settings: [String: JSONValue] {
    var settings = [
      "kernel_size": JSONValue(size), "stride": JSONValue(stride), "padding": JSONValue(padding),
      "ceil_mode": .bool(roundsUp),
    ]
    if case .average(let countsPadding) = kind {
      settings["count_include_pad"] = .bool(countsPadding)
    } else {
      settings["dilation"] = JSONValue(dilation)
    }
    return settings
  }
}
