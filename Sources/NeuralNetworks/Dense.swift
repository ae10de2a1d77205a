public import Tensors

/// A fully connected layer: `y = x · weight + bias`.
///
/// - Input: `[N, in]`. Output: `[N, out]`.
/// - Parameters: `weight` `[in, out]`, `bias` `[out]`.
public struct Dense: Layer {
  /// `[in, out]`.
  public var weight: Tensor
  /// What each output starts from, `[out]`; nil for none.
  public var bias: Tensor?

  /// Weights that are already there.
  public init(weight: Tensor, bias: Tensor?) {
    precondition(weight.rank == 2, "dense weights are [in, out], got shape \(weight.shape)")
    precondition(
      bias.map { $0.shape == [weight.shape[1]] } ?? true,
      "a bias of shape \(bias?.shape ?? []) for \(weight.shape[1]) outputs")
    self.weight = weight
    self.bias = bias
  }

  /// New weights, drawn by an initializer.
  public init(
    in inputs: Int, out outputs: Int, initializer: Initializer = .he,
    using generator: inout SeededGenerator
  ) {
    self.init(
      weight: initializer.weights(
        shape: [inputs, outputs], fanIn: inputs, fanOut: outputs, using: &generator),
      bias: initializer.bias(count: outputs))
  }

  /// The scalars of one input.
  public var inputs: Int { weight.shape[0] }
  /// The scalars of one output.
  public var outputs: Int { weight.shape[1] }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    guard inputShape == [inputs] else {
      throw ShapeError(takes: "rows of \(inputs)", gets: inputShape)
    }
    return [outputs]
  }

  public func callAsFunction(_ input: Tensor) -> Tensor { output(input, relu: false) }

  /// The output, with a ReLU behind it or not.
  package func output(_ input: Tensor, relu: Bool) -> Tensor {
    Kernels.product(Kernels.Matrix(input), Kernels.Matrix(weight), bias: bias, relu: relu)
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let output = self(input)
    return (output, Trace(input: input, output: phase.isTraining ? nil : output))
  }

  /// The gradient of the input alone.
  package func inputGradient(_ gradient: Tensor) -> Tensor {
    Kernels.product(Kernels.Matrix(gradient), Kernels.Matrix(weight).transposed)
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    var gradients = Gradients()
    if wanted.contains(.input) { gradients.input = inputGradient(gradient) }
    if wanted.contains(.parameters) {
      let input = required(trace.input, "the input", of: "Dense")
      gradients.parameters["weight"] = Kernels.pendingProduct(
        Kernels.Matrix(input).transposed, Kernels.Matrix(gradient))
      if bias != nil {
        gradients.parameters["bias"] = Kernels.sumOfRows(gradient, columns: outputs)
      }
    }
    return gradients
  }

  public mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    try visit("weight", &weight)
    try bias.visit(as: "bias", visit)
  }
}
