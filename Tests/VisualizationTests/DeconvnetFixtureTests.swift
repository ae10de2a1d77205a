import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import Visualization

/// Equality with projections made by PyTorch in Float64.
@Suite struct DeconvnetFixtureTests {
  @Test(arguments: FixtureSet.available)
  func allProjectionsOfTheFixtureMatch(set: FixtureSet) throws {
    let lenet = try LeNetFixture(set)
    let archive = try set.archive("deconv")
    let (cases, values, pixels) = try (
      archive.array("case"), archive.array("value"), archive.array("pixels")
    )
    #expect(cases.shape[0] == set.projectionCount)
    var traces: [Int: Trace] = [:]
    var worst = 0.0
    for index in 0..<cases.shape[0] {
      let row = cases[index].integers
      let (image, layer, filter, mode) = (row[0], row[1], row[2], row[3])
      let trace = traces[image] ?? lenet.model.forward(lenet.image(image)).trace
      traces[image] = trace
      let selections: [FeatureSelection] = [
        .strongest(filter: filter), .map(filter: filter), .pooledMap(filter: filter),
      ]
      let projection = try lenet.deconvnet.project(selections[mode], layer: layer, from: trace)
      let difference = relativeDifference(projection.pixels.scalars, pixels[index])
      #expect(difference < fixtureTolerance, "case \(row)")
      worst = max(worst, difference)
      if mode == 0 {
        let unit = try #require(projection.units.first)
        #expect([unit.y, unit.x] == [row[4], row[5]])
        let value = values.numbers[index]
        #expect(abs(Double(unit.value) - value) < fixtureTolerance * value)
        let there = try lenet.deconvnet.project(
          .position(filter: filter, y: row[4], x: row[5]), layer: layer, from: trace)
        #expect(there.pixels == projection.pixels)
      }
    }
    #expect(worst > 0)
  }

  @Test(arguments: FixtureSet.available)
  func aBatchProjectsAsItsImagesDo(set: FixtureSet) throws {
    let lenet = try LeNetFixture(set)
    let whole = try lenet.deconvnet.project(
      .strongest(filter: 7), layer: 2, from: lenet.model.forward(lenet.images).trace)
    for index in 0..<10 {
      let one = try lenet.deconvnet.project(
        .strongest(filter: 7), layer: 2, from: lenet.model.forward(lenet.image(index)).trace)
      #expect(whole.units[index] == one.units[0])
      let pixels = Array(whole.pixels.scalars[index * 784..<(index + 1) * 784])
      #expect(pixels == one.pixels.scalars)
    }
  }

  @Test(arguments: FixtureSet.available)
  func eachStepOfTheWayDownMatchesTheTrace(set: FixtureSet) throws {
    let lenet = try LeNetFixture(set)
    let archive = try set.archive("deconv")
    let row = try archive.array("trace_case").integers
    let trace = lenet.model.forward(lenet.image(row[0])).trace
    let maps = try #require(trace.children[4].output)
    var signal = Tensor(zeros: maps.shape)
    signal[0, row[3], row[4], row[2]] = maps[0, row[3], row[4], row[2]]
    let value = try archive.array("trace_value").numbers[0]
    #expect(abs(Double(maps[0, row[3], row[4], row[2]]) - value) < fixtureTolerance * value)

    var steps: [String: Tensor] = [:]
    _ = try lenet.deconvnet.descend(signal, from: 4, trace.children, rule: .deconvnet) {
      steps[$0] = $1
    }
    for (name, array) in [
      ("conv2", "trace_filtered2"), ("pool1", "trace_unpooled1"), ("relu1", "trace_rectified1"),
      ("conv1", "trace_pixels"),
    ] {
      let step = try #require(steps[name]).permuted(0, 3, 1, 2)
      let difference = relativeDifference(step.scalars, try archive.array(array))
      #expect(difference < fixtureTolerance, "\(array)")
    }
  }

  @Test(arguments: FixtureSet.available)
  func withoutTheReLUTheTraceIsAnother(set: FixtureSet) throws {
    let lenet = try LeNetFixture(set)
    let archive = try set.archive("deconv")
    let row = try archive.array("trace_case").integers
    let trace = lenet.model.forward(lenet.image(row[0])).trace
    let projection = try lenet.deconvnet.project(
      .position(filter: row[2], y: row[3], x: row[4]), layer: row[1], from: trace)
    let forgotten = try archive.array("trace_pixels_without_relu")
    #expect(relativeDifference(projection.pixels.scalars, forgotten) > 0.1)
    // And it is the ReLU: the same way down without it gives the fixture's wrong image.
    let filters = lenet.deconvnet.layers[1].filters
    var signal = Tensor(zeros: [1, 14, 14, filters])
    signal[0, row[3], row[4], row[2]] = projection.units[0].value
    for stage in [3, 2, 0] {
      let layer = try #require(lenet.model.layers[stage].layer as? any Projectable)
      signal = layer.project(signal, through: trace.children[stage], rule: .deconvnet)
    }
    #expect(relativeDifference(signal.scalars, forgotten) < fixtureTolerance)
  }

  @Test(arguments: FixtureSet.available)
  func projectionsOfClassesAndDenseUnitsMatch(set: FixtureSet) throws {
    let lenet = try LeNetFixture(set)
    let archive = try set.archive("deconv_fc")
    for (cases, pixels, layer) in [
      ("logit_case", "logit_pixels", 4), ("f1_case", "f1_pixels", 3),
    ] {
      let (cases, pixels) = try (archive.array(cases), archive.array(pixels))
      for index in 0..<cases.shape[0] {
        let row = cases[index].integers
        let trace = lenet.model.forward(lenet.image(row[0])).trace
        let projection = try lenet.deconvnet.project(
          layer == 4 ? .class(row[1]) : .strongest(filter: row[1]), layer: layer, from: trace)
        let difference = relativeDifference(projection.pixels.scalars, pixels[index])
        #expect(difference < fixtureTolerance, "layer \(layer), case \(row)")
      }
    }
  }

  @Test(arguments: FixtureSet.available)
  func saliencyAndGuidedBackpropagationMatch(set: FixtureSet) throws {
    let lenet = try LeNetFixture(set)
    let archive = try set.archive("gradients")
    for (rule, array) in [(ProjectionRule.gradient, "saliency"), (.guided, "guided")] {
      let expected = try archive.array(array)
      for (index, label) in lenet.labels.enumerated() {
        let projection = try lenet.deconvnet.project(
          .class(label), layer: 4, from: lenet.model.forward(lenet.image(index)).trace, rule: rule)
        let difference = relativeDifference(projection.pixels.scalars, expected[index])
        #expect(difference < fixtureTolerance, "\(array) of image \(index)")
      }
    }
  }
}
