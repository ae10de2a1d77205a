import CheckedArithmetic
public import Tensors

/// Zeros around images.
///
/// - Input: `[N, H, W, C]`. Output: `[N, H + top + bottom, W + left + right, C]`.
public struct ZeroPad2D: ParameterlessLayer {
  /// Rows and columns at each side.
  public let padding: Padding

  /// - Parameter padding: no side is negative.
  public init(padding: Padding) {
    precondition(
      [padding.top, padding.left, padding.bottom, padding.right].allSatisfy { $0 >= 0 },
      "padding isn't negative, got \(padding)")
    self.padding = padding
  }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages()
    guard let height = [inputShape[0], padding.top, padding.bottom].checkedSum,
      let width = [inputShape[1], padding.left, padding.right].checkedSum
    else { throw ShapeError(takes: "images of a possible size", gets: inputShape) }
    return [height, width, inputShape[2]]
  }

  public func output(of input: Tensor) -> Tensor {
    var output = Tensor(
      zeros: [
        input.shape[0], input.shape[1] + padding.top + padding.bottom,
        input.shape[2] + padding.left + padding.right, input.shape[3],
      ])
    output.withUnsafeMutableBufferPointer { y in
      input.withUnsafeBufferPointer { x in
        forEachRow(of: input.shape) { small, large, count in
          for index in 0..<count { y[large + index] = x[small + index] }
        }
      }
    }
    return output
  }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    Tensor(uninitializedShape: input.shape) { dx in
      gradient.withUnsafeBufferPointer { dy in
        forEachRow(of: input.shape) { small, large, count in
          for index in 0..<count { dx[small + index] = dy[large + index] }
        }
      }
    }
  }

  /// Where each row of the images begins, there and between the zeros, and its scalars.
  private func forEachRow(of shape: [Int], _ body: (Int, Int, Int) -> Void) {
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    let wide = width + padding.left + padding.right
    for row in 0..<shape[0] * height {
      let (image, y) = (row / height, row % height)
      let above = image * (height + padding.top + padding.bottom) + padding.top + y
      body(row * width * channels, (above * wide + padding.left) * channels, width * channels)
    }
  }
}

/// Every so many-th row, column or channel of a range; the others are left out.
///
/// - Input: `[N, H, W, C]`, or `[N, n]` for channels. Output: the same, with fewer along that one.
public struct Slice: ParameterlessLayer {
  /// What is picked.
  public enum Axis: String, Sendable, CaseIterable {
    case rows, columns, channels
  }

  /// What is picked.
  public let axis: Axis
  /// The first one.
  public let start: Int
  /// The one that all come before.
  public let end: Int
  /// From one to the next.
  public let step: Int

  /// - `start`, `end`: `0 <= start < end`. `step`: 1 or more.
  public init(_ axis: Axis, from start: Int, to end: Int, by step: Int = 1) {
    precondition(
      start >= 0 && start < end && step > 0, "a slice from \(start) to \(end) by \(step)")
    (self.axis, self.start, self.end, self.step) = (axis, start, end, step)
  }

  private var count: Int { (end - start - 1) / step + 1 }

  /// The dimension, from the back.
  private var fromBack: Int {
    switch axis {
    case .rows: 3
    case .columns: 2
    case .channels: 1
    }
  }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    guard inputShape.count == 3 || axis == .channels && inputShape.count == 1,
      inputShape[inputShape.count - fromBack] >= end
    else { throw ShapeError(takes: "at least \(end) \(axis.rawValue)", gets: inputShape) }
    var shape = inputShape
    shape[shape.count - fromBack] = count
    return shape
  }

  public func output(of input: Tensor) -> Tensor {
    var shape = input.shape
    shape[shape.count - fromBack] = count
    return Tensor(uninitializedShape: shape) { y in
      input.withUnsafeBufferPointer { x in
        forEachRun(of: input.shape) { whole, part, run in
          for index in 0..<run { y[part + index] = x[whole + index] }
        }
      }
    }
  }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    var dx = Tensor(zeros: input.shape)
    dx.withUnsafeMutableBufferPointer { dx in
      gradient.withUnsafeBufferPointer { dy in
        forEachRun(of: input.shape) { whole, part, run in
          for index in 0..<run { dx[whole + index] = dy[part + index] }
        }
      }
    }
    return dx
  }

  /// Where each run of scalars that stay together begins, in the whole and in the part, and its length.
  private func forEachRun(of shape: [Int], _ body: (Int, Int, Int) -> Void) {
    let axis = shape.count - fromBack
    let inner = shape[(axis + 1)...].reduce(1, *)
    let (picks, run) = step == 1 ? (1, inner * count) : (count, inner)
    for outer in 0..<shape[..<axis].reduce(1, *) {
      for pick in 0..<picks {
        body(
          (outer * shape[axis] + start + pick * step) * inner, (outer * picks + pick) * run, run)
      }
    }
  }
}

