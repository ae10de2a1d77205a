import Images
import NeuralNetworks
import Tensors
import TestFixtures
import Testing
import VisualizationSheets

@testable import Visualization

/// Equality with Captum's and PyTorch's gradients in Float64.
@Suite struct SaliencyFixtureTests {
  @Test(
    arguments: FixtureSet.available,
    [
      (SaliencyMethod.gradient, "saliency"), (.guided, "guided"),
      (.integrated, "integrated_gradients"), (.gradcam, "gradcam28"),
      (.guidedGradcam, "guided_gradcam"),
    ])
  func everyImageMatches(set: FixtureSet, found: (method: SaliencyMethod, name: String)) throws {
    let (method, name) = found
    let (lenet, archive) = try (LeNetFixture(set), set.archive("gradients"))
    let expected = try archive.array(name)
    for index in 0..<10 {
      let map = try lenet.deconvnet.saliencyMap(
        method, of: lenet.labels[index], in: lenet.image(index))
      // On image 1's way from black, two activations of a pooling window come within 3e-8, which
      // Float can't tell apart: one of the 50 derivatives may take the other.
      let hasTie = set.description == "cifar10" && method == .integrated && index == 1
      #expect(
        relativeDifference(map.scores.scalars, expected[index])
          < (hasTie ? 2e-3 : fixtureTolerance), "image \(index)")
    }
  }

  @Test(arguments: FixtureSet.available)
  func gradCAMMatchesAtBothSizesAndBehindThePooling(set: FixtureSet) throws {
    let (lenet, archive) = try (LeNetFixture(set), set.archive("gradients"))
    let arrays = try ["gradcam14", "gradcam_alpha", "gradcam_pool7"].map(archive.array)
    let layer = try lenet.deconvnet.layer(2)
    for index in 0..<10 {
      let map = try lenet.deconvnet.gradCAM(
        of: lenet.labels[index], in: lenet.image(index), layer: layer)
      #expect(relativeDifference(map.map.scalars, arrays[0][index]) < fixtureTolerance)
      #expect(relativeDifference(map.weights, arrays[1][index]) < fixtureTolerance)
      let pooled = try lenet.deconvnet.gradCAM(
        of: lenet.labels[index], in: lenet.image(index), layer: layer, pooled: true)
      #expect(relativeDifference(pooled.map.scalars, arrays[2][index]) < fixtureTolerance)
    }
  }

  @Test(arguments: FixtureSet.available)
  func smoothGradMatchesWithTheSameNoise(set: FixtureSet) throws {
    let (lenet, archive) = try (LeNetFixture(set), set.archive("gradients"))
    let expected = try archive.array("smoothgrad")
    let noise = try archive.array("smoothgrad_noise").tensor.reshaped(to: [8, 28, 28, 1])
    for index in 0..<2 {
      let smooth = try lenet.deconvnet.smoothGradient(
        of: lenet.labels[index], in: lenet.image(index), noise: noise)
      #expect(relativeDifference(smooth.scalars, expected[index]) < fixtureTolerance)
    }
  }

  @Test(arguments: FixtureSet.available)
  func singleUnitsMatchUnderBothRules(set: FixtureSet) throws {
    let (lenet, archive) = try (LeNetFixture(set), set.archive("gradients"))
    let row = try archive.array("unit_case").integers
    let trace = lenet.model.forward(lenet.image(row[0])).trace
    for (rule, name) in [(ProjectionRule.gradient, "unit_saliency"), (.guided, "unit_guided")] {
      let projection = try lenet.deconvnet.project(
        .position(filter: row[2], y: row[3], x: row[4]), layer: row[1], from: trace, rule: rule)
      // The fixture starts from 1, a projection from the activation.
      let value = projection.units[0].value
      #expect(
        relativeDifference(
          projection.pixels.scalars.map { $0 / value }, try archive.array(name))
          < fixtureTolerance, "\(rule)")
    }
  }

  @Test(arguments: FixtureSet.available)
  func integratedGradientsAddUpToTheLogitsRise(set: FixtureSet) throws {
    let lenet = try LeNetFixture(set)
    let image = lenet.image(3)
    let scores = try lenet.deconvnet.integratedGradients(
      of: lenet.labels[3], in: image, baseline: Tensor(zeros: image.shape), steps: 300)
    let rise =
      lenet.model(image)[0, lenet.labels[3]]
      - lenet.model(Tensor(zeros: image.shape))[0, lenet.labels[3]]
    let sum = scores.scalars.reduce(0) { $0 + Double($1) }
    #expect(abs(sum - Double(rise)) < 0.02 * abs(Double(rise)))
  }
}

