internal import CKernels

/// The recurrent cells, each over whole sequences. The state before the first step is zero. A batch is
/// divided among threads; every sequence's numbers are its own, and what is summed over sequences is
/// summed over fixed parts of the batch first, so where makes no difference.
extension Kernels {
  /// The cells, by the gates of their weights `[…, gates · hidden]`.
  package enum Cell: Int, Sendable {
    case rnn = 1
    case gru = 3
    case lstm = 4

    fileprivate var code: ck_cell {
      switch self {
      case .rnn: ck_cell_rnn
      case .gru: ck_cell_gru
      case .lstm: ck_cell_lstm
      }
    }
  }

  /// What a forward pass leaves for the backward pass.
  package struct CellTrace: Sendable {
    /// `[batch, steps, inputs]`.
    let input: Tensor
    /// The states after each step, `[steps, batch, hidden]`.
    package let states: Tensor
    /// The gates' activations, `[steps, batch, gates · hidden]`; a plain RNN has its states alone.
    let gates: Tensor?
    /// `[steps, batch, hidden]`: an LSTM's cells; the recurrent sum of a GRU's new gate.
    let inner: Tensor?
  }

  /// A batch of sequences `[batch, steps, inputs]` taken through a cell.
  package static func forward(
    _ cell: Cell, _ input: Tensor, weights: RecurrentWeights
  ) -> CellTrace {
    let (inputs, hidden) = (weights.inputs, weights.hidden)
    let (batch, steps) = (input.shape[0], input.shape[1])
    precondition(
      input.shape == [batch, steps, inputs]
        && weights.input.shape == [inputs, cell.rawValue * hidden]
        && weights.recurrent.shape == [hidden, cell.rawValue * hidden],
      "sequences of shape \(input.shape) for weights of shape \(weights.input.shape)")
    let bias = weights.joinedBias(of: cell)
    var (gates, inner): (Tensor?, Tensor?)
    let states = Tensor(uninitializedShape: [steps, batch, hidden]) { h in
      func run(gates: UnsafeMutablePointer<Float>?, inner: UnsafeMutablePointer<Float>?) {
        withPointers(input, bias, nil) { x, bias, _ in
          var job = sequences(cell, x: x, batch: batch, steps: steps, weights)
          (job.h, job.gates, job.inner) = (h.baseAddress, gates, inner)
          withScratch(ck_recurrent_packed_count(instructionSet, &job)) { packed in
            withPointers(weights.input, weights.recurrent, nil) { input, recurrent, _ in
              let job = job
              Parallel.forEachRange(inputs + hidden, chunk: packedAtOnce) { rows in
                var job = job
                ck_recurrent_pack(
                  instructionSet, &job, rows.lowerBound, rows.upperBound, input, recurrent, packed)
              }
            }
            let parts = forwardParts(batch)
            Parallel.forEach(parts) { part in
              let first = batch * part / parts
              let rows = batch * (part + 1) / parts - first
              var job = job
              withScratch(ck_recurrent_forward_scratch(&job, rows)) { scratch in
                ck_recurrent_forward(instructionSet, &job, first, rows, packed, bias, scratch)
              }
            }
          }
        }
      }
      guard cell != .rnn else { return run(gates: nil, inner: nil) }
      gates = Tensor(uninitializedShape: [steps, batch, cell.rawValue * hidden]) { gates in
        inner = Tensor(uninitializedShape: [steps, batch, hidden]) { inner in
          run(gates: gates.baseAddress, inner: inner.baseAddress)
        }
      }
    }
    return CellTrace(input: input, states: states, gates: gates, inner: inner)
  }

