import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import Visualization

/// Equality with images made by PyTorch in Float64, step by step.
@Suite(.enabled(if: sharedIsThere, needsShared)) struct MaximizationFixtureTests {
  @Test(arguments: 0..<3)
  func everyStepOfTheRecipeMatches(row: Int) throws {
    let lenet = try LeNetFixture()
    let archive = try FixtureArchive(leNet: "maximization")
    let target = try archive.array("case")[row].integers
    #expect(
      relativeDifference(Tensor.blurTaps(deviation: 0.5), try archive.array("blur_kernel"))
        < fixtureTolerance)
    // The third case is a class.
    let layer = try lenet.deconvnet.layer(target[0] == 3 ? 4 : target[0])
    var maximization = Maximization(
      of: target[1], layer: layer, in: lenet.deconvnet,
      from: try archive.array("init").tensor.reshaped(to: [1, 28, 28, 1]), seeds: [1])
    let images = try archive.array("l\(row + 1)_images")
    var objectives: [Float] = []
    for step in 0..<12 {
      objectives += try maximization.advance()
      #expect(
        relativeDifference(maximization.images.scalars, images[step]) < fixtureTolerance,
        "step \(step + 1)")
    }
    #expect(
      relativeDifference(objectives, try archive.array("l\(row + 1)_objective"))
        < fixtureTolerance)
  }
}

@Suite struct MaximizationTests {
  private let deconvnet = Deconvnet(of: .leNet5(input: [12, 16, 3], classes: 4, seed: 3))

  private func made(
    layer: Int = 2, seeds: [Int], steps: Int = 5,
    change: (inout MaximizationSettings) -> Void = { _ in }
  ) throws -> Maximization {
    var settings = MaximizationSettings()
    change(&settings)
    var maximization = Maximization(
      of: 1, layer: try deconvnet.layer(layer), in: deconvnet, input: [12, 16, 3], seeds: seeds,
      settings)
    for _ in 0..<steps { _ = try maximization.advance() }
    return maximization
  }

  @Test(arguments: 1...4)
  func theObjectiveRises(layer: Int) throws {
    let (before, after) = try (
      made(layer: layer, seeds: [1, 2], steps: 0), made(layer: layer, seeds: [1, 2], steps: 20)
    )
    for (before, after) in zip(before.objectives, after.objectives) { #expect(after > before) }
    #expect(after.images.scalars.allSatisfy { (0...1).contains($0) })
    #expect(after.step == 20)
  }

  @Test func aImageIsAFunctionOfItsSeedAlone() throws {
    func images(_ seeds: [Int]) throws -> [Tensor] {
      let made = try made(seeds: seeds) { $0.jitter = 2 }
      return seeds.indices.map { made.images.images($0..<$0 + 1) }
    }
    let (both, second) = try (images([7, 8]), images([8]))
    #expect(both[1] == second[0])
    #expect(both[0] != both[1])
    #expect(try images([7, 8]) == both)
  }

  @Test func aRegulariserChangesTheImage() throws {
    let plain = try made(seeds: [1]).images
    #expect(try made(seeds: [1]) { $0.decay = 0.2 }.images != plain)
    #expect(try made(seeds: [1]) { $0.variation = 0.1 }.images != plain)
    #expect(try made(seeds: [1]) { $0.blur = 0 }.images != plain)
    #expect(try made(seeds: [1]) { $0.jitter = 1 }.images != plain)
    #expect(
      try made(seeds: [1]) {
        $0.black = [-1, -1, -1]; $0.white = [1, 1, 1]
      }.images != plain)
    // Saying what is so anyway changes nothing.
    #expect(
      try made(seeds: [1]) {
        $0.black = [0, 0, 0]; $0.white = [1, 1, 1]
      }.images == plain)
  }

  @Test func rollingAroundAndBackChangesNothing() {
    let image = Tensor(shape: [1, 2, 3, 1], scalars: [1, 2, 3, 4, 5, 6])
    var rolled = image
    rolled.roll([(1, -1)])
    #expect(rolled.scalars == [5, 6, 4, 2, 3, 1])
    rolled.roll([(-1, 1)])
    #expect(rolled == image)
  }

  @Test func blurringKeepsWhatIsEvenAndSpreadsAPoint() {
    var even = Tensor(shape: [1, 3, 4, 2], repeating: 0.25)
    even.blur([0.25, 0.5, 0.25])
    #expect(even == Tensor(shape: [1, 3, 4, 2], repeating: 0.25))
    var point = Tensor(zeros: [1, 3, 3, 1])
    point[0, 1, 1, 0] = 16
    point.blur([0.25, 0.5, 0.25])
    #expect(point.scalars == [1, 2, 1, 2, 4, 2, 1, 2, 1])
  }
}
