import CKernels
import Tensors
import Testing

/// The product that passes over zeros against the one that multiplies them, bit for bit.
@Suite struct SparseProductTests {
  private func random(_ count: Int, _ seed: Int, share: Float = 1) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let value = generator.nextUniform() - 0.5
      return generator.nextUniform() < share ? value : 0
    }
  }

  @Test(
    arguments: KernelTests.instructionSets,
    [
      (1, 1, 1), (3, 130, 7), (14, 32, 256), (65, 333, 129), (130, 70, 600), (40, 1_100, 300),
      (200, 128, 2_100), (5, 4, 64),
    ])
  func zerosPassedOverChangeNoBit(isa: ck_isa, sizes: (Int, Int, Int)) {
    let (m, n, k) = sizes
    for variant in 0..<16 {
      let (aTransposed, bTransposed) = (variant & 1 != 0, variant & 2 != 0)
      let (accumulate, relu) = (variant & 4 != 0, variant & 8 != 0)
      let share: Float = [0, 0.1, 0.6, 1][variant % 4]
      let (a, b, bias) = (random(m * k, 1, share: share), random(k * n, 2), random(n, 3))
      var (dense, sparse) = (random(m * n, 4), random(m * n, 4))
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          bias.withUnsafeBufferPointer { bias in
            var job = ck_gemm_job(
              m: m, n: n, k: k, a: a.baseAddress, lda: aTransposed ? m : k,
              a_transposed: aTransposed ? 1 : 0, b: b.baseAddress, ldb: bTransposed ? k : n,
              b_transposed: bTransposed ? 1 : 0, bias: bias.baseAddress,
              accumulate: accumulate ? 1 : 0, relu: relu ? 1 : 0, c: nil, ldc: n, take: nil,
              taker: nil,
              row: 0, column: 0)
            dense.withUnsafeMutableBufferPointer {
              job.c = $0.baseAddress
              var scratch = [Float](repeating: .nan, count: ck_gemm_scratch(isa, m, n, k))
              ck_gemm(isa, &job, &scratch)
            }
            sparse.withUnsafeMutableBufferPointer {
              job.c = $0.baseAddress
              var scratch = [Float](repeating: .nan, count: ck_gemm_sparse_scratch(isa, &job))
              ck_gemm_sparse(isa, &job, &scratch)
            }
          }
        }
      }
      #expect(sparse == dense, "variant \(variant)")
    }
  }

  /// Through the door, where the count of zeros decides.
  @Test(arguments: [0, 0.2, 0.9, 1] as [Float])
  func productsOfManyZerosEqualTheirTransposes(share: Float) {
    let (m, n, k) = (96, 256, 200)
    let x = Tensor(shape: [m, k], scalars: random(m * k, 1, share: share))
    let w = Tensor(shape: [k, n], scalars: random(k * n, 2))
    // Here zeros stand in the second matrix, which nobody looks through.
    let turned = Kernels.product(
      Kernels.Matrix(w).transposed, Kernels.Matrix(x).transposed)
    let want = Kernels.transposed(turned, rows: n, columns: m)
    for workers in [1, 2, 5] {
      let got = Parallel.$workers.withValue(workers) {
        Kernels.product(Kernels.Matrix(x), Kernels.Matrix(w))
      }
      #expect(got == want)
    }
  }
}
