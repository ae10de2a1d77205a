internal import CKernels

extension Kernels {
  /// `w -= rate · g`.
  package static func sgd(_ w: inout Tensor, gradient: Tensor, rate: Float) {
    update(&w, gradient) { n, g, w in ck_sgd(instructionSet, n, rate, g, w) }
  }

  /// `v = momentum · v + g; w -= rate · v`, or Nesterov's look ahead.
  package static func momentum(
    _ w: inout Tensor, velocity: inout Tensor, gradient: Tensor, rate: Float, momentum: Float,
    nesterov: Bool
  ) {
    update(&w, &velocity, gradient) { n, g, v, w in
      ck_momentum(instructionSet, n, rate, momentum, nesterov ? 1 : 0, g, v, w)
    }
  }

  /// Adam's step with the bias corrections already in the rate.
  package static func adam(
    _ w: inout Tensor, first m: inout Tensor, second v: inout Tensor, gradient: Tensor,
    rate: Float, beta1: Float, beta2: Float, epsilon: Float
  ) {
    update(&w, &m, &v, gradient) { n, g, m, v, w in
      ck_adam(instructionSet, n, rate, beta1, beta2, epsilon, g, m, v, w)
    }
  }

  /// RMSProp's step.
  package static func rmsProp(
    _ w: inout Tensor, meanSquare: inout Tensor, velocity: inout Tensor, gradient: Tensor,
    rate: Float, decay: Float, momentum: Float, epsilon: Float
  ) {
    update(&w, &meanSquare, &velocity, gradient) { n, g, s, u, w in
      ck_rmsprop(instructionSet, n, rate, decay, momentum, epsilon, g, s, u, w)
    }
  }

  /// Adagrad's step.
  package static func adagrad(
    _ w: inout Tensor, accumulator: inout Tensor, gradient: Tensor, rate: Float
  ) {
    update(&w, &accumulator, gradient) { n, g, s, w in
      ck_adagrad(instructionSet, n, rate, g, s, w)
    }
  }

  private typealias In = UnsafePointer<Float>
  private typealias InOut = UnsafeMutablePointer<Float>

  private static func update(
    _ w: inout Tensor, _ g: Tensor, _ body: (Int, In, InOut) -> Void
  ) {
    update(&w, g) { n, g, w, _ in body(n, g, w) }
  }

  /// The last argument of `body` is where its scalars begin in the tensor. Of a product that isn't there yet, each
  /// part is used while it is in the cache.
  private static func update(
    _ w: inout Tensor, _ g: Tensor, _ body: (Int, In, InOut, Int) -> Void
  ) {
    check(g, w)
    w.withUnsafeMutableBufferPointer { w in
      if let product = g.pendingProduct, let start = w.baseAddress {
        return product.forEachPart { at, count, g in body(count, g, start + at, at) }
      }
      g.withUnsafeBufferPointer { g in
        guard let wStart = w.baseAddress, let gStart = g.baseAddress else { return }
        Parallel.forEachRange(g.count, chunk: elementChunk) {
          let at = $0.lowerBound
          body($0.count, gStart + at, wStart + at, at)
        }
      }
    }
  }

  private static func update(
    _ w: inout Tensor, _ a: inout Tensor, _ g: Tensor, _ body: (Int, In, InOut, InOut) -> Void
  ) {
    check(a, w)
    a.withUnsafeMutableBufferPointer { a in
      guard let aStart = a.baseAddress else { return }
      update(&w, g) { n, g, w, at in body(n, g, aStart + at, w) }
    }
  }

  private static func update(
    _ w: inout Tensor, _ a: inout Tensor, _ b: inout Tensor, _ g: Tensor,
    _ body: (Int, In, InOut, InOut, InOut) -> Void
  ) {
    check(a, w)
    check(b, w)
    a.withUnsafeMutableBufferPointer { a in
      b.withUnsafeMutableBufferPointer { b in
        guard let aStart = a.baseAddress, let bStart = b.baseAddress else { return }
        update(&w, g) { n, g, w, at in body(n, g, aStart + at, bStart + at, w) }
      }
    }
  }

  private static func check(_ other: Tensor, _ parameter: Tensor) {
    precondition(
      other.count == parameter.count,
      "shape \(other.shape) for a parameter of shape \(parameter.shape)")
  }
}
