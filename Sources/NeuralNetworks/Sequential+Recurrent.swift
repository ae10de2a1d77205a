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

/// How the new weights of a row reader are drawn.
public enum RecurrentInitializer: String, Sendable, CaseIterable, Codable {
  /// The recurrent layer as `torch.nn` draws it, uniform within `±1 / √hidden`, with biases of 0; the
  /// output layer by `Initializer.xavier`.
  case torch
  /// Both layers uniform as Glorot & Bengio say, where the recurrent layer's two matrices count as one
  /// of `inputs + hidden` rows; biases of 0.
  case xavier
  /// TensorFlow 1's cells under a tutorial's output layer: the recurrent layer as for `xavier`, a
  /// GRU's gates with biases of 1, and the output layer's weights and biases from N(0, 1).
  ///
  /// TensorFlow 1's `GRUCell` resets the state before its product, not behind it.
  /// - Source: `tf.nn.rnn_cell.BasicRNNCell`, `BasicLSTMCell` and `GRUCell` of TensorFlow 1.15.
  case tensorflow1
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
    initializer: RecurrentInitializer = .torch, forgetBias: Float = 1, seed: Int
  ) -> Sequential {
    precondition(
      input.count == 3 && input.allSatisfy { $0 > 0 } && hidden > 0,
      "a row reader takes images [H, W, C] and 1 hidden unit or more, got \(input) and \(hidden)")
    var generators = (SeededGenerator(seed: seed, 0), SeededGenerator(seed: seed, 1))
    let width = input[1] * input[2]
    var layer: any RecurrentLayer =
      switch cell {
      case .rnn: SimpleRNN(in: width, hidden: hidden, using: &generators.0)
      case .lstm: LSTM(in: width, hidden: hidden, forgetBias: forgetBias, using: &generators.0)
      case .gru: GRU(in: width, hidden: hidden, using: &generators.0)
      }
    var output = Dense(in: hidden, out: classes, initializer: .xavier, using: &generators.1)
    if initializer != .torch { layer.weights.drawGlorot(cell, using: &generators.0) }
    if initializer == .tensorflow1 {
      if cell == .gru {
        layer.weights.inputBias.withUnsafeMutableBufferPointer { bias in
          for index in 0..<2 * hidden { bias[index] = 1 }
        }
      }
      output.visitParameters { _, parameter in
        parameter = Tensor(uninitializedShape: parameter.shape) { scalars in
          for index in scalars.indices {
            scalars.initializeElement(at: index, to: generators.1.nextNormal())
          }
        }
      }
    }
    return Sequential(["rows": RowSequence(), "\(cell)": layer, "fc": output])
  }
}

extension RecurrentWeights {
  /// Draws both matrices anew, uniform within `±√(6 / (fan in + fan out))`; TensorFlow keeps a GRU's
  /// new state apart from its gates.
  fileprivate mutating func drawGlorot(
    _ cell: RecurrentCell, using generator: inout SeededGenerator
  ) {
    let (inputs, hidden) = (input.shape[0], recurrent.shape[0])
    func limit(_ outputs: Int) -> Float { (6 / Float(inputs + hidden + outputs)).squareRoot() }
    let width = cell.gates * hidden
    let limits = (0..<width).map { column in
      cell == .gru ? limit(column < 2 * hidden ? 2 * hidden : hidden) : limit(width)
    }
    func drawn(_ rows: Int) -> Tensor {
      Tensor(uninitializedShape: [rows, width]) { weights in
        for index in weights.indices {
          weights.initializeElement(
            at: index, to: limits[index % width] * (2 * generator.nextUniform() - 1))
        }
      }
    }
    (input, recurrent) = (drawn(inputs), drawn(hidden))
  }
}
