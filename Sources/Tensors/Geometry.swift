internal import CKernels

/// Rows or columns added at each side of an image.
public struct Padding: Sendable, Equatable, Codable {
  /// Rows above.
  public var top: Int
  /// Columns to the left.
  public var left: Int
  /// Rows below.
  public var bottom: Int
  /// Columns to the right.
  public var right: Int

  /// Each side by itself.
  public init(top: Int, left: Int, bottom: Int, right: Int) {
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
  }

  /// All sides alike.
  public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }
}

/// A height and a width.
public struct Extent: Sendable, Equatable, Codable {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// A rectangle.
  public init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

  /// A square.
  public init(_ side: Int) { self.init(height: side, width: side) }
}

/// Steps from window to window, in rows and columns.
public struct Stride: Sendable, Equatable, Codable {
  /// Rows.
  public var y: Int
  /// Columns.
  public var x: Int

  /// Each direction by itself.
  public init(y: Int, x: Int) { (self.y, self.x) = (y, x) }

  /// Both directions alike.
  public init(_ both: Int) { self.init(y: both, x: both) }
}

/// The sizes of one convolution.
package struct ConvolutionGeometry: Sendable, Equatable {
  /// Input rows and columns, without padding.
  package let input: Extent
  package let inChannels: Int
  package let kernel: Extent
  package let outChannels: Int
  package let stride: Stride
  package let padding: Padding

  /// - Input: the sizes `[H, W, C]` of one image.
  package init(
    input shape: [Int], kernel: Extent, outChannels: Int, stride: Stride, padding: Padding
  ) {
    precondition(shape.count == 3, "an image is [H, W, C], got \(shape)")
    precondition(stride.y > 0 && stride.x > 0, "a stride is positive, got \(stride)")
    input = Extent(height: shape[0], width: shape[1])
    inChannels = shape[2]
    self.kernel = kernel
    self.outChannels = outChannels
    self.stride = stride
    self.padding = padding
    precondition(
      output.height > 0 && output.width > 0,
      "a kernel of \(kernel.height) × \(kernel.width) doesn't fit into an image of \(shape)")
  }

  /// Output rows and columns.
  package var output: Extent {
    let free = (
      input.height + padding.top + padding.bottom - kernel.height,
      input.width + padding.left + padding.right - kernel.width
    )
    return Extent(
      height: free.0 < 0 ? 0 : free.0 / stride.y + 1, width: free.1 < 0 ? 0 : free.1 / stride.x + 1)
  }

  package var inputCount: Int { input.height * input.width * inChannels }
  package var outputCount: Int { output.height * output.width * outChannels }
  package var weightCount: Int { kernel.height * kernel.width * inChannels * outChannels }

  /// The convolution whose forward pass, with flipped weights, is this one's input gradient. Only
  /// for stride 1.
  var gradientGeometry: ConvolutionGeometry {
    ConvolutionGeometry(
      input: [output.height, output.width, outChannels], kernel: kernel, outChannels: inChannels,
      stride: Stride(1),
      padding: Padding(
        top: kernel.height - 1 - padding.top, left: kernel.width - 1 - padding.left,
        bottom: kernel.height - 1 - padding.bottom, right: kernel.width - 1 - padding.right))
  }

  /// Whether the padding leaves room for `gradientGeometry`.
  var hasGradientGeometry: Bool {
    stride == Stride(1) && padding.top < kernel.height && padding.bottom < kernel.height
      && padding.left < kernel.width && padding.right < kernel.width
  }

  var c: ck_conv {
    ck_conv(
      height: input.height, width: input.width, in_channels: inChannels, top: padding.top,
      left: padding.left, bottom: padding.bottom, right: padding.right,
      kernel_height: kernel.height, kernel_width: kernel.width, out_channels: outChannels,
      stride_y: stride.y, stride_x: stride.x, out_height: output.height, out_width: output.width)
  }
}

/// The sizes of one pooling.
package struct PoolingGeometry: Sendable, Equatable {
  package let height: Int
  package let width: Int
  package let channels: Int
  package let window: Extent
  package let stride: Stride
  package let padding: Padding
  /// Whether a last window that reaches over the edge counts (ONNX's and PyTorch's `ceil_mode`).
  package let roundsUp: Bool

  /// - Input: the sizes `[H, W, C]` of one image.
  package init(
    input shape: [Int], window: Extent, stride: Stride, padding: Padding, roundsUp: Bool = false
  ) {
    precondition(shape.count == 3, "an image is [H, W, C], got \(shape)")
    precondition(
      window.height > 0 && window.width > 0 && window.height * window.width <= 256,
      "a pooling window has 1 to 256 positions, got \(window.height) × \(window.width)")
    precondition(stride.y > 0 && stride.x > 0, "a stride is positive, got \(stride)")
    precondition(
      padding.top < window.height && padding.left < window.width
        && padding.bottom < window.height && padding.right < window.width,
      "a pooling's padding is less than its window, got \(padding)")
    (height, width, channels) = (shape[0], shape[1], shape[2])
    self.window = window
    self.stride = stride
    self.padding = padding
    self.roundsUp = roundsUp
    precondition(
      outputHeight > 0 && outputWidth > 0,
      "a window of \(window.height) × \(window.width) doesn't fit into an image of \(shape)")
  }

  package var outputHeight: Int {
    windows(height, padding.top, padding.bottom, window.height, stride.y)
  }
  package var outputWidth: Int {
    windows(width, padding.left, padding.right, window.width, stride.x)
  }
  package var inputCount: Int { height * width * channels }
  package var outputCount: Int { outputHeight * outputWidth * channels }

  /// Windows along one direction. With `roundsUp`, a window that would begin beyond the image and
  /// its first padding is left out, as PyTorch does.
  private func windows(_ length: Int, _ before: Int, _ after: Int, _ window: Int, _ stride: Int)
    -> Int
  {
    let free = length + before + after - window
    guard free >= 0 else { return 0 }
    let floor = free / stride + 1
    guard roundsUp, free % stride != 0, floor * stride < length + before else { return floor }
    return floor + 1
  }

  var c: ck_pool {
    ck_pool(
      height: height, width: width, channels: channels, window_height: window.height,
      window_width: window.width, stride_y: stride.y, stride_x: stride.x, top: padding.top,
      left: padding.left, bottom: padding.bottom, right: padding.right, out_height: outputHeight,
      out_width: outputWidth)
  }
}