@Suite struct SaliencyTests {
  private let model = Sequential.leNet5(input: [12, 16, 3], classes: 4, seed: 3)

  private var image: Tensor {
    var generator = SeededGenerator(seed: 5)
    return Tensor(
      shape: [1, 12, 16, 3], scalars: (0..<576).map { _ in generator.nextUniform() })
  }

  @Test func aFiniteDifferenceOfTheLogitAgrees() throws {
    // A network without kinks.
    var generator = SeededGenerator(seed: 4)
    let smooth = Sequential([
      "conv": Conv2D(in: 3, out: 6, kernel: Extent(5), initializer: .he, using: &generator),
      "tanh": Tanh(), "pool": AveragePool2D(size: Extent(2)), "flatten": Flatten(),
      "fc": Dense(in: 288, out: 4, initializer: .he, using: &generator),
    ])
    let scores = try Deconvnet(of: smooth).saliency(of: 2, in: image)
    let step: Float = 2e-3
    for (y, x, channel) in [(0, 0, 0), (5, 7, 1), (11, 15, 2), (6, 3, 0)] {
      var (above, below) = (image, image)
      above[0, y, x, channel] += step
      below[0, y, x, channel] -= step
      let slope = (smooth(above)[0, 2] - smooth(below)[0, 2]) / (2 * step)
      #expect(abs(slope - scores[0, y, x, channel]) < 0.01 * abs(slope) + 1e-3)
    }
  }

  @Test func oneSeedGivesOneSmoothGrad() throws {
    let deconvnet = Deconvnet(of: model)
    func scores(seed: Int, deviation: Float = 0.1) throws -> Tensor {
      try deconvnet.smoothGradient(
        of: 1, in: image, deviation: deviation, copies: 5, seed: seed)
    }
    #expect(try scores(seed: 1) == scores(seed: 1))
    #expect(try scores(seed: 1) != scores(seed: 2))
    let still = try scores(seed: 1, deviation: 0).scalars
    let clear = try deconvnet.saliency(of: 1, in: image).scalars
    for (still, clear) in zip(still, clear) { #expect(abs(still - clear) < 1e-5) }
  }

  @Test(arguments: SaliencyMethod.allCases)
  func everyMethodScoresAndDrawsAColorImage(method: SaliencyMethod) throws {
    let map = try Deconvnet(of: model).saliencyMap(method, of: 0, in: image)
    #expect(map.scores.shape == [1, 12, 16, method == .gradcam ? 1 : 3])
    #expect((map.gradCAM != nil) == (method == .gradcam || method == .guidedGradcam))
    #expect(map.heatMap().rows == 12 && map.heatMap().columns == 16)
    #expect(map.isEmpty || (0.1...1).contains(map.concentration))
    let sheet = map.sheet(
      source: Image(width: 16, height: 12, channels: 3, filledWith: .gray), title: "title")
    #expect(sheet.width > 500)
  }

  @Test func withoutAConvolutionThereIsNoGradCAM() throws {
    var generator = SeededGenerator(seed: 1)
    let dense = Deconvnet(
      of: Sequential([
        "flatten": Flatten(),
        "fc": Dense(in: 4, out: 2, initializer: .he, using: &generator),
      ]))
    #expect(throws: DeconvnetError.noSuchLayer(1, layers: [])) {
      try dense.saliencyMap(.gradcam, of: 0, in: Tensor(zeros: [1, 2, 2, 1]))
    }
  }
}
