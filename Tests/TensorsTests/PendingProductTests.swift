import Tensors
import Testing

/// Products that are computed when somebody reads them, against those that are computed at once, bit for bit.
@Suite struct PendingProductTests {
  /// Gradients of dense weights `[m, n]` from `k` rows: more rows than columns, more columns than rows, numbers that
  /// no vector divides, and so many rows that the second matrix isn't packed at once.
  static let sizes = [(300, 200, 100), (64, 1_100, 70), (131, 257, 133), (64, 128, 2_100)]

  private func factors(_ sizes: (Int, Int, Int), share: Float) -> (
    a: Kernels.Matrix, b: Kernels.Matrix
  ) {
    let (m, n, k) = sizes
    var generator = SeededGenerator(seed: 1)
    func tensor(_ shape: [Int], share: Float) -> Tensor {
      Tensor(
        shape: shape,
        scalars: (0..<shape[0] * shape[1]).map { _ in
          let value = generator.nextUniform() - 0.5
          return generator.nextUniform() < share ? value : 0
        })
    }
    return (
      Kernels.Matrix(tensor([k, m], share: share)).transposed,
      Kernels.Matrix(tensor([k, n], share: 1))
    )
  }

  @Test(arguments: sizes, [0.2, 1] as [Float])
  func readingComputes(sizes: (Int, Int, Int), share: Float) {
    let (a, b) = factors(sizes, share: share)
    let want = Kernels.product(a, b)
    for workers in [1, 2, 5] {
      Parallel.$workers.withValue(workers) {
        let pending = Kernels.pendingProduct(a, b)
        #expect(pending.shape == want.shape)
        #expect(pending == want)
        var changed = Kernels.pendingProduct(a, b)
        let kept = changed
        changed[0, 0] += 1
        #expect(kept == want)
        #expect(changed[0, 0] == want[0, 0] + 1)
        #expect(changed[1, 1] == want[1, 1])
      }
    }
  }

  @Test(arguments: sizes)
  func optimizersTakeThemInParts(sizes: (Int, Int, Int)) {
    let (a, b) = factors(sizes, share: 0.2)
    func updated(_ gradient: () -> Tensor) -> [Tensor] {
      let start = Tensor(shape: [sizes.0, sizes.1], repeating: 0.5)
      var (w, first, second) = (start, start, start)
      Kernels.sgd(&w, gradient: gradient(), rate: 0.1)
      Kernels.momentum(
        &w, velocity: &first, gradient: gradient(), rate: 0.1, momentum: 0.9, nesterov: true)
      Kernels.adam(
        &w, first: &first, second: &second, gradient: gradient(), rate: 0.1, beta1: 0.9,
        beta2: 0.999, epsilon: 1e-8)
      return [w, first, second]
    }
    let want = updated { Kernels.product(a, b) }
    for workers in [1, 2, 5] {
      let got = Parallel.$workers.withValue(workers) { updated { Kernels.pendingProduct(a, b) } }
      #expect(got == want)
    }
  }

  @Test func aReaderDoesNotSpoilItForTheNext() {
    let (a, b) = factors(Self.sizes[0], share: 0.2)
    let want = Kernels.product(a, b)
    let gradient = Kernels.pendingProduct(a, b)
    var w = want
    Kernels.sgd(&w, gradient: gradient, rate: 1)
    #expect(gradient == want)
    #expect(w.scalars.allSatisfy { $0 == 0 })
  }
}
