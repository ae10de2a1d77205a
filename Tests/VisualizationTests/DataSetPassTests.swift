import Datasets
import Images
import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import Visualization

/// Passes over the fixtures' thousand test images, against numbers made by PyTorch in Float64.
@Suite(.enabled(if: LeNetTestImages.areThere, needsShared)) struct DataSetPassTests {
  @Test func statisticsOfTheTestImagesMatch() throws {
    let lenet = try LeNetFixture()
    let images = try LeNetTestImages.load().test
    let archive = try FixtureArchive(leNet: "stats")
    for layer in lenet.deconvnet.layers.prefix(2) {
      var statistics = ActivationStatistics(of: layer)
      for batch in images.batches(of: 90) {
        statistics.look(at: lenet.deconvnet.activations(of: batch.images, layer: layer))
      }
      #expect(statistics.seen == 1_000)
      let filters = statistics.filters
      let name = "l\(layer.number)_"
      for (array, numbers) in [
        ("mean", filters.map { Float($0.mean) }), ("var", filters.map { Float($0.variance) }),
        ("std", filters.map { Float($0.standardDeviation) }), ("min", filters.map(\.minimum)),
        ("max", filters.map(\.maximum)),
        ("frac_active", filters.map { Float($0.activeShare) }),
        ("frac_images_active", filters.map { Float($0.activeImageShare) }),
        ("mean_of_image_max", filters.map { Float($0.meanOfImageMaxima) }),
      ] {
        let expected = try archive.array(name + array)
        #expect(
          relativeDifference(numbers, expected) < (array == "min" ? 1e-30 : fixtureTolerance),
          "\(name)\(array)")
      }
      #expect(filters.map { $0.isDead ? 1 : 0 } == (try archive.array(name + "dead").integers))
    }
  }

  @Test func theNineStrongestOfEachFilterMatch() throws {
    let lenet = try LeNetFixture()
    let images = try LeNetTestImages.load().test
    let archive = try FixtureArchive(leNet: "top9")
    for layer in lenet.deconvnet.layers.prefix(2) {
      var strongest = StrongestImages(of: layer)
      // An order and a size that don't matter.
      for start in stride(from: 0, to: 1_000, by: 70).reversed() {
        let indices = Array(start..<min(start + 70, 1_000))
        strongest.look(
          at: lenet.deconvnet.activations(of: images.tensor(at: indices), layer: layer),
          of: indices)
      }
      #expect(strongest.seen == 1_000)
      try compare(strongest, layer, with: archive, images, lenet)
    }
  }

  private func compare(
    _ strongest: StrongestImages, _ layer: NumberedLayer, with archive: FixtureArchive,
    _ images: LabeledImages, _ lenet: LeNetFixture
  ) throws {
    let name = "l\(layer.number)_"
    func array(_ suffix: String) throws -> FixtureArray { try archive.array(name + suffix) }
    let (indices, values) = (try array("index"), try array("value"))
    let (y, x) = (try array("y"), try array("x"))
    let (boxes, patches, projections) = (
      try array("box"), try array("patch"), try array("projection")
    )
    #expect(
      relativeDifference(
        (0..<layer.filters).flatMap { strongest.entries(of: $0).map(\.unit.value) }, values)
        < fixtureTolerance)
    var same = 0
    for filter in 0..<layer.filters {
      let entries = strongest.entries(of: filter)
      let expected = values[filter].numbers
      for (rank, entry) in entries.enumerated() {
        // Where another one is as strong but for rounding, either may come first.
        let isClear = expected.enumerated().allSatisfy {
          $0.offset == rank || abs($0.element - expected[rank]) > 1e-5 * expected[rank]
        }
        guard entry.image == indices[filter].integers[rank] else {
          #expect(!isClear, "\(layer), filter \(filter), rank \(rank)")
          continue
        }
        let place = [y[filter].integers[rank], x[filter].integers[rank]]
        guard [entry.unit.y, entry.unit.x] == place else {
          #expect(layer.number == 1, "\(layer), filter \(filter), rank \(rank)")
          continue
        }
        same += 1
        let image = images.tensor(at: [entry.image])
        let projection = try lenet.deconvnet.project(
          [FeatureUnit(image: 0, filter: filter, activation: entry.unit)],
          layer: layer.number, of: image)[0]
        let field = try #require(projection.field)
        #expect(
          [
            field.rows.lowerBound, field.rows.upperBound - 1, field.columns.lowerBound,
            field.columns.upperBound - 1,
          ] == boxes[filter][rank].integers)
        #expect(
          relativeDifference(projection.patch.scalars, projections[filter][rank])
            < fixtureTolerance)
        let source = images.image(at: entry.image)
        let patch = source.cropped(
          x: field.columns.lowerBound, y: field.rows.lowerBound, width: field.columns.count,
          height: field.rows.count)
        #expect(patch.pixels.map(Int.init) == patches[filter][rank].integers)
      }
    }
    #expect(same > layer.filters * 9 * 8 / 10)
  }
}