  /// Back through time.
  ///
  /// - Parameter gradient: of the states after each step, `[batch, steps, hidden]`, or of the last one
  ///   alone, `[batch, hidden]`.
  /// - Returns: the gradients of the input, `[batch, steps, inputs]`, and of the parameters, as far as
  ///   they are wanted.
  package static func backward(
    _ cell: Cell, _ trace: CellTrace, weights: RecurrentWeights, _ gradient: Tensor,
    wantsInput: Bool, wantsWeights: Bool
  ) -> (input: Tensor?, weights: RecurrentWeights?) {
    let shape = trace.states.shape
    let (steps, batch, hidden) = (shape[0], shape[1], shape[2])
    let isEveryStep = gradient.rank == 3
    precondition(
      gradient.shape == (isEveryStep ? [batch, steps, hidden] : [batch, hidden]),
      "a gradient of shape \(gradient.shape) for \(batch) sequences of \(steps) states of \(hidden)"
    )
    var result: (input: Tensor?, weights: RecurrentWeights?)
    withPointers(trace.input, trace.states, nil) { x, h, _ in
      withPointers(trace.gates ?? gradient, trace.inner ?? gradient, nil) { gates, inner, _ in
        // The backward pass reads what the forward pass wrote.
        var job = sequences(cell, x: x, batch: batch, steps: steps, weights)
        job.h = UnsafeMutablePointer(mutating: h)
        job.gates = UnsafeMutablePointer(mutating: gates)
        job.inner = UnsafeMutablePointer(mutating: inner)
        func run(dx: UnsafeMutablePointer<Float>?) {
          let partial = wantsWeights ? ck_recurrent_partial_count(instructionSet, &job) : 0
          let units = backwardUnits(batch)
          withScratch(units * partial) { sums in
            withTransposedWeights(weights, alsoInput: wantsInput) { recurrent, input in
              gradient.withUnsafeBufferPointer { dy in
                var way = ck_recurrent_gradient()
                (way.dy, way.every_step) = (dy.baseAddress, isEveryStep ? 1 : 0)
                (way.recurrent, way.input, way.dx) = (recurrent, input, dx)
                (way.partial, way.units) = (wantsWeights ? sums : nil, units)
                goBack(job, way, weights: weights)
              }
            }
            if wantsWeights { result.weights = collected(job, units: units, sums, like: weights) }
          }
        }
        guard wantsInput else { return run(dx: nil) }
        result.input = Tensor(uninitializedShape: trace.input.shape) { run(dx: $0.baseAddress) }
      }
    }
    return result
  }
}

extension RecurrentWeights {
  fileprivate var inputs: Int { input.shape[0] }
  fileprivate var hidden: Int { recurrent.shape[0] }

  /// What every sum starts from, `[sums · hidden]`: a GRU's new gate has two sums, over the state and
  /// over the input, the others have one.
  fileprivate func joinedBias(of cell: Kernels.Cell) -> Tensor {
    let joint = (cell == .gru ? 2 : cell.rawValue) * hidden
    return inputBias.withUnsafeBufferPointer { input in
      recurrentBias.withUnsafeBufferPointer { recurrent in
        let sums = zip(input, recurrent).prefix(joint).map { $0 + $1 }
        let scalars = sums + Array(recurrent[joint...]) + Array(input[joint...])
        return Tensor(shape: [scalars.count], scalars: scalars)
      }
    }
  }
}

// MARK: - Parts and memory

extension Kernels {
  /// The sequences without their results.
  private static func sequences(
    _ cell: Cell, x: UnsafePointer<Float>, batch: Int, steps: Int, _ weights: RecurrentWeights
  ) -> ck_recurrent {
    var job = ck_recurrent()
    job.cell = cell.code
    (job.batch, job.steps) = (batch, steps)
    (job.inputs, job.hidden) = (weights.inputs, weights.hidden)
    job.x = x
    return job
  }

  /// Into how many parts a batch is divided on the way forward: as many as threads or a multiple, each
  /// small enough that a step's numbers stay in the second-level cache.
  private static func forwardParts(_ batch: Int) -> Int {
    let (workers, mostRows) = (Parallel.workers, 64)
    let parts = max(workers, (batch + mostRows - 1) / mostRows)
    return min((parts + workers - 1) / workers * workers, max(1, batch / 4))
  }

