package import CKernels
import Synchronization

/// The door to the C kernels: sizes are checked here, work is divided among threads here, and layers
/// above never see a pointer or an instruction set.
package enum Kernels {
  /// The instruction set in use: the best there is, or what the environment variable
  /// `TENSORS_INSTRUCTION_SET` (`avx512`, `avx2`, `portable`) asks for, where the machine has it.
  package static let instructionSet: ck_isa = {
    let wanted = Platform.environment("TENSORS_INSTRUCTION_SET")
    let all = [ck_isa_portable, ck_isa_avx2, ck_isa_avx512]
    return all.first { String(cString: ck_isa_name($0)) == wanted && ck_isa_is_supported($0) != 0 }
      ?? ck_isa_best()
  }()

  /// Columns that packed matrices and weights may be divided by, whatever the instruction set.
  static let panel = 32

  /// Scalars that an elementwise kernel takes at a time, so that threads share long vectors.
  static let elementChunk = 1 << 16
}

// MARK: - Matrix product

extension Kernels {
  /// A matrix in a tensor's memory: rank 2, or anything that is seen as `[rows, columns]`.
  package struct Matrix: Sendable {
    var tensor: Tensor
    var rows: Int
    var columns: Int
    var isTransposed = false

    package init(_ tensor: Tensor, rows: Int, columns: Int) {
      precondition(
        rows * columns == tensor.count,
        "a tensor of shape \(tensor.shape) isn't a matrix of \(rows) × \(columns)")
      self.tensor = tensor
      self.rows = rows
      self.columns = columns
    }

    /// A tensor of rank 2.
    package init(_ tensor: Tensor) {
      precondition(tensor.rank == 2, "a matrix has two dimensions, got shape \(tensor.shape)")
      self.init(tensor, rows: tensor.shape[0], columns: tensor.shape[1])
    }

    /// The transpose, without moving a scalar.
    package var transposed: Matrix {
      var result = self
      (result.rows, result.columns) = (columns, rows)
      result.isTransposed.toggle()
      return result
    }
  }

  /// The product of two matrices, plus a bias that every row starts from, and ReLU behind it.
  ///
  /// - Shapes: `[m, k] · [k, n] → [m, n]`; the bias `[n]`.
  package static func product(
    _ a: Matrix, _ b: Matrix, bias: Tensor? = nil, relu: Bool = false
  ) -> Tensor {
    precondition(
      a.columns == b.rows,
      "a product of \(a.rows) × \(a.columns) and \(b.rows) × \(b.columns) doesn't exist")
    precondition(
      bias.map { $0.count == b.columns } ?? true,
      "a bias of \(bias?.count ?? 0) for \(b.columns) columns")
    return Tensor(uninitializedShape: [a.rows, b.columns]) { c in
      guard a.rows > 0, b.columns > 0, let c = c.baseAddress else { return }
      withJob(a, b) { job in
        job.c = c
        job.relu = relu ? 1 : 0
        guard let bias else { return carryOut(job) }
        bias.withUnsafeBufferPointer {
          job.bias = $0.baseAddress
          carryOut(job)
        }
      }
    }
  }

  /// Calls `body` with what a product of two matrices that aren't empty reads, to be carried out.
  static func withJob(_ a: Matrix, _ b: Matrix, _ body: (inout ck_gemm_job) -> Void) {
    withPointers(a.tensor, b.tensor, nil) { aStart, bStart, _ in
      var job = ck_gemm_job()
      (job.m, job.n, job.k) = (a.rows, b.columns, a.columns)
      (job.a, job.b) = (aStart, bStart)
      (job.lda, job.ldb) = (
        a.isTransposed ? a.rows : a.columns, b.isTransposed ? b.rows : b.columns
      )
      job.ldc = b.columns
      job.a_transposed = a.isTransposed ? 1 : 0
      job.b_transposed = b.isTransposed ? 1 : 0
      body(&job)
    }
  }

