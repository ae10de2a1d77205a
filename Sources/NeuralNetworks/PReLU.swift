public import Tensors

/// `x` where it is positive, `weight · x` elsewhere, with a weight for each channel or one for all.
///
/// - Input and output: `[N, H, W, C]` or `[N, C]`.
/// - Parameters: `weight` `[C]` or `[1]`.
/// - Source: He et al., "Delving Deep into Rectifiers", ICCV 2015, arXiv 1502.01852, §2.1.
public struct PReLU: Layer {
  /// What negative scalars are multiplied by, `[C]` or `[1]`.
  public var weight: Tensor

  /// Slopes that are already there.
  public init(weight: Tensor) {
    precondition(weight.rank == 1 && weight.count > 0, "slopes are [C], got \(weight.shape)")
    self.weight = weight
  }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    guard weight.count == 1 || inputShape.last == weight.count else {
      throw ShapeError(takes: "\(weight.count) channels", gets: inputShape)
    }
    return inputShape
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let slopes = slopes(of: input)
    let output = Kernels.rows(of: input) { x, y in
      for index in x.indices { y[index] = x[index] > 0 ? x[index] : x[index] * slopes[index] }
    }
    return (output, Trace(input: input, output: phase.isTraining ? nil : output))
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    let input = required(trace.input, "the input", of: "PReLU")
    var gradients = Gradients()
    if wanted.contains(.input) {
      let slopes = slopes(of: input)
      gradients.input = Kernels.rows(of: gradient, and: input) { dy, x, dx in
        for index in x.indices { dx[index] = x[index] > 0 ? dy[index] : dy[index] * slopes[index] }
      }
    }
    if wanted.contains(.parameters) {
      let negative = Kernels.rows(of: input) { x, y in
        for index in x.indices { y[index] = min(0, x[index]) }
      }
      let sums = Kernels.sumsOfChannels(gradient, times: negative)
      gradients.parameters["weight"] = Tensor(
        shape: weight.shape,
        scalars: weight.count == 1 ? [Float(sums.reduce(0, +))] : sums.map { Float($0) })
    }
    return gradients
  }

  public mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    try visit("weight", &weight)
  }

  private func slopes(of input: Tensor) -> [Float] {
    let channels = input.shape.last ?? 1
    return weight.count == channels
      ? weight.scalars : Array(repeating: weight.scalars[0], count: channels)
  }
}