  /// Into how many units a batch is divided whose gradients are summed alone: an even number, of at
  /// most 32 sequences each.
  private static func backwardUnits(_ batch: Int) -> Int {
    batch < 8 ? 1 : (batch + 63) / 64 * 2
  }

  /// Rows or columns of a weight that one thread packs at a time: a multiple of every panel's width.
  private static let packedAtOnce = 128

  /// Takes all units back, on several threads.
  private static func goBack(
    _ job: ck_recurrent, _ way: ck_recurrent_gradient, weights: RecurrentWeights
  ) {
    // Each part streams the weights once a step: what doesn't fit the second-level cache is streamed
    // for as many sequences as can be.
    let isLarge = weights.recurrent.count * MemoryLayout<Float>.stride > 512 << 10
    let parts = isLarge ? min(Parallel.workers, way.units) : way.units
    Parallel.forEach(parts) { part in
      let units = way.units * part / parts..<way.units * (part + 1) / parts
      var (job, way) = (job, way)
      withScratch(
        ck_recurrent_backward_scratch(
          instructionSet, &job, way.units, units.lowerBound, units.upperBound)
      ) { scratch in
        ck_recurrent_backward(
          instructionSet, &job, &way, units.lowerBound, units.upperBound, scratch)
      }
    }
  }

  /// The units' sums added up.
  private static func collected(
    _ job: ck_recurrent, units: Int, _ sums: UnsafePointer<Float>, like weights: RecurrentWeights
  ) -> RecurrentWeights {
    // Every scalar is written below.
    func memory(_ tensor: Tensor) -> Tensor { Tensor(uninitializedShape: tensor.shape) { _ in } }
    var (input, recurrent) = (memory(weights.input), memory(weights.recurrent))
    var (inputBias, recurrentBias) = (memory(weights.inputBias), memory(weights.recurrentBias))
    let rows = job.inputs + 1 + job.hidden
    input.withUnsafeMutableBufferPointer { input in
      recurrent.withUnsafeMutableBufferPointer { recurrent in
        inputBias.withUnsafeMutableBufferPointer { inputBias in
          recurrentBias.withUnsafeMutableBufferPointer { recurrentBias in
            let to = (
              input.baseAddress, recurrent.baseAddress, inputBias.baseAddress,
              recurrentBias.baseAddress
            )
            Parallel.forEachRange(rows, chunk: 64) { rows in
              var job = job
              ck_recurrent_collect(
                instructionSet, &job, units, sums, rows.lowerBound, rows.upperBound, to.0, to.1,
                to.2, to.3)
            }
          }
        }
      }
    }
    return RecurrentWeights(
      input: input, recurrent: recurrent, inputBias: inputBias, recurrentBias: recurrentBias)
  }

  /// Calls `body` with the transposes of the recurrent weight and, if it is wanted, of the input's,
  /// packed.
  private static func withTransposedWeights(
    _ weights: RecurrentWeights, alsoInput: Bool,
    _ body: (UnsafePointer<Float>, UnsafePointer<Float>?) -> Void
  ) {
    func withTransposed(_ weight: Tensor, _ body: (UnsafePointer<Float>) -> Void) {
      let (rows, columns) = (weight.shape[1], weight.shape[0])
      withScratch(ck_pack_count(instructionSet, rows, columns)) { packed in
        weight.withUnsafeBufferPointer { weight in
          guard let weight = weight.baseAddress else { return }
          Parallel.forEachRange(columns, chunk: packedAtOnce) { range in
            let start = range.lowerBound * rows
            ck_pack(
              instructionSet, rows, range.count, weight + start, rows, 1, packed + start)
          }
        }
        body(packed)
      }
    }
    withTransposed(weights.recurrent) { recurrent in
      guard alsoInput else { return body(recurrent, nil) }
      withTransposed(weights.input) { body(recurrent, $0) }
    }
  }

  /// `[a, b, …]` to `[b, a, …]`: time-major to batch-major.
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
}