  /// A product on several threads. Where enough of the first matrix is zero, the zeros are passed over;
  /// that changes no bit.
  ///
  /// The longer side is divided, in whole register tiles; where is of no consequence for the bits, so
  /// there are as many parts as threads, and some more for balance.
  ///
  /// - Parameters:
  ///   - passesZeros: whether zeros are passed over, if it is known.
  static func carryOut(_ whole: ck_gemm_job, passesZeros: Bool? = nil) {
    let isSparse = passesZeros ?? isSparse(whole)
    let byRows = whole.m > whole.n
    let unit = isSparse ? (byRows ? 64 : 128) : byRows ? 14 * 4 : 32
    let length = byRows ? whole.m : whole.n
    let units = (length + unit - 1) / unit
    // Each part copies the other side's matrix for itself: narrow ones are not worth it.
    let balance = length >= 256 * Parallel.workers && !isSparse ? 2 : 1
    let parts = min(units, Parallel.workers == 1 ? 1 : Parallel.workers * balance)
    Parallel.forEach(parts) { part in
      let low = units * part / parts * unit
      let high = min(units * (part + 1) / parts * unit, length)
      var job = whole
      if byRows {
        job.m = high - low
        job.row = low
        job.a += low * (job.a_transposed != 0 ? 1 : job.lda)
      } else {
        job.n = high - low
        job.column = low
        job.b += low * (job.b_transposed != 0 ? job.ldb : 1)
        job.bias = job.bias.map { $0 + low }
      }
      if job.take == nil { job.c += byRows ? low * job.ldc : low }
      if isSparse {
        withScratch(ck_gemm_sparse_scratch(instructionSet, &job)) { scratch in
          ck_gemm_sparse(instructionSet, &job, scratch)
        }
      } else {
        withScratch(ck_gemm_scratch(instructionSet, job.m, job.n, job.k)) { scratch in
          ck_gemm(instructionSet, &job, scratch)
        }
      }
    }
  }

  /// Whether passing over the first matrix's zeros is faster than multiplying them: up to two thirds of
  /// non-zeros. Where the product is small, nobody counts.
  static func isSparse(_ job: ck_gemm_job) -> Bool {
    guard job.m >= 32, job.n >= 128, job.k >= 32, job.m * job.n * job.k >= 1 << 22 else {
      return false
    }
    // A matrix in a tensor of its own: its rows follow each other.
    let count = job.m * job.k
    let nonzeros = Atomic<Int>(0)
    Parallel.forEachRange(count, chunk: elementChunk) { part in
      nonzeros.wrappingAdd(
        ck_count_nonzeros(instructionSet, part.count, job.a + part.lowerBound), ordering: .relaxed)
    }
    return nonzeros.load(ordering: .relaxed) * 3 < count * 2
  }

  /// `[rows, columns]` to `[columns, rows]`.
  package static func transposed(_ tensor: Tensor, rows: Int, columns: Int) -> Tensor {
    transposedImages(tensor, batch: 1, rows: rows, columns: columns)
      .reshaped(to: [columns, rows])
  }

  /// Each of a batch of matrices `[rows, columns]` transposed, in parallel.
  package static func transposedImages(
    _ tensor: Tensor, batch: Int, rows: Int, columns: Int
  ) -> Tensor {
    let size = rows * columns
    precondition(
      tensor.count == batch * size, "\(tensor.shape) isn't \(batch) × \(rows) × \(columns)")
    return Tensor(uninitializedShape: [batch, columns, rows]) { y in
      tensor.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        Parallel.forEachRange(batch, chunk: imageChunk) { images in
          for i in images { ck_transpose(rows, columns, x + i * size, y + i * size) }
        }
      }
    }
  }

  /// The sum of all rows of a matrix.
  package static func sumOfRows(_ tensor: Tensor, columns: Int) -> Tensor {
    var sum = Tensor(zeros: [columns])
    sum.withUnsafeMutableBufferPointer { sum in
      tensor.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress, let sum = sum.baseAddress, columns > 0 else { return }
        Parallel.forEachRange(columns, chunk: 256) { part in
          ck_add_rows(
            instructionSet, tensor.count / columns, part.count, x + part.lowerBound, columns,
            sum + part.lowerBound)
        }
      }
    }
    return sum
  }
}

