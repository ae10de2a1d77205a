internal import CKernels

/// The recurrent cells, each over whole sequences. Tensors are time-major, `[steps, batch, …]`; the
/// state before the first step is zero. A batch is divided among threads; every sequence's numbers
/// are its own, so where makes no difference.
extension Kernels {
  /// The cells, by the gates of their weights `[…, gates · hidden]`.
  package enum Cell: Int, Sendable {
    case rnn = 1
    case gru = 3
    case lstm = 4

    /// Matrices side by side in a weight.
    package var gates: Int { rawValue }
    /// Matrices side by side in the gradient of the sums: a GRU's new gate has two sums.
    fileprivate var sums: Int { self == .gru ? 4 : rawValue }
  }

  /// What a forward pass leaves for the backward pass.
  package struct CellTrace: Sendable {
    /// The states after each step, `[steps, batch, hidden]`.
    package let states: Tensor
    /// The gates' activations, `[steps, batch, gates · hidden]`; a plain RNN has its states alone.
    let gates: Tensor?
    /// `[steps, batch, hidden]`: an LSTM's cells; the recurrent sum of a GRU's new gate.
    let inner: Tensor?
  }

  /// A batch of sequences taken through a cell.
  ///
  /// - Parameters:
  ///   - sums: the inputs' part of every gate's sum with the biases, `[steps, batch, gates · hidden]`;
  ///     for a GRU without the new gate's recurrent bias.
  ///   - weight: from state to gates, `[hidden, gates · hidden]`.
  ///   - newBias: a GRU's recurrent bias of the new gate, `[hidden]`.
  package static func forward(
    _ cell: Cell, sums: consuming Tensor, weight: Tensor, newBias: Tensor? = nil
  ) -> CellTrace {
    let hidden = weight.shape[0]
    let (steps, batch) = (sums.shape[0], sums.shape[1])
    precondition(
      sums.shape == [steps, batch, cell.gates * hidden]
        && weight.shape == [hidden, cell.gates * hidden],
      "sums of shape \(sums.shape) for weights of shape \(weight.shape)")
    let state = [steps, batch, hidden]
    let recurrent = cell == .gru ? 2 * hidden : cell.gates * hidden
    var gates = sums
    func run(
      _ body: (inout ck_recurrent, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) {
      withPacked(weight, rows: hidden, columns: 0..<recurrent) { packed in
        forEachPart(cell, steps: steps, batch: batch, hidden: hidden) { part, scratch in
          body(&part, packed, scratch)
        }
      }
    }
    switch cell {
    case .rnn:
      gates.withUnsafeMutableBufferPointer { gates in
        guard let h = gates.baseAddress else { return }
        run { part, packed, scratch in ck_rnn_forward(instructionSet, &part, packed, h, scratch) }
      }
      return CellTrace(states: gates, gates: nil, inner: nil)
    case .lstm:
      let (cells, states) = pair(of: state) { cells, states in
        gates.withUnsafeMutableBufferPointer { gates in
          guard let gates = gates.baseAddress else { return }
          run { part, packed, scratch in
            ck_lstm_forward(instructionSet, &part, packed, gates, cells, states, scratch)
          }
        }
      }
      return CellTrace(states: states, gates: gates, inner: cells)
    case .gru:
      let newBias = newBias ?? Tensor(zeros: [hidden])
      let (new, states) = pair(of: state) { new, states in
        withPacked(weight, rows: hidden, columns: 2 * hidden..<3 * hidden) { packedNew in
          newBias.withUnsafeBufferPointer { bias in
            gates.withUnsafeMutableBufferPointer { gates in
              guard let gates = gates.baseAddress, let bias = bias.baseAddress else { return }
              run { part, packed, scratch in
                ck_gru_forward(
                  instructionSet, &part, packed, packedNew, bias, gates, new, states, scratch)
              }
            }
          }
        }
      }
      return CellTrace(states: states, gates: gates, inner: new)
    }
  }

  /// The gradients of the sums behind every gate, all the way back through time.
  package struct SumGradients: Sendable {
    fileprivate let cell: Cell
    /// `[steps, batch, sums · hidden]`.
    fileprivate let all: Tensor
  }

  /// Back through time.
  ///
  /// - Parameter gradient: of the states after each step, `[steps, batch, hidden]`, or of the last one
  ///   alone, `[batch, hidden]`.
  package static func backward(
    _ cell: Cell, _ trace: CellTrace, weight: Tensor, _ gradient: Tensor
  ) -> SumGradients {
    let shape = trace.states.shape
    let (steps, batch, hidden) = (shape[0], shape[1], shape[2])
    let isEveryStep = gradient.rank == 3
    precondition(
      gradient.shape == (isEveryStep ? shape : [batch, hidden]),
      "a gradient of shape \(gradient.shape) for states of shape \(shape)")
    let all = Tensor(uninitializedShape: [steps, batch, cell.sums * hidden]) { d in
      withPacked(
        weight, rows: cell.gates * hidden, columns: 0..<hidden, isTransposed: true
      ) { packed in
        withPointers(trace.states, gradient, nil) { h, dy, _ in
          guard let d = d.baseAddress else { return }
          withPointers(trace.gates ?? gradient, trace.inner ?? gradient, nil) { gates, inner, _ in
            forEachPart(cell, steps: steps, batch: batch, hidden: hidden) { part, scratch in
              part.every_step = isEveryStep ? 1 : 0
              switch cell {
              case .rnn: ck_rnn_backward(instructionSet, &part, packed, h, dy, d, scratch)
              case .lstm:
                ck_lstm_backward(instructionSet, &part, packed, gates, inner, dy, d, scratch)
              case .gru:
                ck_gru_backward(instructionSet, &part, packed, gates, inner, h, dy, d, scratch)
              }
            }
          }
        }
      }
    }
    return SumGradients(cell: cell, all: all)
  }
}

// MARK: - What the parameters get

extension Kernels.SumGradients {
  private var hidden: Int { all.shape[2] / cell.sums }
  private var rows: Int { all.shape[0] * all.shape[1] }