/// Channels in another order: written as a matrix with a row a group, they are read by columns.
///
/// - Input and output: `[N, H, W, C]`.
/// - Source: Zhang et al., "ShuffleNet", CVPR 2018, arXiv 1707.01083, §3.1.
public struct ChannelShuffle: ParameterlessLayer {
  /// The groups, a divisor of the channels.
  public let groups: Int

  /// - Parameter groups: 1 or more.
  public init(groups: Int) {
    precondition(groups > 0, "one group or more, got \(groups)")
    self.groups = groups
  }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    guard let channels = inputShape.last, channels.isMultiple(of: groups) else {
      throw ShapeError(takes: "a multiple of \(groups) channels", gets: inputShape)
    }
    return inputShape
  }

  public func output(of input: Tensor) -> Tensor {
    Self.transposed(input, rows: groups, columns: (input.shape.last ?? 0) / groups)
  }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    Self.transposed(gradient, rows: (input.shape.last ?? 0) / groups, columns: groups)
  }

  private static func transposed(_ tensor: Tensor, rows: Int, columns: Int) -> Tensor {
    Kernels.rows(of: tensor) { x, y in
      for row in 0..<rows {
        for column in 0..<columns { y[column * rows + row] = x[row * columns + column] }
      }
    }
  }
}

/// Rows as images, in PyTorch's order: the inverse of `Flatten`.
///
/// - Input: `[N, C · H · W]`, index `c · H · W + y · W + x`. Output: `[N, H, W, C]`.
public struct Unflatten: ParameterlessLayer {
  /// The shape of one image, `[H, W, C]`.
  public let shape: [Int]

  /// - Parameter shape: `[H, W, C]`.
  public init(shape: [Int]) {
    precondition(
      shape.count == 3 && shape.allSatisfy { $0 > 0 }, "an image is [H, W, C], got \(shape)")
    self.shape = shape
  }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    guard let count = shape.checkedProduct, inputShape == [count] else {
      throw ShapeError(takes: "rows that images \(shape) are made of", gets: inputShape)
    }
    return shape
  }

  public func output(of input: Tensor) -> Tensor {
    Kernels.transposedImages(
      input, batch: input.shape[0], rows: shape[2], columns: shape[0] * shape[1]
    ).reshaped(to: [input.shape[0]] + shape)
  }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    Flatten()(gradient)
  }
}

/// Images with their dimensions exchanged.
///
/// - Input: `[N, H, W, C]`. Output: the same numbers, each under the exchanged place.
public struct Permute: ParameterlessLayer {
  /// For rows, columns and channels of the output: which dimension of the input each is, 0 for rows, 1 for
  /// columns, 2 for channels.
  public let order: [Int]

  /// - Parameter order: 0, 1 and 2 in some order.
  public init(order: [Int]) {
    precondition(order.sorted() == [0, 1, 2], "an order of three dimensions, got \(order)")
    self.order = order
  }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages()
    return order.map { inputShape[$0] }
  }

  public func output(of input: Tensor) -> Tensor { Self.permuted(input, order) }

  public func inputGradient(_ gradient: Tensor, _ input: Tensor) -> Tensor {
    Self.permuted(gradient, [0, 1, 2].map { order.firstIndex(of: $0) ?? $0 })
  }

  private static func permuted(_ tensor: Tensor, _ order: [Int]) -> Tensor {
    let lengths = Array(tensor.shape.dropFirst())
    let steps = [lengths[1] * lengths[2], lengths[2], 1]
    let (size, new) = (lengths.reduce(1, *), order.map { lengths[$0] })
    let own = order.map { steps[$0] }
    return Tensor(uninitializedShape: [tensor.shape[0]] + new) { y in
      tensor.withUnsafeBufferPointer { x in
        var next = 0
        for image in 0..<tensor.shape[0] {
          for row in 0..<new[0] {
            for column in 0..<new[1] {
              let start = image * size + row * own[0] + column * own[1]
              for channel in 0..<new[2] {
                y[next] = x[start + channel * own[2]]
                next += 1
              }
            }
          }
        }
      }
    }
  }
}
