internal import CKernels
internal import CheckedArithmetic

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

extension Padding: ExpressibleByIntegerLiteral {
  /// All sides alike.
  public init(integerLiteral all: Int) { self.init(all) }
}

/// A height and a width: of a window, or the steps from window to window.
public struct Extent: Sendable, Hashable, Codable {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// A rectangle.
  public init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

  /// Both directions alike.
  public init(_ both: Int) { self.init(height: both, width: both) }
}

extension Extent: ExpressibleByIntegerLiteral {
  /// Both directions alike.
  public init(integerLiteral both: Int) { self.init(both) }
}

extension Extent {
  /// The rows and columns of windows over images of a size; 0 where not one fits, and nil where a size
  /// is impossible.
  package static func windows(
    of kernel: Extent, over input: Extent, stride: Extent, padding: Padding,
    dilation: Extent = 1, roundsUp: Bool = false
  ) -> Extent? {
    let rows = WindowAxis(
      input: input.height, kernel: kernel.height, stride: stride.height, before: padding.top,
      after: padding.bottom, dilation: dilation.height, roundsUp: roundsUp
    ).windowCount
    let columns = WindowAxis(
      input: input.width, kernel: kernel.width, stride: stride.width, before: padding.left,
      after: padding.right, dilation: dilation.width, roundsUp: roundsUp
    ).windowCount
    guard let rows, let columns else { return nil }
    return Extent(height: rows, width: columns)
  }

  /// The rows and columns that a window reaches over whose pixels lie apart.
  package func dilated(by dilation: Extent) -> Extent {
    Extent(
      height: (height - 1) * dilation.height + 1, width: (width - 1) * dilation.width + 1)
  }

  /// For sentences.
  package var text: String { "\(height) × \(width)" }
}

/// The sizes of one convolution.
package struct ConvolutionGeometry: Sendable, Equatable {
  /// Input rows and columns, without padding.
  package let input: Extent
  package let inChannels: Int
  package let kernel: Extent
  package let outChannels: Int
  package let stride: Extent
  package let padding: Padding
  /// Parts of the channels that don't see each other.
  package let groups: Int
  /// Output rows and columns.
  package let output: Extent

  /// - Parameter shape: the sizes `[H, W, C]` of one image.
  package init(
    input shape: [Int], kernel: Extent, outChannels: Int, stride: Extent, padding: Padding,
    groups: Int = 1
  ) {
    precondition(shape.count == 3, "an image is [H, W, C], got \(shape)")
    precondition(
      groups > 0 && shape[2].isMultiple(of: groups) && outChannels.isMultiple(of: groups),
      "\(shape[2]) channels and \(outChannels) filters in \(groups) groups")
    self.groups = groups
    input = Extent(height: shape[0], width: shape[1])
    inChannels = shape[2]
    self.kernel = kernel
    self.outChannels = outChannels
    self.stride = stride
    self.padding = padding
    let output = Extent.windows(of: kernel, over: input, stride: stride, padding: padding)
    guard let output, output.height > 0, output.width > 0 else {
      preconditionFailure(
        "a kernel of \(kernel.text), stride \(stride.text), doesn't fit into an image of \(shape)")
    }
    self.output = output
  }

  package var inputCount: Int { input.height * input.width * inChannels }
  package var outputCount: Int { output.height * output.width * outChannels }
  package var weightCount: Int {
    kernel.height * kernel.width * inChannels / groups * outChannels
  }
  /// Whether each channel has one filter, which sees it alone.
  var isDepthwise: Bool { groups > 1 && groups == inChannels && groups == outChannels }

  /// Some of the rows of the output, as a convolution of the part of the image that they need, which
  /// begins at a row.
  func band(_ rows: Range<Int>) -> (geometry: ConvolutionGeometry, firstRow: Int) {
    let top = rows.lowerBound * stride.height - padding.top
    let end = (rows.upperBound - 1) * stride.height - padding.top + kernel.height
    let needed = (top..<end).clamped(to: 0..<input.height)
    var padding = padding
    padding.top = needed.isEmpty ? end - top : needed.lowerBound - top
    padding.bottom = needed.isEmpty ? 0 : end - needed.upperBound
    return (
      ConvolutionGeometry(self, height: needed.count, padding: padding, outputRows: rows.count),
      needed.isEmpty ? 0 : needed.lowerBound
    )
  }

  private init(
    _ whole: ConvolutionGeometry, height: Int, padding: Padding, outputRows: Int
  ) {
    input = Extent(height: height, width: whole.input.width)
    inChannels = whole.inChannels
    kernel = whole.kernel
    outChannels = whole.outChannels
    stride = whole.stride
    self.padding = padding
    groups = whole.groups
    output = Extent(height: outputRows, width: whole.output.width)
  }

  /// The convolution whose forward pass, with flipped weights, is this one's input gradient. Where this
  /// one steps over pixels, its output's gradient needs zeros in between.
  var gradientGeometry: ConvolutionGeometry {
    let upper = output.dilated(by: stride)
    return ConvolutionGeometry(
      input: [upper.height, upper.width, outChannels], kernel: kernel, outChannels: inChannels,
      stride: 1,
      padding: Padding(
        top: kernel.height - 1 - padding.top, left: kernel.width - 1 - padding.left,
        bottom: input.height + padding.top - upper.height,
        right: input.width + padding.left - upper.width), groups: groups)
  }

  /// Whether the padding leaves room for `gradientGeometry`.
  package var hasGradientGeometry: Bool {
    padding.top < kernel.height && padding.bottom < kernel.height
      && padding.left < kernel.width && padding.right < kernel.width
  }

  /// Of one group.
  var c: ck_conv {
    ck_conv(
      height: input.height, width: input.width, in_channels: inChannels / groups,
      top: padding.top, left: padding.left, bottom: padding.bottom, right: padding.right,
      kernel_height: kernel.height, kernel_width: kernel.width,
      out_channels: outChannels / groups,
      stride_y: stride.height, stride_x: stride.width, out_height: output.height,
      out_width: output.width)
  }
}

