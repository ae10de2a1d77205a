import Foundation
import NeuralNetworks
import Tensors
import TestFixtures
import Testing

/// Against `torch.nn`'s layers, whose numbers `Fixtures/make_recurrent_fixtures.py` made.
@Suite struct RecurrentLayerTests {
  struct Size: CustomTestStringConvertible {
    var cell: RecurrentCell
    var batch, steps, inputs, hidden: Int
    var key: String { "\(cell)_\(batch)_\(steps)_\(inputs)_\(hidden)" }
    var testDescription: String { key }
  }

  static let sizes = RecurrentCell.allCases.flatMap { cell in
    [
      (1, 1, 1, 1), (3, 4, 2, 1), (2, 7, 3, 5), (5, 28, 28, 17), (33, 6, 9, 64), (4, 28, 28, 128),
      (3, 5, 8, 512),
    ].map { Size(cell: cell, batch: $0.0, steps: $0.1, inputs: $0.2, hidden: $0.3) }
  }

  static let archive = Result {
    try FixtureArchive(
      path: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/recurrent.npz").path)
  }

  @Test(arguments: sizes) func `outputs and gradients are torch's`(_ size: Size) throws {
    let x = Self.values([size.batch, size.steps, size.inputs], salt: 1, scale: 1)
    for isEveryStep in [true, false] {
      let layer = Self.layer(size, returnsSequence: isEveryStep)
      let (output, trace) = layer.forward(x, phase: .training(seed: 1, step: 1))
      let inferred = layer.callAsFunction(x)
      #expect(output == inferred)
      if isEveryStep {
        try Self.expectClose(output, "\(size.key)_output")
      } else {
        let sequence = Self.layer(size, returnsSequence: true).callAsFunction(x)
        let last = (0..<size.batch).flatMap { row in
          (0..<size.hidden).map { sequence[row, size.steps - 1, $0] }
        }
        #expect(output.scalars == last)
      }
      let dy = Self.values(output.shape, salt: 2, scale: 1)
      let gradients = layer.backward(dy, trace)
      let which = isEveryStep ? "all" : "last"
      try Self.expectClose(gradients.input, "\(size.key)_\(which)_input")
      #expect(gradients.parameters.count == 4)
      for (name, gradient) in gradients.parameters {
        try Self.expectClose(
          name.hasPrefix("weight") ? Self.transposed(gradient) : gradient,
          "\(size.key)_\(which)_\(name)")
      }
    }
  }

  @Test(arguments: RecurrentCell.allCases)
  func `the number of threads changes no bit`(_ cell: RecurrentCell) {
    let size = Size(cell: cell, batch: 37, steps: 6, inputs: 9, hidden: 33)
    let layer = Self.layer(size, returnsSequence: false)
    let x = Self.values([size.batch, size.steps, size.inputs], salt: 3, scale: 1)
    func pass() -> (Tensor, Gradients) {
      let (output, trace) = layer.forward(x, phase: .training(seed: 1, step: 1))
      return (output, layer.backward(Self.values(output.shape, salt: 4, scale: 1), trace))
    }
    let one = Parallel.$workers.withValue(1) { pass() }
    for workers in [2, 3, 8] {
      let many = Parallel.$workers.withValue(workers) { pass() }
      #expect(many.0 == one.0)
      #expect(many.1.input == one.1.input)
      #expect(many.1.parameters == one.1.parameters)
    }
  }

  @Test func `an LSTM's forget gates start open`() throws {
    var generator = SeededGenerator(seed: 1)
    let bias = LSTM(in: 2, hidden: 3, using: &generator).weights.inputBias
    #expect(bias.scalars == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    let other = LSTM(in: 2, hidden: 3, forgetBias: 0.5, using: &generator).weights.inputBias
    #expect(other[4] == 0.5)
  }

  @Test func `a row reader takes images to logits`() throws {
    for cell in RecurrentCell.allCases {
      let model = Sequential.rowReader(
        cell: cell, hidden: 8, input: [5, 4, 3], classes: 7, seed: 1)
      #expect(try model.outputShape(for: [5, 4, 3]) == [7])
      let (output, trace) = model.forward(Self.values([2, 5, 4, 3], salt: 5, scale: 1))
      #expect(output.shape == [2, 7])
      let gradients = model.backward(Tensor(shape: [2, 7], repeating: 1), trace)
      #expect(gradients.input?.shape == [2, 5, 4, 3])
      #expect(gradients.parameters.names.sorted() == model.parameters.names.sorted())
    }
  }

  // MARK: Values

  /// What the script calls `values`.
  static func values(_ shape: [Int], salt: UInt64, scale: Double) -> Tensor {
    Tensor(
      shape: shape,
      scalars: (0..<shape.reduce(1, *)).map { index in
        var h = (UInt64(index) + 1) &* 0x9E37_79B1 &+ salt &* 0x85EB_CA6B
        h &= 0xFFFF_FFFF
        h ^= h >> 15
        h = h &* 0x2C1B_3C6D & 0xFFFF_FFFF
        h ^= h >> 12
        return Float((2 * Double(h >> 8) / 0x1p24 - 1) * scale)
      })
  }

  static func layer(_ size: Size, returnsSequence: Bool) -> any Layer {
    let gates = [RecurrentCell.rnn: 1, .lstm: 4, .gru: 3][size.cell] ?? 0
    let (rows, scale) = (gates * size.hidden, 2 / Double(size.hidden).squareRoot())
    let weights = RecurrentWeights(
      input: transposed(values([rows, size.inputs], salt: 10, scale: scale)),
      recurrent: transposed(values([rows, size.hidden], salt: 11, scale: scale)),
      inputBias: values([rows], salt: 12, scale: 0.5),
      recurrentBias: values([rows], salt: 13, scale: 0.5))
    return switch size.cell {
    case .rnn: SimpleRNN(weights: weights, returnsSequence: returnsSequence)
    case .lstm: LSTM(weights: weights, returnsSequence: returnsSequence)
    case .gru: GRU(weights: weights, returnsSequence: returnsSequence)
    }
  }

  private static func transposed(_ x: Tensor) -> Tensor {
    Tensor(
      shape: [x.shape[1], x.shape[0]],
      scalars: (0..<x.shape[1]).flatMap { column in (0..<x.shape[0]).map { x[$0, column] } })
  }

  /// Compares every n-th scalar, as the script keeps them.
  private static func expectClose(_ tensor: Tensor?, _ name: String) throws {
    let scalars = try #require(tensor).scalars
    let expected = try archive.get().array(name)
    let step = max(1, (scalars.count + 255) / 256)
    let kept = stride(from: 0, to: scalars.count, by: step).map { scalars[$0] }
    #expect(kept.count == expected.numbers.count, "\(name)")
    let difference = relativeDifference(kept, expected)
    #expect(difference < 1e-4, "\(name) differs by \(difference) of its maximum")
  }
}
