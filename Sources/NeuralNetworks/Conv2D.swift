public import Tensors

/// Convolution (cross-correlation) over the two dimensions of an image.
///
/// - Input: `[N, H, W, in]`. Output: `[N, H', W', out]` with
///   `H' = (H + padding above and below - extent's height) / stride + 1`, and `W'` likewise.
/// - Parameters: `weight` `[kernel height, kernel width, in / groups, out]`, `bias` `[out]`.
/// - Groups: the first `out / groups` filters see the first `in / groups` channels, and so on.
/// - Dilation: neighbours in a filter lie so many pixels apart; the filter is carried out with zeros
///   between them.
/// - Source: LeCun et al., "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE 1998,
///   DOI 10.1109/5.726791.
public struct Conv2D: Layer {
  /// The filters, `[height, width, in / groups, out]`.
  public var weight: Tensor
  /// What each output channel starts from, `[out]`; nil for none.
  public var bias: Tensor?
  /// Steps from position to position.
  public let stride: Extent
  /// Zeros around the image.
  public let padding: Padding
  /// Pixels from one row or column of a filter to its next.
  public let dilation: Extent
  /// Parts of the channels that don't see each other.
  public let groups: Int

  /// Filters that are already there.
  public init(
    weight: Tensor, bias: Tensor?, stride: Extent = 1, padding: Padding = 0,
    dilation: Extent = 1, groups: Int = 1
  ) {
    precondition(
      weight.rank == 4, "filters are [height, width, in, out], got shape \(weight.shape)")
    precondition(
      groups > 0 && weight.shape[3].isMultiple(of: groups),
      "\(weight.shape[3]) filters can't be divided into \(groups) groups")
    precondition(
      dilation.height > 0 && dilation.width > 0, "a dilation is positive, got \(dilation)")
    precondition(
      bias.map { $0.shape == [weight.shape[3]] } ?? true,
      "a bias of shape \(bias?.shape ?? []) for \(weight.shape[3]) filters")
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// New filters, drawn by an initializer.
  ///
  /// - `padding`: by default such that a stride of 1 keeps the image's size ("same").
  /// - `groups`: a divisor of both `inChannels` and `outChannels`; as many as channels make the
  ///   convolution depthwise.
  public init(
    in inChannels: Int, out outChannels: Int, kernel: Extent, stride: Extent = 1,
    padding: Padding? = nil, dilation: Extent = 1, groups: Int = 1,
    initializer: Initializer = .he, using generator: inout SeededGenerator
  ) {
    precondition(
      groups > 0 && inChannels.isMultiple(of: groups),
      "\(inChannels) channels can't be divided into \(groups) groups")
    let area = kernel.height * kernel.width
    let reach = Extent(
      height: (kernel.height - 1) * dilation.height, width: (kernel.width - 1) * dilation.width)
    self.init(
      weight: initializer.weights(
        shape: [kernel.height, kernel.width, inChannels / groups, outChannels],
        fanIn: area * inChannels / groups, fanOut: area * outChannels / groups,
        using: &generator),
      bias: initializer.bias(count: outChannels), stride: stride,
      padding: padding
        ?? Padding(
          top: reach.height / 2, left: reach.width / 2, bottom: reach.height - reach.height / 2,
          right: reach.width - reach.width / 2),
      dilation: dilation, groups: groups)
  }

  /// The filters' height and width.
  public var kernel: Extent { Extent(height: weight.shape[0], width: weight.shape[1]) }
  /// The pixels that the filters reach over, dilation included.
  public var extent: Extent { kernel.dilated(by: dilation) }
  /// The channels of the input.
  public var inChannels: Int { weight.shape[2] * groups }
  /// The number of filters.
  public var outChannels: Int { weight.shape[3] }

  /// The filters with zeros where dilation leaves pixels out: `geometry`'s weights.
  package var denseWeight: Tensor { Kernels.dilated(weight, by: dilation) }

  /// The sizes, for one image `[H, W, C]`, dilation included.
  package func geometry(for inputShape: [Int]) -> ConvolutionGeometry {
    precondition(
      inputShape.count == 3 && inputShape[2] == inChannels,
      "a convolution of \(inChannels) channels can't take images of shape \(inputShape)")
    return ConvolutionGeometry(
      input: inputShape, kernel: extent, outChannels: outChannels, stride: stride,
      padding: padding, groups: groups)
  }

  /// The output, and what is made of it on the way; a pooling's switches with it.
  package func output(
    _ input: Tensor, _ followers: Kernels.Followers = Kernels.Followers()
  ) -> Kernels.ConvolutionOutput {
    Kernels.convolution(
      input, weight: denseWeight, bias: bias, geometry(for: Array(input.shape.dropFirst())),
      followers)
  }

  /// Whether the output of a batch has a shape.
  func makes(_ shape: [Int], of input: Tensor) -> Bool {
    let output = geometry(for: Array(input.shape.dropFirst())).output
    return shape == [input.shape[0], output.height, output.width, outChannels]
  }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages(channels: inChannels)
    let output = try inputShape.windows(
      of: kernel, stride: stride, padding: padding, dilation: dilation)
    return [output.height, output.width, outChannels]
  }