  /// The gradient of a weight `[width, gates · hidden]` that took `rows` into the gates.
  ///
  /// - Parameters:
  ///   - rows: `[steps, batch, width]`: the inputs; for the recurrent weight, the states.
  ///   - isRecurrent: takes each step's rows as those before the next step.
  package func weightGradient(_ rows: Tensor, isRecurrent: Bool) -> Tensor {
    let (width, batch) = (rows.shape[2], rows.shape[1])
    let hidden = hidden
    let skipped = isRecurrent ? batch : 0
    let ld = all.shape[2]
    return Tensor(uninitializedShape: [width, cell.gates * hidden]) { c in
      Kernels.withPointers(rows, all, nil) { a, b, _ in
        guard let c = c.baseAddress else { return }
        for (from, to, count) in columns(isRecurrent: isRecurrent) {
          var job = ck_gemm_job()
          (job.m, job.n, job.k) = (width, count, self.rows - skipped)
          (job.a, job.lda, job.a_transposed) = (a, width, 1)
          (job.b, job.ldb) = (b + skipped * ld + from, ld)
          (job.c, job.ldc) = (c + to, cell.gates * hidden)
          Kernels.carryOut(job)
        }
      }
    }
  }

  /// The gradient of a bias `[gates · hidden]`.
  package func biasGradient(isRecurrent: Bool) -> Tensor {
    let sums = Kernels.sumOfRows(all, columns: all.shape[2])
    var bias = Tensor(zeros: [cell.gates * hidden])
    bias.withUnsafeMutableBufferPointer { bias in
      sums.withUnsafeBufferPointer { sums in
        for (from, to, count) in columns(isRecurrent: isRecurrent) {
          for index in 0..<count { bias[to + index] = sums[from + index] }
        }
      }
    }
    return bias
  }

