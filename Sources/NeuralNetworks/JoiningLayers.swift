import CheckedArithmetic
public import Tensors

/// A layer that takes the outputs of several others, where branches of a network meet.
public protocol JoiningLayer: Layer {
  /// The shape of one output for one input of each shape.
  ///
  /// - Throws: `ShapeError` for inputs that can't be joined.
  func outputShape(joining inputShapes: [[Int]]) throws(ShapeError) -> [Int]

  /// The output, from one input or more.
  func output(joining inputs: [Tensor]) -> Tensor

  /// The gradient of each input, from the one of the output.
  func gradients(_ gradient: Tensor, joining inputs: [Tensor]) -> [Tensor]
}

extension JoiningLayer {
  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try outputShape(joining: [inputShape])
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    forward([input])
  }

  /// The output of several inputs, and a trace that keeps them.
  func forward(_ inputs: [Tensor]) -> (output: Tensor, trace: Trace) {
    let output = output(joining: inputs)
    var trace = Trace(input: inputs.first, output: output)
    trace.inputs = inputs
    return (output, trace)
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    Gradients(
      input: wanted.contains(.input) ? gradients(gradient, joining: trace.inputs).first : nil)
  }
}

/// The sum of its inputs. A dimension of length 1 in one of them goes along the others'.
///
/// - Input: tensors of one shape, but for dimensions of length 1. Output: the larger lengths.
/// - Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, arXiv 1512.03385,
///   §3.2.
public struct Add: JoiningLayer {
  /// The sum.
  public init() {}

  public func outputShape(joining inputShapes: [[Int]]) throws(ShapeError) -> [Int] {
    var sum = inputShapes.first ?? []
    for shape in inputShapes.dropFirst() { sum = try [sum, shape].broadcast() }
    return sum
  }

  public func output(joining inputs: [Tensor]) -> Tensor {
    var sum = inputs[0]
    for input in inputs.dropFirst() {
      if input.shape == sum.shape {
        sum.add(input)
      } else {
        sum = Broadcast([sum, input])(sum, input, +)
      }
    }
    return sum
  }

  public func gradients(_ gradient: Tensor, joining inputs: [Tensor]) -> [Tensor] {
    inputs.map { Broadcast.sum(gradient, to: $0.shape) }
  }
}

/// Its inputs concatenated: the channels of images, or the scalars of rows, side by side.
///
/// - Input: `[N, H, W, C₁]`, `[N, H, W, C₂]`, …. Output: `[N, H, W, C₁ + C₂ + …]`.
/// - Source: Szegedy et al., "Going Deeper with Convolutions", CVPR 2015, arXiv 1409.4842, §4.
public struct Concat: JoiningLayer {
  /// The concatenation.
  public init() {}

  public func outputShape(joining inputShapes: [[Int]]) throws(ShapeError) -> [Int] {
    let first = inputShapes.first ?? []
    if let other = inputShapes.first(where: { $0.dropLast() != first.dropLast() || $0.isEmpty }) {
      throw ShapeError(takes: "inputs that agree with \(first) but for channels", gets: other)
    }
    guard let channels = inputShapes.map({ $0.last ?? 0 }).checkedSum else {
      throw ShapeError(takes: "a possible number of channels", gets: first)
    }
    return first.dropLast() + [channels]
  }

  public func output(joining inputs: [Tensor]) -> Tensor { Kernels.joinedChannels(inputs) }

  public func gradients(_ gradient: Tensor, joining inputs: [Tensor]) -> [Tensor] {
    var first = 0
    return inputs.map { input in
      let count = input.shape.last ?? 0
      defer { first += count }
      return Kernels.channels(first..<first + count, of: gradient)
    }
  }
}

extension Tensor {
  /// Adds another tensor of the same shape.
  package mutating func add(_ other: Tensor) {
    precondition(shape == other.shape, "a tensor of \(other.shape) added to one of \(shape)")
    Kernels.sgd(&self, gradient: other, rate: -1)
  }
}
