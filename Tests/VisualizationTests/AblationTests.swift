import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import Visualization

/// Equality with PyTorch's logits, accuracies and losses.
@Suite(.enabled(if: sharedIsThere, needsShared)) struct AblationFixtureTests {
  @Test(arguments: [1, 2])
  func logitsWithoutEachFilterMatch(layer: Int) throws {
    let lenet = try LeNetFixture()
    let expected = try FixtureArchive(leNet: "ablation").array("l\(layer)_logits")
    let labels = try FixtureArchive(leNet: "images").array("label").integers
    var ablation = Ablation(of: try lenet.deconvnet.layer(layer), in: lenet.deconvnet)
    var found: [Float] = []
    ablation.look(at: lenet.images, labels: labels) { place, logits in
      #expect(place == found.count / 100)
      found += logits.scalars
    }
    #expect(relativeDifference(found, expected) < fixtureTolerance)
    #expect(ablation.whole.count == 10 && ablation.without.count == expected.shape[0])
  }

  @Test(.enabled(if: RealImages.areThere, needsImages), arguments: [1, 2])
  func accuraciesAndLossesOverTheTestImagesMatch(layer: Int) throws {
    let lenet = try LeNetFixture()
    let archive = try FixtureArchive(leNet: "ablation")
    let images = try RealImages.shared.get()
    var ablation = Ablation(of: try lenet.deconvnet.layer(layer), in: lenet.deconvnet)
    for start in stride(from: 0, to: 1000, by: 200) {
      ablation.look(
        at: images.images.images(start..<start + 200),
        labels: Array(images.labels[start..<start + 200]))
    }
    let stats = try FixtureArchive(leNet: "stats")
    #expect(
      relativeDifference([Float(ablation.whole.accuracy)], try stats.array("test_accuracy"))
        < fixtureTolerance)
    #expect(
      relativeDifference([Float(ablation.whole.loss)], try stats.array("test_loss"))
        < fixtureTolerance)
    #expect(
      relativeDifference(
        ablation.without.map { Float($0.accuracy) }, try archive.array("l\(layer)_accuracy"))
        < fixtureTolerance)
    #expect(
      relativeDifference(
        ablation.without.map { Float($0.loss) }, try archive.array("l\(layer)_loss"))
        < fixtureTolerance)
  }
}

@Suite struct AblationTests {
  private var images: Tensor {
    var generator = SeededGenerator(seed: 5)
    return Tensor(
      shape: [6, 12, 16, 3], scalars: (0..<6 * 576).map { _ in generator.nextUniform() })
  }

  /// Strides, paddings, overlapping pools, a tanh and two dense layers.
  private func network() -> Deconvnet {
    var generator = SeededGenerator(seed: 3)
    return Deconvnet(
      of: Sequential([
        "conv1": Conv2D(
          in: 3, out: 5, kernel: Extent(3), initializer: .he, using: &generator),
        "relu1": ReLU(), "pool1": MaxPool2D(size: Extent(3), stride: Extent(2)),
        "conv2": Conv2D(
          in: 5, out: 7, kernel: Extent(3), stride: Extent(2), initializer: .he,
          using: &generator), "tanh": Tanh(), "pool2": AveragePool2D(size: Extent(2)),
        "flatten": Flatten(),
        "fc1": Dense(in: 14, out: 9, initializer: .he, using: &generator), "relu3": ReLU(),
        "drop": Dropout(rate: 0.5),
        "fc2": Dense(in: 9, out: 4, initializer: .he, using: &generator),
      ]))
  }

  @Test(arguments: 1...4)
  func theShortcutGivesWhatSwitchingOffGives(layer: Int) throws {
    let network = network()
    let layer = try network.layer(layer)
    let labels = [0, 1, 2, 3, 0, 1]
    func logits(_ usesShortcut: Bool) -> ([Float], Ablation) {
      var ablation = Ablation(
        of: layer, filters: nil, in: network, usesShortcut: usesShortcut)
      var found: [Float] = []
      ablation.look(at: images, labels: labels) { found += $1.scalars }
      return (found, ablation)
    }
    let (short, long) = (logits(true), logits(false))
    #expect(short.0.count == layer.filters * 24)
    for (short, long) in zip(short.0, long.0) { #expect(abs(short - long) < 1e-5) }
    #expect(short.1.whole.correct == long.1.whole.correct)
    #expect(short.1.without.map(\.correct) == long.1.without.map(\.correct))
  }

  @Test func batchesAddUp() throws {
    let network = network()
    let layer = try network.layer(2)
    var (one, two) = (
      Ablation(of: layer, filters: [4, 1], in: network),
      Ablation(of: layer, filters: [4, 1], in: network)
    )
    let labels = [0, 1, 2, 3, 0, 1]
    one.look(at: images, labels: labels)
    two.look(at: images.images(0..<4), labels: Array(labels[..<4]))
    two.look(at: images.images(4..<6), labels: Array(labels[4...]))
    #expect(one.filters == [4, 1] && one.without.count == 2)
    #expect(one.whole.correct == two.whole.correct && two.whole.count == 6)
    for (one, two) in zip(one.without, two.without) { #expect(abs(one.loss - two.loss) < 1e-6) }
  }

  @Test func aDeadFilterIsWorthNothing() throws {
    var model = Sequential.leNet5(input: [12, 16, 3], classes: 4, seed: 3)
    model.visitParameters { name, parameter in
      if name == "conv2.bias" { parameter[2] = -1000 }
    }
    let network = Deconvnet(of: model)
    var ablation = Ablation(of: try network.layer(2), in: network)
    ablation.look(at: images, labels: [0, 1, 2, 3, 0, 1])
    #expect(ablation.without[2] == ablation.whole)
    #expect(ablation.without.contains { $0 != ablation.whole })
  }
}