  /// The gradient of the inputs, `[steps, batch, width]`, by their weight `[width, gates · hidden]`.
  package func inputGradient(weight: Tensor) -> Tensor {
    let width = weight.shape[0]
    return Tensor(uninitializedShape: [all.shape[0], all.shape[1], width]) { c in
      Kernels.withPointers(all, weight, nil) { a, b, _ in
        guard let c = c.baseAddress else { return }
        for (from, to, count) in columns(isRecurrent: false) {
          var job = ck_gemm_job()
          (job.m, job.n, job.k) = (rows, width, count)
          (job.a, job.lda) = (a + from, all.shape[2])
          (job.b, job.ldb, job.b_transposed) = (b + to, cell.gates * hidden, 1)
          (job.c, job.ldc) = (c, width)
          job.accumulate = to > 0 ? 1 : 0
          Kernels.carryOut(job)
        }
      }
    }
  }

  /// Which columns of the sums belong to which of a weight: a GRU's new gate has one sum over the
  /// inputs and one over the state.
  private func columns(isRecurrent: Bool) -> [(from: Int, to: Int, count: Int)] {
    guard cell == .gru else { return [(0, 0, all.shape[2])] }
    if isRecurrent { return [(0, 0, 3 * hidden)] }
    return [(0, 0, 2 * hidden), (3 * hidden, 2 * hidden, hidden)]
  }
}

// MARK: - Parts and memory

extension Kernels {
  /// `[a, b, …]` to `[b, a, …]`: batch-major to time-major, and back.
  package static func exchangedFirstDimensions(_ x: Tensor) -> Tensor {
    let (rows, columns) = (x.shape[0], x.shape[1])
    let width = rows * columns == 0 ? 0 : x.count / (rows * columns)
    return Tensor(uninitializedShape: [columns, rows] + x.shape.dropFirst(2)) { y in
      x.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        Parallel.forEach(columns) { column in
          for row in 0..<rows {
            (y + (column * rows + row) * width).update(
              from: x + (row * columns + column) * width, count: width)
          }
        }
      }
    }
  }

  /// `[a, b, c]` to its last `[b, c]`.
  package static func lastRow(of x: Tensor) -> Tensor {
    let shape = Array(x.shape.dropFirst())
    return x.withUnsafeBufferPointer {
      Tensor(shape: shape, scalars: $0.suffix(shape[0] * shape[1]))
    }
  }

  /// Calls `body` for parts of a batch, on several threads.
  private static func forEachPart(
    _ cell: Cell, steps: Int, batch: Int, hidden: Int,
    _ body: (inout ck_recurrent, UnsafeMutablePointer<Float>) -> Void
  ) {
    // Each part streams the weights once a step, so parts are as large as can be.
    let parts = min(Parallel.workers, max(1, batch / 4))
    Parallel.forEach(parts) { index in
      let first = batch * index / parts
      var part = ck_recurrent()
      (part.steps, part.batch, part.hidden) = (steps, batch, hidden)
      (part.first, part.rows) = (first, batch * (index + 1) / parts - first)
      withScratch(ck_recurrent_scratch(&part, cell == .rnn ? 1 : 4)) { scratch in
        body(&part, scratch)
      }
    }
  }

  /// Calls `body` with columns of a weight, or of its transpose, packed.
  private static func withPacked(
    _ weight: Tensor, rows: Int, columns: Range<Int>, isTransposed: Bool = false,
    _ body: (UnsafePointer<Float>) -> Void
  ) {
    withScratch(ck_pack_count(instructionSet, rows, columns.count)) { packed in
      let leading = weight.shape[1]
      weight.withUnsafeBufferPointer { weight in
        guard let weight = weight.baseAddress else { return }
        ck_pack(
          instructionSet, rows, columns.count, weight + columns.lowerBound, leading,
          isTransposed ? 1 : 0, packed)
      }
      body(packed)
    }
  }

  /// Two tensors of one shape, which `body` fills.
  private static func pair(
    of shape: [Int], _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> (Tensor, Tensor) {
    var second: Tensor?
    let first = Tensor(uninitializedShape: shape) { first in
      second = Tensor(uninitializedShape: shape) { second in
        guard let first = first.baseAddress, let second = second.baseAddress else { return }
        body(first, second)
      }
    }
    guard let second else { preconditionFailure("the second is made inside the first") }
    return (first, second)
  }
}