  public func callAsFunction(_ input: Tensor) -> Tensor { output(input).output }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let output = self(input)
    return (output, Trace(input: input, output: phase.isTraining ? nil : output))
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    guard groups == 1 else { return groupedBackward(gradient, trace, for: wanted) }
    return backward(.plain(gradient), trace, for: wanted)
  }

  /// The backward pass, from the gradient of the output or of a max pooling behind it; not for groups.
  package func backward(
    _ upper: Kernels.UpperGradient, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    let input = required(trace.input, "the input", of: "Conv2D")
    let (dx, dWeight, dBias) = Kernels.convolutionGradients(
      upper, x: input, weight: denseWeight, geometry(for: Array(input.shape.dropFirst())),
      wantsInput: wanted.contains(.input), wantsParameters: wanted.contains(.parameters))
    var gradients = Gradients(input: dx)
    gradients.parameters["weight"] = dWeight.map {
      Kernels.contracted($0, to: kernel, dilation: dilation)
    }
    if bias != nil { gradients.parameters["bias"] = dBias }
    return gradients
  }

  public mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    try visit("weight", &weight)
    try bias.visit(as: "bias", visit)
  }
}

// MARK: - Groups

extension Conv2D {
  private func inputs(of group: Int) -> Range<Int> { Self.share(group, weight.shape[2]) }
  private func outputs(of group: Int) -> Range<Int> { Self.share(group, outChannels / groups) }

  private static func share(_ group: Int, _ count: Int) -> Range<Int> {
    group * count..<(group + 1) * count
  }

  /// The convolution of one group alone.
  private func part(_ group: Int) -> Conv2D { filters(outputs(of: group)) }

  /// Some filters of one group alone.
  package func filters(_ range: Range<Int>) -> Conv2D {
    Conv2D(
      weight: Kernels.channels(range, of: weight),
      bias: bias.map { Kernels.channels(range, of: $0) }, stride: stride, padding: padding,
      dilation: dilation)
  }

  private func groupedBackward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    let input = required(trace.input, "the input", of: "Conv2D")
    let geometry = geometry(for: Array(input.shape.dropFirst()))
    var gradients = Gradients()
    var left = wanted
    // Of long strides nearly all would be zeros, more than memory may hold.
    let isDense = stride.height <= 4 && stride.width <= 4
    if wanted.contains(.input), isDense, geometry.hasGradientGeometry {
      gradients.input = Kernels.groupedInputGradient(gradient, weight: denseWeight, geometry)
      left.remove(.input)
    }
    guard !left.isEmpty else { return gradients }
    let parts = (0..<groups).map { group in
      part(group).backward(
        Kernels.channels(outputs(of: group), of: gradient),
        Trace(input: Kernels.channels(inputs(of: group), of: input)), for: left)
    }
    if left.contains(.input) {
      gradients.input = Kernels.joinedChannels(parts.compactMap { $0.input })
    }
    for name in parts[0].parameters.names {
      gradients.parameters[name] = Kernels.joinedChannels(
        parts.compactMap { $0.parameters[name] })
    }
    return gradients
  }
}
