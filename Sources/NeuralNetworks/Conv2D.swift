public import Tensors

/// Convolution (cross-correlation) over the two dimensions of a picture.
///
/// - Input: `[N, H, W, in]`. Output: `[N, H', W', out]` with
///   `H' = (H + padding above and below - kernel height) / stride + 1`, and `W'` likewise.
/// - Parameters: `weight` `[kernel height, kernel width, in, out]`, `bias` `[out]`.
/// - Source: LeCun et al., "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE 1998,
///   DOI 10.1109/5.726791.
public struct Conv2D: Layer {
  /// The filters, `[height, width, in, out]`.
  public var weight: Tensor
  /// What each output channel starts from, `[out]`; nil for none.
  public var bias: Tensor?
  /// Steps from position to position.
  public let stride: Stride
  /// Zeros around the picture.
  public let padding: Padding

  /// Filters that are already there.
  public init(weight: Tensor, bias: Tensor?, stride: Stride = Stride(1), padding: Padding) {
    precondition(
      weight.rank == 4, "filters are [height, width, in, out], got shape \(weight.shape)")
    precondition(
      bias.map { $0.shape == [weight.shape[3]] } ?? true,
      "a bias of shape \(bias?.shape ?? []) for \(weight.shape[3]) filters")
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
  }

  /// New filters, drawn by an initializer.
  ///
  /// - Parameter padding: by default such that a stride of 1 keeps the picture's size ("same").
  public init(
    in inChannels: Int, out outChannels: Int, kernel: Extent, stride: Stride = Stride(1),
    padding: Padding? = nil, initializer: Initializer, using generator: inout SeededGenerator
  ) {
    let area = kernel.height * kernel.width
    self.init(
      weight: initializer.weights(
        shape: [kernel.height, kernel.width, inChannels, outChannels],
        fanIn: area * inChannels, fanOut: area * outChannels, using: &generator),
      bias: initializer.bias(count: outChannels), stride: stride,
      padding: padding
        ?? Padding(
          top: (kernel.height - 1) / 2, left: (kernel.width - 1) / 2, bottom: kernel.height / 2,
          right: kernel.width / 2))
  }

  /// The filters' height and width.
  public var kernel: Extent { Extent(height: weight.shape[0], width: weight.shape[1]) }
  /// The channels of the input.
  public var inChannels: Int { weight.shape[2] }
  /// The number of filters.
  public var outChannels: Int { weight.shape[3] }

  /// The sizes, for one picture `[H, W, C]`.
  package func geometry(for inputShape: [Int]) -> ConvolutionGeometry {
    precondition(
      inputShape.count == 3 && inputShape[2] == inChannels,
      "a convolution of \(inChannels) channels can't take pictures of shape \(inputShape)")
    return ConvolutionGeometry(
      input: inputShape, kernel: kernel, outChannels: outChannels, stride: stride,
      padding: padding)
  }

  public func outputShape(for inputShape: [Int]) -> [Int] {
    let output = geometry(for: inputShape).output
    return [output.height, output.width, outChannels]
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    Kernels.convolution(
      input, weight: weight, bias: bias, geometry(for: Array(input.shape.dropFirst()))
    ).output
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let output = self(input)
    return (output, Trace(input: input, output: phase.isTraining ? nil : output))
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    backward(.plain(gradient), trace, for: wanted)
  }

  /// The backward pass, from the gradient of the output or of a max pooling behind it.
  package func backward(
    _ upper: Kernels.UpperGradient, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    let input = required(trace.input, "the input", of: "Conv2D")
    let (dx, dWeight, dBias) = Kernels.convolutionGradients(
      upper, x: input, weight: weight, geometry(for: Array(input.shape.dropFirst())),
      wantsInput: wanted.contains(.input), wantsParameters: wanted.contains(.parameters))
    var gradients = Gradients(input: dx)
    gradients.parameters["weight"] = dWeight
    if bias != nil { gradients.parameters["bias"] = dBias }
    return gradients
  }

  public mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    try visit("weight", &weight)
    if var bias {
      self.bias = nil
      defer { self.bias = bias }
      try visit("bias", &bias)
    }
  }
}
