import CKernels
import Tensors
import Testing

/// Every instruction set of this machine against loops written out, in all sizes near a tile's edge.
@Suite struct KernelTests {
  static let instructionSets = [ck_isa_portable, ck_isa_avx2, ck_isa_avx512].filter {
    ck_isa_is_supported($0) != 0
  }

  private func random(_ count: Int, _ seed: Int) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in generator.nextUniform() - 0.5 }
  }

  /// Vanishing gradients are full of them, and they are many times slower than other numbers.
  @Test(arguments: instructionSets)
  func denormalsAreZerosInsideAKernelAlone(isa: ck_isa) {
    let (tiny, small) = (Float(sign: .plus, exponent: -100, significand: 1), Float(0x1p-40))
    var scratch = [Float](repeating: .nan, count: ck_gemm_scratch(isa, 1, 1, 2))
    var c: Float = .nan
    for (a, b) in [([tiny, 0], [small, 0]), ([Float.leastNonzeroMagnitude, 0], [0x1p+100, 0])] {
      var job = ck_gemm_job()
      (job.m, job.n, job.k, job.lda, job.ldb, job.ldc) = (1, 1, 2, 2, 1, 1)
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          (job.a, job.b) = (a.baseAddress, b.baseAddress)
          withUnsafeMutablePointer(to: &c) {
            job.c = $0
            ck_gemm(isa, &job, &scratch)
          }
        }
      }
      #expect(c == 0)
      #expect(a[0] * b[0] > 0)
    }
  }

  /// One image's direct convolution.
  static func forward(
    _ isa: ck_isa, _ conv: ck_conv, _ padded: [Float], _ packed: [Float], bias: [Float],
    relu: Bool, _ y: inout [Float]
  ) {
    withUnsafePointer(to: conv) { conv in
      padded.withUnsafeBufferPointer { padded in
        packed.withUnsafeBufferPointer { packed in
          bias.withUnsafeBufferPointer { bias in
            y.withUnsafeMutableBufferPointer { y in
              var job = ck_conv_job(
                conv: conv, x: padded.baseAddress, weight: packed.baseAddress,
                bias: bias.baseAddress, added: nil, relu: relu ? 1 : 0, ceiling: 0,
                y: y.baseAddress, ldy: conv.pointee.out_channels)
              ck_conv_forward(isa, &job)
            }
          }
        }
      }
    }
  }

  @Test(
    arguments: instructionSets,
    [(1, 1, 1), (3, 10, 7), (14, 32, 256), (15, 33, 257), (29, 70, 600), (6, 600, 3), (5, 4, 0)])
  func matrixProductEqualsThreeLoops(isa: ck_isa, sizes: (Int, Int, Int)) {
    let (m, n, k) = sizes
    for variant in 0..<16 {
      let (aTransposed, bTransposed) = (variant & 1 != 0, variant & 2 != 0)
      let (accumulate, relu) = (variant & 4 != 0, variant & 8 != 0)
      let (a, b, bias) = (random(m * k, 1), random(k * n, 2), random(n, 3))
      let before = random(m * n, 4)
      var c = before
      var scratch = [Float](repeating: .nan, count: ck_gemm_scratch(isa, m, n, k))
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          bias.withUnsafeBufferPointer { bias in
            c.withUnsafeMutableBufferPointer { c in
              var job = ck_gemm_job(
                m: m, n: n, k: k, a: a.baseAddress, lda: aTransposed ? m : k,
                a_transposed: aTransposed ? 1 : 0, b: b.baseAddress, ldb: bTransposed ? k : n,
                b_transposed: bTransposed ? 1 : 0, bias: bias.baseAddress,
                accumulate: accumulate ? 1 : 0, relu: relu ? 1 : 0, c: c.baseAddress, ldc: n,
                take: nil, taker: nil, row: 0, column: 0)
              ck_gemm(isa, &job, &scratch)
            }
          }
        }
      }
      var worst = 0.0
      for i in 0..<m {
        for j in 0..<n {
          var sum = Double(accumulate ? before[i * n + j] : bias[j])
          for l in 0..<k {
            sum +=
              Double(a[aTransposed ? l * m + i : i * k + l])
              * Double(b[bTransposed ? j * k + l : l * n + j])
          }
          worst = max(worst, abs(Double(c[i * n + j]) - (relu ? max(0, sum) : sum)))
        }
      }
      #expect(worst < 2e-5, "variant \(variant) differs by \(worst)")
    }
  }

  /// A convolution's sizes: height, width, in, out, kernel, stride, padding.
  static let convolutions = [
    [5, 5, 1, 1, 1, 1, 0], [9, 8, 3, 32, 5, 1, 2], [6, 17, 4, 40, 3, 1, 1],
    [11, 9, 2, 33, 5, 2, 1],
    [7, 15, 8, 10, 3, 3, 2],
  ]

  @Test(arguments: instructionSets, convolutions)
  func convolutionEqualsItsDefinition(isa: ck_isa, s: [Int]) {
    var c = ck_conv(
      height: s[0], width: s[1], in_channels: s[2], top: s[6], left: s[6], bottom: s[6],
      right: s[6], kernel_height: s[4], kernel_width: s[4], out_channels: s[3], stride_y: s[5],
      stride_x: s[5], out_height: (s[0] + 2 * s[6] - s[4]) / s[5] + 1,
      out_width: (s[1] + 2 * s[6] - s[4]) / s[5] + 1)
    let count = c.out_height * c.out_width * c.out_channels
    let (x, weight) = (random(s[0] * s[1] * s[2], 1), random(s[4] * s[4] * s[2] * s[3], 2))
    let bias = random(s[3], 3)
    // A gradient with many zeros: both forms must agree on it.
    let dy = zip(random(count, 4), random(count, 5)).map { $1 < 0.2 ? 0 : $0 }

    var expected = [Double](repeating: 0, count: count)
    var dWeight = [Double](repeating: 0, count: weight.count)
    var dx = [Double](repeating: 0, count: x.count)
    for oy in 0..<c.out_height {
      for ox in 0..<c.out_width {
        for o in 0..<s[3] {
          let at = (oy * c.out_width + ox) * s[3] + o
          expected[at] = Double(bias[o])
          for ky in 0..<s[4] {
            for kx in 0..<s[4] {
              let (y, xx) = (oy * s[5] + ky - s[6], ox * s[5] + kx - s[6])
              guard y >= 0, y < s[0], xx >= 0, xx < s[1] else { continue }
              for i in 0..<s[2] {
                let w = ((ky * s[4] + kx) * s[2] + i) * s[3] + o
                let p = (y * s[1] + xx) * s[2] + i
                expected[at] += Double(x[p]) * Double(weight[w])
                dWeight[w] += Double(x[p]) * Double(dy[at])
                dx[p] += Double(weight[w]) * Double(dy[at])
              }
            }
          }
        }
      }
    }

    var padded = [Float](repeating: .nan, count: ck_conv_padded_count(&c))
    ck_conv_pad(&c, x, &padded)
    var packed = [Float](repeating: .nan, count: ck_conv_packed_count(isa, &c))
    ck_conv_pack(isa, &c, weight, &packed)
    var y = [Float](repeating: .nan, count: count)
    KernelTests.forward(isa, c, padded, packed, bias: bias, relu: false, &y)
    #expect(distance(y, expected) < 1e-5)

    var dense = [Float](repeating: 0, count: weight.count)
    ck_conv_weight_gradient(isa, &c, padded, dy, &dense)
    #expect(distance(dense, dWeight) < 1e-5)

    let positions = c.out_height * c.out_width
    var counts = ([Int32](repeating: 0, count: s[3]), [Int32](repeating: 0, count: positions))
    var offsets = ([Int32](repeating: 0, count: count), [Int32](repeating: 0, count: count))
    var values = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
    var rows = [Float](repeating: .nan, count: weight.count)
    ck_conv_rows(&c, weight, &rows)
    var sparse = [Float](repeating: 0, count: weight.count)
    var dBias = [Float](repeating: 0, count: s[3])
    var back = [Float](repeating: 0, count: padded.count)
    counts.0.withUnsafeMutableBufferPointer { channelCount in
      counts.1.withUnsafeMutableBufferPointer { positionCount in
        offsets.0.withUnsafeMutableBufferPointer { channelOffset in
          offsets.1.withUnsafeMutableBufferPointer { positionOffset in
            values.0.withUnsafeMutableBufferPointer { channelValue in
              values.1.withUnsafeMutableBufferPointer { positionValue in
                var lists = ck_nonzeros(
                  channel_count: channelCount.baseAddress,
                  channel_offset: channelOffset.baseAddress,
                  channel_value: channelValue.baseAddress,
                  position_count: positionCount.baseAddress,
                  position_offset: positionOffset.baseAddress,
                  position_value: positionValue.baseAddress)
                ck_conv_find_nonzeros(&c, dy, &lists)
                ck_conv_weight_gradient_sparse(isa, &c, padded, &lists, &sparse, &dBias)
                ck_conv_input_gradient_sparse(isa, &c, &lists, rows, &back)
              }
            }
          }
        }
      }
    }
    let biasGradient = (0..<s[3]).map { o in
      stride(from: o, to: count, by: s[3]).reduce(0) { $0 + Double(dy[$1]) }
    }
    #expect(distance(dBias, biasGradient) < 1e-5)
    var turned = [Float](repeating: 0, count: weight.count)
    ck_transpose(s[3], weight.count / s[3], sparse, &turned)
    #expect(distance(turned, dWeight) < 1e-5)
    var inside = [Float](repeating: .nan, count: x.count)
    ck_conv_inside(&c, back, &inside)
    #expect(distance(inside, dx) < 1e-5)
  }

  private func distance(_ a: [Float], _ b: [Double]) -> Double {
    let scale = b.map(abs).max() ?? 1
    return zip(a, b).map { abs(Double($0) - $1) }.max().map { $0.isNaN ? .infinity : $0 / scale }
      ?? 0
  }

  @Test(arguments: instructionSets)
  func elementwiseKernelsAgreeWithPortableOnes(isa: ck_isa) {
    let count = 1003
    let (x, y) = (random(count, 1).map { $0 * 30 }, random(count, 2))
    func results(_ isa: ck_isa) -> [[Float]] {
      var all: [[Float]] = []
      func add(_ body: (UnsafeMutablePointer<Float>) -> Void) {
        all.append(
          [Float](unsafeUninitializedCapacity: count) { buffer, written in
            if let start = buffer.baseAddress { body(start) }
            written = count
          })
      }
      add { ck_relu(isa, count, x, $0) }
      add { ck_relu_gradient(isa, count, x, y, $0) }
      add { ck_tanh(isa, count, x, $0) }
      add { ck_tanh_gradient(isa, count, y, x, $0) }
      add { ck_sigmoid(isa, count, x, $0) }
      add { ck_sigmoid_gradient(isa, count, y, x, $0) }
      add { ck_affine(isa, count, 2, -1, x, $0) }
      add { ck_dropout(isa, count, 17, 5, 0.4, x, $0) }
      return all
    }
    for (got, want) in zip(results(isa), results(ck_isa_portable)) {
      #expect(zip(got, want).allSatisfy { abs($0 - $1) <= 3e-7 * max(1, abs($1)) })
    }
    #expect(ck_count_nonzeros(isa, count, x.map { $0 > 0 ? $0 : 0 }) == x.filter { $0 > 0 }.count)
  }
}

@Suite struct ParallelTests {
  @Test(arguments: [1, 2, 5, 100])
  func everyChunkRunsOnce(workers: Int) {
    let counts = Tensor(zeros: [37])
    var result = counts
    result.withUnsafeMutableBufferPointer { counts in
      Parallel.$workers.withValue(workers) {
        Parallel.forEach(37) { counts[$0] += 1 }
      }
    }
    #expect(result.scalars.allSatisfy { $0 == 1 })
  }
}
