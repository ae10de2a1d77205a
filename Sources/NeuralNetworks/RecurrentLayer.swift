public import Tensors

/// A recurrent layer's parameters, under PyTorch's names and with its order of gates.
///
/// Files hold the transposes: `[gates · hidden, inputs]` and `[gates · hidden, hidden]`.
public struct RecurrentWeights: Sendable {
  /// From the input to the gates, `[inputs, gates · hidden]`: `weight_ih_l0`.
  public var input: Tensor
  /// From the state to the gates, `[hidden, gates · hidden]`: `weight_hh_l0`.
  public var recurrent: Tensor
  /// `[gates · hidden]`: `bias_ih_l0`.
  public var inputBias: Tensor
  /// `[gates · hidden]`: `bias_hh_l0`.
  public var recurrentBias: Tensor

  /// Parameters that are already there.
  public init(input: Tensor, recurrent: Tensor, inputBias: Tensor, recurrentBias: Tensor) {
    let width = recurrent.shape.last ?? 0
    precondition(
      input.rank == 2 && recurrent.rank == 2 && input.shape[1] == width
        && inputBias.shape == [width] && recurrentBias.shape == [width],
      """
      recurrent weights are [in, gates · hidden] and [hidden, gates · hidden] with biases, got \
      \(input.shape), \(recurrent.shape), \(inputBias.shape) and \(recurrentBias.shape)
      """)
    self.input = input
    self.recurrent = recurrent
    self.inputBias = inputBias
    self.recurrentBias = recurrentBias
  }

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
}

extension RecurrentLayer {
  /// The scalars of one step's input.
  public var inputs: Int { weights.input.shape[0] }
  /// The scalars of the state.
  public var hidden: Int { weights.recurrent.shape[0] }

  public func outputShape(for inputShape: [Int]) -> [Int] {
    precondition(
      inputShape.count == 2 && inputShape[1] == inputs && inputShape[0] > 0,
      "a recurrent layer of \(inputs) inputs takes [steps, \(inputs)], not \(inputShape)")
    return returnsSequence ? [inputShape[0], hidden] : [hidden]
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    _ = outputShape(for: Array(input.shape.dropFirst()))
    let rows = Kernels.exchangedFirstDimensions(input)
    let (steps, batch) = (rows.shape[0], rows.shape[1])
    // The inputs' part of all steps in one product.
    let sums = Kernels.product(
      Kernels.Matrix(rows, rows: steps * batch, columns: inputs), Kernels.Matrix(weights.input),
      bias: weights.joinedBias(keepsNewApart: cell == .gru))
    let result = Kernels.forward(
      cell, sums: sums.reshaped(to: [steps, batch, Self.gates * hidden]),
      weight: weights.recurrent, newBias: cell == .gru ? weights.newBias : nil)
    let output =
      returnsSequence
      ? Kernels.exchangedFirstDimensions(result.states)
      : Kernels.lastRow(of: result.states)
    var trace = Trace(input: rows, output: phase.isTraining ? nil : output)
    trace.cell = result
    return (output, trace)
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    let kept = required(trace.cell, "the states", of: "\(Self.self)")
    let rows = required(trace.input, "the input", of: "\(Self.self)")
    let sums = Kernels.backward(
      cell, kept, weight: weights.recurrent,
      returnsSequence ? Kernels.exchangedFirstDimensions(gradient) : gradient)
    var gradients = Gradients()
    if wanted.contains(.input) {
      gradients.input = Kernels.exchangedFirstDimensions(
        sums.inputGradient(weight: weights.input))
    }
    if wanted.contains(.parameters) {
      let bias = sums.biasGradient(isRecurrent: false)
      gradients.parameters["weight_ih_l0"] = sums.weightGradient(rows, isRecurrent: false)
      gradients.parameters["weight_hh_l0"] = sums.weightGradient(
        kept.states, isRecurrent: true)
      gradients.parameters["bias_ih_l0"] = bias
      gradients.parameters["bias_hh_l0"] =
        cell == .gru ? sums.biasGradient(isRecurrent: true) : bias
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

extension RecurrentWeights {
  /// Both biases added up; a GRU's new gate takes its recurrent one elsewhere.
  fileprivate func joinedBias(keepsNewApart: Bool) -> Tensor {
    var sum = inputBias
    let joined = keepsNewApart ? sum.count / 3 * 2 : sum.count
    sum.withUnsafeMutableBufferPointer { sum in
      recurrentBias.withUnsafeBufferPointer { recurrent in
        for index in 0..<joined { sum[index] += recurrent[index] }
      }
    }
    return sum
  }

  /// The last third of a GRU's recurrent bias.
  fileprivate var newBias: Tensor {
    let hidden = recurrent.shape[0]
    return recurrentBias.withUnsafeBufferPointer {
      Tensor(shape: [hidden], scalars: $0[(2 * hidden)...])
    }
  }
}
