import CheckedArithmetic
public import Tensors

/// Transposed convolution: the input gradient of a convolution, as a layer.
///
/// - Input: `[N, H, W, in]`. Output: `[N, H', W', out]` with
///   `H' = (H - 1) · stride - padding above and below + extent's height + outputPadding`, and `W'` likewise.
/// - Parameters: `weight` `[kernel height, kernel width, out / groups, in]`, that convolution's; `bias`
///   `[out]`.
/// - Source: Zeiler, Taylor & Fergus, "Adaptive Deconvolutional Networks for Mid and High Level Feature
///   Learning", ICCV 2011; `torch.nn.ConvTranspose2d`.
public struct ConvTranspose2D: Layer {
  /// The filters of the convolution, `[height, width, out / groups, in]`.
  public var weight: Tensor
  /// What each output channel starts from, `[out]`; nil for none.
  public var bias: Tensor?
  /// Pixels of the output from position to position.
  public let stride: Extent
  /// Rows and columns that are cut off at each side.
  public let padding: Padding
  /// Rows and columns more at the bottom and to the right, less than the stride.
  public let outputPadding: Extent
  /// Pixels from one row or column of a filter to its next.
  public let dilation: Extent
  /// Parts of the channels that don't see each other.
  public let groups: Int

  /// Filters that are already there.
  public init(
    weight: Tensor, bias: Tensor?, stride: Extent = 1, padding: Padding = 0,
    outputPadding: Extent = 0, dilation: Extent = 1, groups: Int = 1
  ) {
    precondition(
      weight.rank == 4, "filters are [height, width, out, in], got shape \(weight.shape)")
    precondition(
      groups > 0 && weight.shape[3].isMultiple(of: groups),
      "\(weight.shape[3]) channels can't be divided into \(groups) groups")
    precondition(
      dilation.height > 0 && dilation.width > 0 && stride.height > 0 && stride.width > 0,
      "stride and dilation are positive, got \(stride) and \(dilation)")
    precondition(
      (0..<stride.height).contains(outputPadding.height)
        && (0..<stride.width).contains(outputPadding.width),
      "an output padding is less than the stride, got \(outputPadding)")
    precondition(
      bias.map { $0.shape == [weight.shape[2] * groups] } ?? true,
      "a bias of shape \(bias?.shape ?? []) for \(weight.shape[2] * groups) channels")
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.dilation = dilation
    self.groups = groups
  }

  /// The filters' height and width.
  public var kernel: Extent { Extent(height: weight.shape[0], width: weight.shape[1]) }
  /// The channels of the input.
  public var inChannels: Int { weight.shape[3] }
  /// The channels of the output.
  public var outChannels: Int { weight.shape[2] * groups }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages(channels: inChannels)
    func length(
      _ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ more: Int, _ cut: Int
    ) -> Int? {
      guard input > 0, let steps = [input - 1, stride].checkedProduct,
        let reach = [kernel - 1, dilation].checkedProduct,
        let whole = [steps, reach, 1, more].checkedSum, whole > cut
      else { return nil }
      return whole - cut
    }
    guard
      let height = length(
        inputShape[0], kernel.height, stride.height, dilation.height, outputPadding.height,
        padding.top + padding.bottom),
      let width = length(
        inputShape[1], kernel.width, stride.width, dilation.width, outputPadding.width,
        padding.left + padding.right)
    else {
      throw ShapeError(takes: "images that its padding leaves something of", gets: inputShape)
    }
    return [height, width, outChannels]
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    let parts = (0..<groups).map { group in
      let (weight, geometry) = part(group, of: input)
      let result = Kernels.convolutionGradients(
        .plain(inputs(of: group, in: input)), x: nil, weight: weight, geometry, wantsInput: true,
        wantsParameters: false)
      return required(result.input, "an input gradient", of: "a convolution")
    }
    let output = groups == 1 ? parts[0] : Kernels.joinedChannels(parts)
    guard let bias else { return output }
    return Kernels.scaledChannels(
      output, scale: Array(repeating: 1, count: outChannels), shift: bias.scalars)
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let output = self(input)
    return (output, Trace(input: input, output: phase.isTraining ? nil : output))
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    let input = required(trace.input, "the input", of: "ConvTranspose2D")
    let each = outChannels / groups
    var lower: [Tensor] = []
    var weights: [Tensor] = []
    for group in 0..<groups {
      let (weight, geometry) = part(group, of: input)
      let own =
        groups == 1
        ? gradient : Kernels.channels(group * each..<(group + 1) * each, of: gradient)
      if wanted.contains(.input) {
        lower.append(Kernels.convolution(own, weight: weight, bias: nil, geometry).output)
      }
      if wanted.contains(.parameters) {
        let result = Kernels.convolutionGradients(
          .plain(inputs(of: group, in: input)), x: own, weight: weight, geometry,
          wantsInput: false, wantsParameters: true)
        weights.append(
          Kernels.contracted(
            required(result.weight, "a weight gradient", of: "a convolution"), to: kernel,
            dilation: dilation))
      }
    }
    var gradients = Gradients(input: lower.isEmpty ? nil : Kernels.joinedChannels(lower))
    guard wanted.contains(.parameters) else { return gradients }
    gradients.parameters["weight"] = Kernels.joinedChannels(weights)
    if bias != nil {
      gradients.parameters["bias"] = Tensor(
        shape: [outChannels], scalars: Kernels.sumsOfChannels(gradient).map { Float($0) })
    }
    return gradients
  }

  public mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    try visit("weight", &weight)
    try bias.visit(as: "bias", visit)
  }

  // MARK: Groups

  private func inputs(of group: Int, in input: Tensor) -> Tensor {
    let each = inChannels / groups
    return groups == 1
      ? input : Kernels.channels(group * each..<(group + 1) * each, of: input)
  }

  /// The convolution of one group that this is the transpose of: its filters and its sizes.
  private func part(_ group: Int, of input: Tensor) -> (Tensor, ConvolutionGeometry) {
    let own = Kernels.dilated(inputs(of: group, in: weight), by: dilation)
    let shape: [Int]
    do {
      shape = try outputShape(for: Array(input.shape.dropFirst()))
    } catch {
      preconditionFailure("\(error)")
    }
    return (
      own,
      ConvolutionGeometry(
        input: [shape[0], shape[1], outChannels / groups],
        kernel: Extent(height: own.shape[0], width: own.shape[1]),
        outChannels: inChannels / groups, stride: stride, padding: padding)
    )
  }
}