// MARK: - Memory

extension Kernels {
  /// Calls `body` with memory for `count` scalars, not initialized.
  static func withScratch(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    let memory = PooledMemory(byteCount: count * MemoryLayout<Float>.stride)
    withExtendedLifetime(memory) {
      body(memory.address.bindMemory(to: Float.self, capacity: count))
    }
  }

  /// Calls `body` with the scalars of two tensors that aren't empty, and of a third one if there is.
  static func withPointers(
    _ a: Tensor, _ b: Tensor, _ c: Tensor?,
    _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>?) -> Void
  ) {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return }
        guard let c else { return body(a, b, nil) }
        c.withUnsafeBufferPointer { body(a, b, $0.baseAddress) }
      }
    }
  }
}

// MARK: - Elementwise

extension Kernels {
  /// A function of each scalar of one tensor.
  package enum Function: Sendable { case relu, tanh, sigmoid }

  /// The function of every scalar.
  package static func apply(_ function: Function, _ x: Tensor) -> Tensor {
    map(x) { count, x, y in
      switch function {
      case .relu: ck_relu(instructionSet, count, x, y)
      case .tanh: ck_tanh(instructionSet, count, x, y)
      case .sigmoid: ck_sigmoid(instructionSet, count, x, y)
      }
    }
  }

  /// The input gradient of `apply`, from its output and its output's gradient.
  package static func gradient(
    of function: Function, output: Tensor, _ gradient: Tensor
  ) -> Tensor {
    precondition(
      output.count == gradient.count,
      "a gradient of shape \(gradient.shape) for an output of shape \(output.shape)")
    return output.withUnsafeBufferPointer { output in
      guard let output = output.baseAddress else { return gradient }
      return map(gradient) { offset, count, dy, dx in
        let y = output + offset
        switch function {
        case .relu: ck_relu_gradient(instructionSet, count, y, dy, dx)
        case .tanh: ck_tanh_gradient(instructionSet, count, y, dy, dx)
        case .sigmoid: ck_sigmoid_gradient(instructionSet, count, y, dy, dx)
        }
      }
    }
  }

  /// The sum of all scalars' squares, in double precision.
  package static func sumOfSquares(_ x: Tensor) -> Double {
    x.withUnsafeBufferPointer { x in
      x.baseAddress.map { ck_sum_of_squares(instructionSet, x.count, $0) } ?? 0
    }
  }

  /// `scale · x + shift`.
  package static func affine(_ x: Tensor, scale: Float, shift: Float) -> Tensor {
    map(x) { count, x, y in ck_affine(instructionSet, count, scale, shift, x, y) }
  }

  /// Each scalar kept with probability `1 - rate` and divided by it, or 0; which ones, is a function
  /// of the key and of the scalar's place, `first` that of the first one.
  package static func dropout(_ x: Tensor, rate: Float, key: UInt32, first: Int = 0) -> Tensor {
    map(x) { offset, count, x, y in
      ck_dropout(instructionSet, count, key, UInt32(truncatingIfNeeded: first + offset), rate, x, y)
    }
  }

  private static func map(
    _ x: Tensor, _ body: (Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    map(x) { _, count, x, y in body(count, x, y) }
  }

  private static func map(
    _ x: Tensor, _ body: (Int, Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    Tensor(uninitializedShape: x.shape) { y in
      x.withUnsafeBufferPointer { x in
        guard let from = x.baseAddress, let to = y.baseAddress else { return }
        Parallel.forEachRange(x.count, chunk: elementChunk) {
          body($0.lowerBound, $0.count, from + $0.lowerBound, to + $0.lowerBound)
        }
      }
    }
  }
}
