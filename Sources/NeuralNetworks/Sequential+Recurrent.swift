internal import Tensors

/// The recurrent layers that commands offer by name.
public enum RecurrentCell: String, Sendable, CaseIterable, Codable {
  /// `SimpleRNN`.
  case rnn
  /// `LSTM`.
  case lstm
  /// `GRU`.
  case gru

  /// Matrices side by side in the layer's weights.
  public var gates: Int {
    switch self {
    case .rnn: SimpleRNN.gates
    case .lstm: LSTM.gates
    case .gru: GRU.gates
    }
  }
}

extension Sequential {
  /// A network that reads an image row by row: a recurrent layer, whose last state goes through a
  /// dense layer. Softmax is the loss's part.
  ///
  /// - Input: `[N] + input`, `input` being `[H, W, C]`. Output: logits `[N, classes]`.
  /// - Source: Le, Jaitly & Hinton, "A Simple Way to Initialize Recurrent Networks of Rectified Linear
  ///   Units", 2015, arXiv 1504.00941, read pixels; rows are what courses made common.
  public static func rowReader(
    cell: RecurrentCell, hidden: Int = 128, input: [Int] = [28, 28, 1], classes: Int = 10,
    forgetBias: Float = 1, seed: Int
  ) -> Sequential {
    precondition(
      input.count == 3 && input.allSatisfy { $0 > 0 } && hidden > 0,
      "a row reader takes images [H, W, C] and 1 hidden unit or more, got \(input) and \(hidden)")
    var generators = (SeededGenerator(seed: seed, 0), SeededGenerator(seed: seed, 1))
    let width = input[1] * input[2]
    let layer: any Layer =
      switch cell {
      case .rnn: SimpleRNN(in: width, hidden: hidden, using: &generators.0)
      case .lstm: LSTM(in: width, hidden: hidden, forgetBias: forgetBias, using: &generators.0)
      case .gru: GRU(in: width, hidden: hidden, using: &generators.0)
      }
    return Sequential([
      "rows": RowSequence(),
      "\(cell)": layer,
      "fc": Dense(in: hidden, out: classes, initializer: .xavier, using: &generators.1),
    ])
  }
}
