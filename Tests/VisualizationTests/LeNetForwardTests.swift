import NeuralNetworks
import Tensors
import TestFixtures
import Testing

/// Equality of every map between pixels and logits with PyTorch's in Float64.
@Suite struct LeNetForwardTests {
  @Test(arguments: FixtureSet.available)
  func everyMapOfTheForwardPassMatches(set: FixtureSet) throws {
    let lenet = try LeNetFixture(set)
    let archive = try set.archive("forward")
    let names = [
      ("conv1", "z1"), ("relu1", "a1"), ("pool1", "p1"), ("conv2", "z2"), ("relu2", "a2"),
      ("pool2", "p2"), ("fc1", "h1"), ("relu3", "f1"), ("fc2", "logits"),
    ]
    for image in 0..<2 {
      let trace = lenet.model.forward(lenet.image(image)).trace
      for (layer, array) in names {
        let index = try #require(lenet.model.layers.firstIndex { $0.name == layer })
        let output = try #require(trace.children[index].output)
        let ordered = output.rank == 4 ? output.permuted(0, 3, 1, 2) : output
        let difference = relativeDifference(ordered.scalars, try archive.array(array)[image])
        #expect(difference < 1e-5, "\(array) of image \(image)")
      }
    }
  }

  @Test(arguments: FixtureSet.available)
  func everySwitchMatches(set: FixtureSet) throws {
    let lenet = try LeNetFixture(set)
    let archive = try set.archive("forward")
    for image in 0..<2 {
      let trace = lenet.model.forward(lenet.image(image)).trace
      for (layer, array) in [(2, "s1"), (5, "s2")] {
        let switches = try #require(trace.children[layer].switches)
        let shape = try #require(trace.children[layer].output).shape
        let positions = Tensor(shape: shape, scalars: switches.planePositions.map(Float.init))
        #expect(
          positions.permuted(0, 3, 1, 2).scalars == (try archive.array(array)[image].floats))
      }
    }
  }

  @Test(arguments: FixtureSet.available)
  func probabilitiesMatch(set: FixtureSet) throws {
    let lenet = try LeNetFixture(set)
    let images = try set.archive("images")
    let logits = lenet.model(lenet.images)
    #expect(relativeDifference(logits.scalars, try images.array("logits")) < 1e-5)
    let result = softmaxCrossEntropy(logits, labels: lenet.labels)
    #expect(
      relativeDifference(result.probabilities.scalars, try images.array("prob")) < 1e-5)
  }
}
