import Datasets
import ModelFiles
import NeuralNetworks
import Tensors
import TestFixtures
import Testing
import VisualizationSheets

@testable import Visualization

@Suite struct FeatureEvolutionTests {
  /// The fixtures' network without its dense layers, with the parameters of one moment.
  private func convolutions(_ name: String, prefix: String) throws -> Sequential {
    let file = try SafetensorsFile(path: SharedFolder.path("fixtures/lenet/\(name)"))
    func layer(_ name: String) throws -> Conv2D {
      // OIHW to HWIO.
      Conv2D(
        weight: try file.tensor(named: "\(prefix)\(name).weight").permuted(2, 3, 1, 0),
        bias: try file.tensor(named: "\(prefix)\(name).bias"), padding: Padding(2))
    }
    return Sequential([
      "conv1": try layer("conv1"), "relu1": ReLU(), "pool1": MaxPool2D(2),
      "conv2": try layer("conv2"), "relu2": ReLU(), "pool2": MaxPool2D(2),
    ])
  }

  @Test(.enabled(if: LeNetTestImages.areThere, needsShared))
  func theEvolutionOfTheFixtureMatches() throws {
    let archive = try FixtureArchive(leNet: "evolution")
    let images = try LeNetTestImages.load(trainingPerClass: 50).training
    // The fixture numbers all training images, a thousand of each class.
    let numbers = (0..<500).map { $0 / 50 * 1_000 + $0 % 50 }
    #expect(try archive.array("train_index").integers == numbers)
    let steps = try archive.array("steps").integers
    for number in [1, 2] {
      let name = "l\(number)_"
      let (indices, places, values, projections) = try (
        archive.array(name + "index"), archive.array(name + "yx"), archive.array(name + "value"),
        archive.array(name + "projection")
      )
      var evolution = FeatureEvolution(filters: Array(0..<(number == 1 ? 32 : 64)))
      for step in steps {
        let deconvnet = Deconvnet(
          of: try convolutions("evolution_weights.safetensors", prefix: "step\(step)."))
        var strongest = StrongestImages(of: try deconvnet.layer(number), count: 1)
        for batch in images.batches(of: 100) {
          strongest.look(
            at: deconvnet.activations(of: batch.images, layer: strongest.layer),
            of: batch.indices)
        }
        try evolution.add(step: step, strongest, of: deconvnet) { images.tensor(at: $0) }
      }
      #expect(evolution.moments.map(\.step) == steps)
      var same = 0
      for (index, moment) in evolution.moments.enumerated() {
        #expect(
          relativeDifference(moment.strongest.map { $0?.unit.value ?? 0 }, values[index])
            < fixtureTolerance)
        for filter in evolution.filters {
          let expected = indices[index].integers[filter]
          guard let entry = moment.strongest[filter], let projection = moment.projections[filter]
          else {
            #expect(expected == -1)
            continue
          }
          // Saturated white gives the first layer exact ties, which rounding may break.
          guard numbers[entry.image] == expected,
            [entry.unit.y, entry.unit.x] == places[index][filter].integers
          else { continue }
          same += 1
          #expect(
            relativeDifference(projection.patch.scalars, projections[index][filter])
              < fixtureTolerance)
        }
      }
      #expect(same > steps.count * evolution.filters.count * 8 / 10)
      // Features of the second layer jump in this training.
      let jumps = evolution.filters.indices.map { evolution.jumps(filter: $0).count }
      #expect(jumps.contains { $0 > 0 })
    }
  }

  @Test func anotherImageIsAJump() throws {
    let model = Sequential([
      "conv": Conv2D(
        weight: Tensor(shape: [1, 1, 1, 2], scalars: [1, -1]), bias: nil, padding: Padding(0)),
      "relu": ReLU(),
    ])
    let deconvnet = Deconvnet(of: model)
    let layer = try deconvnet.layer(1)
    var evolution = FeatureEvolution(filters: [0, 1])
    let moments: [[Float]] = [[1, 2, 3], [1, 2, 4], [5, 2, 4], [-1, -2, 0], [1, 0, 0]]
    for (step, scalars) in moments.enumerated() {
      let images = Tensor(shape: [3, 1, 1, 1], scalars: scalars)
      var strongest = StrongestImages(of: layer, count: 1)
      strongest.look(at: deconvnet.activations(of: images, layer: layer), of: [0, 1, 2])
      try evolution.add(step: step * 10, strongest, of: deconvnet) { numbers in
        Tensor(shape: [numbers.count, 1, 1, 1], scalars: numbers.map { scalars[$0] })
      }
    }
    #expect(evolution.moments.map { $0.strongest[0]?.image } == [2, 2, 0, nil, 0])
    #expect(evolution.moments.map { $0.strongest[1]?.image } == [nil, nil, nil, 1, nil])
    #expect(evolution.jumps(filter: 0) == [2])
    #expect(evolution.jumps(filter: 1) == [])
    #expect(evolution.moments[2].projections[0]?.pixels.scalars == [5])

    let sheet = evolution.sheet(title: "t")
    #expect(sheet.columnCaptions == ["step 0", "step 10", "step 20", "step 30", "step 40"])
    #expect(sheet.rows.map(\.caption) == ["0", "1"])
    #expect(sheet.rows[0].tiles.map(\.isMarked) == [false, false, true, false, false])
    #expect(sheet.rows[0].tiles[3].drawing == nil && sheet.rows[0].tiles[3].caption == "dead")
    #expect(
      evolution.sheet(ofMoment: 3, title: "t").rows[0].tiles.map(\.caption) == ["0: dead", "1"])
  }
}
