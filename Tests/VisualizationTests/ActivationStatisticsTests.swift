import Tensors
import TestFixtures
import Testing

@testable import Visualization

@Suite struct ActivationStatisticsTests {
  private let layer = NumberedLayer(
    number: 1, name: "conv", kind: .convolution, filters: 2, receptiveField: .pixel,
    isRectified: true, isLast: false, filterStage: 0, stage: 1, poolingStage: nil)

  @Test func aFewNumbersAreCountedByHand() {
    var statistics = ActivationStatistics(of: layer)
    // Filter 0: 1 2 3 0 | 0 0 0 0 | 4 0 0 0; filter 1: nothing but zeros.
    statistics.look(
      at: Tensor(
        shape: [2, 2, 2, 2], scalars: [1, 0, 2, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
    statistics.look(at: Tensor(shape: [1, 2, 2, 2], scalars: [4, 0, 0, 0, 0, 0, 0, 0]))
    #expect(statistics.seen == 3)
    let (first, second) = (statistics.filters[0], statistics.filters[1])
    #expect(first.mean == 10.0 / 12)
    #expect(abs(first.variance - (30.0 / 12 - 100.0 / 144)) < 1e-12)
    #expect(first.standardDeviation == first.variance.squareRoot())
    #expect(first.minimum == 0 && first.maximum == 4)
    #expect(first.activeShare == 4.0 / 12)
    #expect(first.activeImageShare == 2.0 / 3)
    #expect(first.meanOfImageMaxima == 7.0 / 3)
    #expect(!first.isDead && !first.isRare() && first.isRare(below: 0.7))
    #expect(second.isDead && !second.isRare(below: 1))
    #expect(second.mean == 0 && second.variance == 0)
  }

  @Test func batchesAndThreadsDontChangeTheBits() {
    var generator = SeededGenerator(seed: 4)
    let scalars = (0..<30 * 18).map { _ in generator.nextNormal() }
    func filters(batch: Int, workers: Int) -> [ActivationStatistics.Filter] {
      Parallel.$workers.withValue(workers) {
        var statistics = ActivationStatistics(of: layer)
        for start in stride(from: 0, to: 30, by: batch) {
          statistics.look(
            at: Tensor(
              shape: [batch, 3, 3, 2], scalars: scalars[start * 18..<(start + batch) * 18]))
        }
        return statistics.filters
      }
    }
    let expected = filters(batch: 30, workers: 1)
    #expect(filters(batch: 30, workers: 3) == expected)
    #expect(filters(batch: 5, workers: 2) == expected)
    #expect(filters(batch: 1, workers: 1) == expected)
  }

  @Test func ofNoImagesThereAreZeros() {
    let filters = ActivationStatistics(of: layer).filters
    #expect(filters.count == 2)
    #expect(filters[0].maximum == 0 && filters[0].mean == 0)
  }

  @Test(.enabled(if: sharedIsThere, needsShared)) func oneImageMatchesTheFixture() throws {
    let lenet = try LeNetFixture()
    let archive = try FixtureArchive(leNet: "stats_image0")
    for layer in lenet.deconvnet.layers.prefix(2) {
      var statistics = ActivationStatistics(of: layer)
      statistics.look(at: lenet.deconvnet.activations(of: lenet.image(0), layer: layer))
      let filters = statistics.filters
      for (array, numbers) in [
        ("mean", filters.map { Float($0.mean) }), ("var", filters.map { Float($0.variance) }),
        ("std", filters.map { Float($0.standardDeviation) }), ("min", filters.map(\.minimum)),
        ("max", filters.map(\.maximum)),
      ] {
        let expected = try archive.array("l\(layer.number)_\(array)")
        #expect(
          relativeDifference(numbers, expected) < (array == "min" ? 1e-4 : fixtureTolerance),
          "l\(layer.number)_\(array)")
      }
    }
  }
}
