public import Tensors

/// Max pooling over windows, keeping where each maximum was.
///
/// - Input: `[N, H, W, C]`. Output: `[N, (H - size) / stride + 1, (W - size) / stride + 1, C]`, with
///   padding counted in `H` and `W`; positions outside the image are never the maximum.
/// - Switches: for each output scalar, the position in its input plane. The first maximum in
///   row-major order wins a tie.
/// - Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, §2.1.
public struct MaxPool2D: Layer {
  /// A window's rows and columns.
  public let size: Extent
  /// Steps from window to window.
  public let stride: Extent
  /// How far windows reach over the image's edges.
  public let padding: Padding
  /// Whether a last window that reaches over the edge counts (`ceil_mode`).
  public let roundsUp: Bool

  /// - `stride`: by default the window's size, so that windows don't overlap.
  public init(
    size: Extent, stride: Extent? = nil, padding: Padding = 0, roundsUp: Bool = false
  ) {
    self.size = size
    self.stride = stride ?? size
    self.padding = padding
    self.roundsUp = roundsUp
  }

  /// Square windows side by side.
  public init(_ side: Int) { self.init(size: Extent(side)) }

  /// The sizes, for one image `[H, W, C]`.
  package func geometry(for inputShape: [Int]) -> PoolingGeometry {
    PoolingGeometry(
      input: inputShape, window: size, stride: stride, padding: padding, roundsUp: roundsUp)
  }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages()
    let output = try inputShape.windows(
      of: size, stride: stride, padding: padding, roundsUp: roundsUp)
    return [output.height, output.width, inputShape[2]]
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let (output, switches) = Kernels.maxPool(
      input, geometry(for: Array(input.shape.dropFirst())))
    let keepsAll = !phase.isTraining
    return (
      output,
      Trace(
        input: keepsAll ? input : nil, output: keepsAll ? output : nil, switches: switches)
    )
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    let switches = required(trace.switches, "the switches", of: "MaxPool2D")
    return Gradients(
      input: wanted.contains(.input) ? Kernels.maxUnpool(gradient, switches) : nil)
  }
}
