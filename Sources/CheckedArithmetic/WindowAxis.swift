/// The windows of a convolution or a pooling along one axis.
///
/// - Formula: windows cover `extent = (kernel - 1) * dilation + 1` positions; of a padded axis of
///   `length = input + before + after` positions there are `(length - extent) / stride + 1`, rounded
///   down, or up with `roundsUp`.
/// - Source: ONNX, operators `Conv` and `MaxPool`; `torch.nn.MaxPool2d`, "When ceil_mode=True, sliding
///   windows are allowed to go off-bounds if they start within the left padding or the input".
package struct WindowAxis: Sendable, Equatable {
  /// Positions without padding.
  package var input: Int
  /// Positions that a window takes in.
  package var kernel: Int
  /// Positions from window to window.
  package var stride: Int
  /// Positions added in front.
  package var before: Int
  /// Positions added behind.
  package var after: Int
  /// Positions from one that a window takes in to the next.
  package var dilation: Int
  /// Whether a last window that reaches over the end counts (`ceil_mode`).
  package var roundsUp: Bool

  /// An axis, as the file or the caller says; nothing is checked yet.
  package init(
    input: Int, kernel: Int, stride: Int = 1, before: Int = 0, after: Int = 0, dilation: Int = 1,
    roundsUp: Bool = false
  ) {
    (self.input, self.kernel, self.stride) = (input, kernel, stride)
    (self.before, self.after) = (before, after)
    (self.dilation, self.roundsUp) = (dilation, roundsUp)
  }

  /// The positions that a window reaches over; nil where kernel or dilation is less than one, or where
  /// they make more than an `Int` holds.
  package var extent: Int? {
    guard kernel > 0, dilation > 0 else { return nil }
    return [kernel - 1, dilation].checkedProduct.flatMap { [$0, 1].checkedSum }
  }

  /// The number of windows, 0 where not one fits; nil where a size is impossible: a stride, kernel or
  /// dilation of less than one, a negative length or padding, or more than an `Int` holds.
  package var windowCount: Int? {
    guard stride > 0, let extent, let length = [input, before, after].checkedSum else { return nil }
    guard length >= extent else { return 0 }
    let (whole, rest) = (length - extent).quotientAndRemainder(dividingBy: stride)
    let count = whole + 1
    // A window that would begin behind the input is left out.
    guard roundsUp, rest > 0 else { return count }
    let (start, overflow) = count.multipliedReportingOverflow(by: stride)
    return !overflow && start < input + before ? count + 1 : count
  }
}
