import Tensors
import Testing

/// A convolution's gradients, however the gradient from above comes and is carried out.
@Suite struct ConvolutionBackwardTests {
  private func random(_ shape: [Int], _ seed: Int) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return Tensor(
      shape: shape, scalars: (0..<shape.reduce(1, *)).map { _ in generator.nextUniform() - 0.5 })
  }

  private func differ(_ a: Tensor?, _ b: Tensor?) -> Float {
    guard let a, let b, a.shape == b.shape else { return .infinity }
    let scale = b.scalars.map(abs).max() ?? 1
    return zip(a.scalars, b.scalars).map { abs($0 - $1) / scale }.max() ?? 0
  }

  /// Channels, window, stride and padding of a pooling: side by side, overlapping, with gaps.
  static let poolings = [
    (32, 2, 2, 0), (32, 3, 2, 1), (32, 2, 3, 0), (3, 2, 2, 0), (16, 3, 1, 1), (70, 2, 2, 0),
  ]

  @Test(arguments: poolings, [1, 2])
  func aPooledGradientIsItsUnpooledOne(
    pooling: (channels: Int, window: Int, stride: Int, padding: Int), stride: Int
  ) throws {
    let inputs = pooling.channels
    let geometry = ConvolutionGeometry(
      input: [13, 12, inputs], kernel: Extent(5), outChannels: 80, stride: Extent(stride),
      padding: Padding(2))
    let (x, weight) = (random([11, 13, 12, inputs], 1), random([5, 5, inputs, 80], 2))
    let output = geometry.output
    let pool = PoolingGeometry(
      input: [output.height, output.width, 80], window: Extent(pooling.window),
      stride: Extent(pooling.stride), padding: Padding(pooling.padding))
    let forward = Kernels.convolution(
      x, weight: weight, bias: nil, geometry, Kernels.Followers(relu: true))
    let (y, switches) = Kernels.maxPool(forward.output, pool)
    let dy = random(y.shape, 3)
    let unpooled = Kernels.maxUnpool(dy, switches, reluOutput: y)
    func gradients(_ upper: Kernels.UpperGradient) -> (Tensor?, Tensor?, Tensor?) {
      Kernels.convolutionGradients(
        upper, x: x, weight: weight, geometry, wantsInput: true, wantsParameters: true)
    }
    let (dx, dWeight, dBias) = gradients(.pooled(dy, switches, reluOutput: y))
    let want = gradients(.plain(unpooled))
    #expect(differ(dx, want.0) < 2e-5)
    #expect(differ(dWeight, want.1) < 1e-5)
    #expect(differ(dBias, want.2) < 1e-5)
  }

  @Test func theNumberOfThreadsChangesNoBit() {
    let geometry = ConvolutionGeometry(
      input: [14, 14, 32], kernel: Extent(5), outChannels: 64, stride: Extent(1),
      padding: Padding(2))
    let pool = PoolingGeometry(
      input: [14, 14, 64], window: Extent(2), stride: Extent(2), padding: Padding(0))
    let (x, weight) = (random([19, 14, 14, 32], 1), random([5, 5, 32, 64], 2))
    func all(_ workers: Int) -> [Tensor?] {
      Parallel.$workers.withValue(workers) {
        let pooled = Kernels.convolution(
          x, weight: weight, bias: nil, geometry, Kernels.Followers(relu: true, pooling: pool))
        var results: [Tensor?] = [pooled.output]
        let dense = Kernels.convolution(x, weight: weight, bias: nil, geometry).output
        var uppers: [Kernels.UpperGradient] = [.plain(dense)]
        if let switches = pooled.switches {
          uppers.append(.pooled(pooled.output, switches, reluOutput: pooled.output))
        }
        for upper in uppers {
          let gradients = Kernels.convolutionGradients(
            upper, x: x, weight: weight, geometry, wantsInput: true, wantsParameters: true)
          results += [gradients.input, gradients.weight, gradients.bias]
        }
        return results
      }
    }
    #expect(all(1) == all(2))
    #expect(all(1) == all(7))
  }
}
