internal import CKernels

/// A product of two matrices that isn't computed before somebody reads it: an optimizer that takes it a strip at
/// a time never has it in memory as a whole.
struct PendingProduct: Sendable {
  private let a: Kernels.Matrix
  private let b: Kernels.Matrix

  /// nil where that doesn't pay: where the first matrix, which is transposed, has few zeros.
  init?(_ a: Kernels.Matrix, _ b: Kernels.Matrix) {
    guard a.isTransposed, a.rows > 0, a.columns == b.rows, b.columns > 0 else { return nil }
    var isSparse = false
    Kernels.withJob(a, b) { isSparse = Kernels.isSparse($0) }
    guard isSparse else { return nil }
    (self.a, self.b) = (a, b)
  }

  var shape: [Int] { [a.rows, b.columns] }

  /// Writes the whole product.
  func fill(_ address: UnsafeMutableRawPointer) {
    Kernels.withJob(a, b) { job in
      job.c = address.bindMemory(to: Float.self, capacity: a.rows * b.columns)
      Kernels.carryOut(job, passesZeros: true)
    }
  }

  /// Calls `body` with each part of the product once, on several threads: with the number of scalars before it,
  /// how many they are, and the scalars.
  func forEachPart(_ body: (_ at: Int, _ count: Int, UnsafePointer<Float>) -> Void) {
    withoutActuallyEscaping(body) { body in
      var taker = Taker(columns: b.columns, body: body)
      withUnsafeMutablePointer(to: &taker) { taker in
        Kernels.withJob(a, b) { job in
          job.taker = UnsafeMutableRawPointer(taker)
          job.take = { taker, strip in
            guard let strip = strip?.pointee, let scalars = strip.scalars else { return }
            taker?.assumingMemoryBound(to: Taker.self).pointee.take(strip, scalars)
          }
          Kernels.carryOut(job, passesZeros: true)
        }
      }
    }
  }

  private struct Taker {
    let columns: Int
    let body: (_ at: Int, _ count: Int, UnsafePointer<Float>) -> Void

    func take(_ strip: ck_strip, _ scalars: UnsafePointer<Float>) {
      // Whole rows follow each other in the product too.
      let length = strip.columns == columns ? strip.rows * columns : strip.columns
      for start in stride(from: 0, to: strip.rows * strip.columns, by: length) {
        body((strip.row + start / strip.columns) * columns + strip.column, length, scalars + start)
      }
    }
  }
}

extension Kernels {
  /// A product that is computed when somebody reads it, where that pays; else at once.
  ///
  /// - Shapes: `[m, k] · [k, n] → [m, n]`.
  package static func pendingProduct(_ a: Matrix, _ b: Matrix) -> Tensor {
    PendingProduct(a, b).map { Tensor($0) } ?? product(a, b)
  }
}