/// The sizes of one pooling.
package struct PoolingGeometry: Sendable, Equatable {
  package let height: Int
  package let width: Int
  package let channels: Int
  package let window: Extent
  package let stride: Extent
  package let padding: Padding
  /// Whether a last window that reaches over the edge counts (ONNX's and PyTorch's `ceil_mode`).
  package let roundsUp: Bool
  /// Output rows and columns.
  package let output: Extent

  /// - Parameter shape: the sizes `[H, W, C]` of one image.
  package init(
    input shape: [Int], window: Extent, stride: Extent, padding: Padding, roundsUp: Bool = false
  ) {
    precondition(shape.count == 3, "an image is [H, W, C], got \(shape)")
    precondition(
      window.height > 0 && window.width > 0 && window.height * window.width <= 256,
      "a pooling window has 1 to 256 positions, got \(window.text)")
    precondition(
      padding.top < window.height && padding.left < window.width
        && padding.bottom < window.height && padding.right < window.width,
      "a pooling's padding is less than its window, got \(padding)")
    (height, width, channels) = (shape[0], shape[1], shape[2])
    self.window = window
    self.stride = stride
    self.padding = padding
    self.roundsUp = roundsUp
    let output = Extent.windows(
      of: window, over: Extent(height: shape[0], width: shape[1]), stride: stride,
      padding: padding, roundsUp: roundsUp)
    guard let output, output.height > 0, output.width > 0 else {
      preconditionFailure(
        "a window of \(window.text), stride \(stride.text), doesn't fit into an image of \(shape)")
    }
    self.output = output
  }

  package var outputHeight: Int { output.height }
  package var outputWidth: Int { output.width }
  package var inputCount: Int { height * width * channels }
  package var outputCount: Int { outputHeight * outputWidth * channels }

  var c: ck_pool {
    ck_pool(
      height: height, width: width, channels: channels, window_height: window.height,
      window_width: window.width, stride_y: stride.height, stride_x: stride.width, top: padding.top,
      left: padding.left, bottom: padding.bottom, right: padding.right, out_height: outputHeight,
      out_width: outputWidth)
  }

  /// Into how many parts of its rows each image is divided, where there are fewer images than threads.
  func parts(_ batch: Int) -> Int {
    guard batch % Parallel.workers != 0, batch < 4 * Parallel.workers,
      outputCount * window.height * window.width > 100_000
    else { return 1 }
    return min(Parallel.workers, outputHeight)
  }

  /// Some of the rows of the output, of the whole image: the first window begins further down.
  func c(_ rows: Range<Int>) -> ck_pool {
    var c = self.c
    c.top -= rows.lowerBound * c.stride_y
    c.out_height = rows.count
    return c
  }
}
