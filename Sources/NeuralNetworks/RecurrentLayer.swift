public import Tensors

extension RecurrentWeights {
  /// New weights, uniform within `±1 / √hidden` as `torch.nn` draws them, and biases of 0.
  init(inputs: Int, hidden: Int, gates: Int, using generator: inout SeededGenerator) {
    let limit = 1 / Float(hidden).squareRoot()
    func drawn(_ rows: Int) -> Tensor {
      Tensor(uninitializedShape: [rows, gates * hidden]) { weights in
        for index in weights.indices {
          weights.initializeElement(at: index, to: limit * (2 * generator.nextUniform() - 1))
        }
      }
    }
    self.init(
      input: drawn(inputs), recurrent: drawn(hidden), inputBias: Tensor(zeros: [gates * hidden]),
      recurrentBias: Tensor(zeros: [gates * hidden]))
  }
}

/// A layer that reads a sequence a step at a time and keeps a state: `SimpleRNN`, `LSTM`, `GRU`.
///
/// - Input: `[N, steps, inputs]`. Output: the state after the last step, `[N, hidden]`, or after each
///   one, `[N, steps, hidden]`. The state before the first step is zero.
/// - Parameters: see `RecurrentWeights`. Equal to `torch.nn`'s layers with one layer and one
///   direction.
public protocol RecurrentLayer: Layer {
  /// The parameters.
  var weights: RecurrentWeights { get set }
  /// Whether the output is the state after each step, not after the last one alone.
  var returnsSequence: Bool { get }
  /// Matrices side by side in the weights.
  static var gates: Int { get }

  /// Parameters that are already there.
  init(weights: RecurrentWeights, returnsSequence: Bool)
}

extension RecurrentLayer {
  /// New parameters.
  public init(
    in inputs: Int, hidden: Int, returnsSequence: Bool = false,
    using generator: inout SeededGenerator
  ) {
    self.init(
      weights: RecurrentWeights(
        inputs: inputs, hidden: hidden, gates: Self.gates, using: &generator),
      returnsSequence: returnsSequence)
  }

  /// The scalars of one step's input.
  public var inputs: Int { weights.input.shape[0] }
  /// The scalars of the state.
  public var hidden: Int { weights.recurrent.shape[0] }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    guard inputShape.count == 2, inputShape[1] == inputs, inputShape[0] > 0 else {
      throw ShapeError(takes: "sequences of \(inputs) scalars a step", gets: inputShape)
    }
    return returnsSequence ? [inputShape[0], hidden] : [hidden]
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    precondition(
      input.rank == 3 && input.shape[2] == inputs && input.shape[1] > 0,
      "a recurrent layer of \(inputs) inputs takes [N, steps, \(inputs)], not \(input.shape)")
    let result = Kernels.forward(cell, input, weights: weights)
    let output =
      returnsSequence
      ? Kernels.exchangedFirstDimensions(result.states)
      : Kernels.lastRow(of: result.states)
    var trace = Trace(input: input, output: phase.isTraining ? nil : output)
    trace.cell = result
    return (output, trace)
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    let kept = required(trace.cell, "the states", of: "\(Self.self)")
    let result = Kernels.backward(
      cell, kept, weights: weights, gradient, wantsInput: wanted.contains(.input),
      wantsWeights: wanted.contains(.parameters))
    var gradients = Gradients()
    gradients.input = result.input
    if let weights = result.weights {
      gradients.parameters["weight_ih_l0"] = weights.input
      gradients.parameters["weight_hh_l0"] = weights.recurrent
      gradients.parameters["bias_ih_l0"] = weights.inputBias
      gradients.parameters["bias_hh_l0"] = weights.recurrentBias
    }
    return gradients
  }

  public mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    try visit("weight_ih_l0", &weights.input)
    try visit("weight_hh_l0", &weights.recurrent)
    try visit("bias_ih_l0", &weights.inputBias)
    try visit("bias_hh_l0", &weights.recurrentBias)
  }

  /// The states after each step, `[N, steps, hidden]`, whatever the layer returns.
  public func statesAfterEachStep(_ input: Tensor) -> Tensor {
    let (_, trace) = forward(input, phase: .training(seed: 0, step: 0))
    let kept = required(trace.cell, "the states", of: "\(Self.self)")
    return Kernels.exchangedFirstDimensions(kept.states)
  }

  private var cell: Kernels.Cell {
    guard let cell = Kernels.Cell(rawValue: Self.gates) else {
      preconditionFailure("no cell has \(Self.gates) gates")
    }
    return cell
  }
}
