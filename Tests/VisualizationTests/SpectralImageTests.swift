import NeuralNetworks
import Tensors
import Testing

@testable import Visualization

@Suite struct SpectralImageTests {
  private func noise(_ shape: [Int], seed: Int) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return Tensor(
      shape: shape, scalars: (0..<shape.reduce(1, *)).map { _ in generator.nextNormal() })
  }

  @Test func aStrengthIsAWaveOfItsFrequency() {
    let transform = SpectralImage(height: 6, width: 8)
    var strengths = Tensor(zeros: [1, 6, 8, 1])
    strengths[0, 0, 2, 0] = 1
    let image = transform.images(of: strengths)
    // cas(2π · 2 x / 8), over √48, times 1 / f = 8 / 2.
    for x in 0..<8 {
      let angle = 2 * Double.pi * 2 * Double(x) / 8
      let wave = (Double.cosine(angle) + Double.sine(angle)) / 48.0.squareRoot() * 4
      for y in 0..<6 { #expect(abs(Double(image[0, y, x, 0]) - wave) < 1e-5) }
    }
    // The plain one counts as the lowest.
    strengths = Tensor(zeros: [1, 6, 8, 1])
    strengths[0, 0, 0, 0] = 1
    let plain = transform.images(of: strengths).scalars
    #expect(plain.allSatisfy { abs(Double($0) - 8 / 48.0.squareRoot()) < 1e-5 })
  }

  @Test func theGradientIsTheTransformsAdjoint() {
    let transform = SpectralImage(height: 5, width: 7)
    let (a, b) = (noise([2, 5, 7, 3], seed: 1), noise([2, 5, 7, 3], seed: 2))
    func product(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.scalars, b.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let (there, back) = (product(transform.images(of: a), b), product(a, transform.gradient(of: b)))
    #expect(abs(there - back) < 1e-4 * abs(there))
  }

  @Test func aWarpsGradientIsItsAdjoint() {
    var warp = Warp.rotated(by: 17)
    (warp.scale, warp.down, warp.right) = (1.3, 0.6, -1.2)
    let (a, b) = (noise([1, 9, 6, 2], seed: 3), noise([1, 9, 6, 2], seed: 4))
    func product(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.scalars, b.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let (there, back) = (product(warp.applied(to: a), b), product(a, warp.gradient(of: b)))
    #expect(abs(there - back) < 1e-5 * max(1, abs(there)))
  }

  @Test(arguments: [false, true])
  func frequenciesClimbAsFastAsTheyShould(isOneUnit: Bool) throws {
    let deconvnet = Deconvnet(of: Sequential.leNet5(input: [12, 16, 3], classes: 4, seed: 3))
    var settings = MaximizationSettings()
    settings.changesFrequencies = true
    settings.isOneUnit = isOneUnit
    (settings.jitter, settings.turn, settings.zoom) = (1, 5, 0.1)
    for layer in 1...4 {
      var made = Maximization(
        of: 1, layer: try deconvnet.layer(layer), in: deconvnet, input: [12, 16, 3], seeds: [1, 2],
        settings)
      let before = made.objectives
      for _ in 0..<30 { _ = try made.advance() }
      for (before, after) in zip(before, made.objectives) { #expect(after > before, "\(layer)") }
      #expect(made.images.scalars.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test func oneUnitIsTheMapsMiddleOne() throws {
    let model = Sequential.leNet5(input: [12, 16, 3], classes: 4, seed: 3)
    let deconvnet = Deconvnet(of: model)
    var settings = MaximizationSettings()
    settings.isOneUnit = true
    let made = Maximization(
      of: 1, layer: try deconvnet.layer(2), in: deconvnet, input: [12, 16, 3], seeds: [4], settings)
    let convolution = try #require(model["conv2"] as? Conv2D)
    let below = deconvnet.chain.values(at: [3], from: [0: made.images])[0]
    #expect(made.objectives[0] == convolution(below)[0, 3, 4, 1])
  }
}
