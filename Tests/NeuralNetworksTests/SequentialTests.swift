import NeuralNetworks
import TestFixtures
import Tensors
import Testing

@Suite struct SequentialTests {
  /// The small LeNet of the fixtures.
  private func leNet() throws -> Sequential {
    func tensor(_ name: String) throws -> Tensor { try LayerFixtures.tensor("lenet_\(name)") }
    return Sequential([
      "conv1": Conv2D(weight: try tensor("w1"), bias: try tensor("b1"), padding: Padding(2)),
      "relu1": ReLU(),
      "pool1": MaxPool2D(2),
      "conv2": Conv2D(weight: try tensor("w2"), bias: try tensor("b2"), padding: Padding(2)),
      "relu2": ReLU(),
      "pool2": MaxPool2D(2),
      "flatten": Flatten(),
      "fc1": Dense(weight: try tensor("w3"), bias: try tensor("b3")),
      "relu3": ReLU(),
      "fc2": Dense(weight: try tensor("w4"), bias: try tensor("b4")),
    ])
  }

  private let names = [
    "conv1.weight": "w1", "conv1.bias": "b1", "conv2.weight": "w2", "conv2.bias": "b2",
    "fc1.weight": "w3", "fc1.bias": "b3", "fc2.weight": "w4", "fc2.bias": "b4",
  ]

  @Test(arguments: [false, true])
  func wholeNetworkEqualsPyTorch(inTraining: Bool) throws {
    let model = try leNet()
    let phase = inTraining ? Phase.training(seed: 1, step: 1) : .inference
    let (logits, trace) = model.forward(try LayerFixtures.tensor("lenet_x"), phase: phase)
    try expectClose(logits, "lenet_logits")
    let loss = softmaxCrossEntropy(logits, labels: try LayerFixtures.integers("lenet_labels"))
    let gradients = model.backward(loss.gradient, trace)
    try expectClose(gradients.input, "lenet_dx")
    #expect(gradients.parameters.names == model.parameters.names)
    for (name, fixture) in names {
      try expectClose(gradients.parameters[name], "lenet_d\(fixture)")
    }
  }

  @Test func layersTogetherGiveTheSameBitsAsOneByOne() throws {
    let model = try leNet()
    let input = try LayerFixtures.tensor("lenet_x")
    let together = model.forward(input, phase: .training(seed: 1, step: 1))
    let oneByOne = model.forward(input)
    #expect(together.output == oneByOne.output)
    #expect(model(input) == oneByOne.output)
    let a = model.backward(together.output, together.trace)
    let b = model.backward(together.output, oneByOne.trace)
    // A gradient behind a pooling is sparse either way, so the same code multiplies it.
    #expect(a.parameters == b.parameters)
    #expect(a.input == b.input)
  }

  @Test(arguments: [1, 2, 3, 8])
  func numberOfThreadsChangesNoBit(workers: Int) throws {
    let model = Sequential.leNet5(input: [12, 12, 1], initializer: .he, seed: 3)
    var generator = SeededGenerator(seed: 5)
    let images = Tensor(
      shape: [37, 12, 12, 1], scalars: (0..<37 * 144).map { _ in generator.nextUniform() })
    func gradients() -> NamedTensors {
      let (logits, trace) = model.forward(images, phase: .training(seed: 1, step: 7))
      let loss = softmaxCrossEntropy(logits, labels: (0..<37).map { $0 % 10 })
      return model.backward(loss.gradient, trace, for: .parameters).parameters
    }
    let alone = Parallel.$workers.withValue(1) { gradients() }
    let many = Parallel.$workers.withValue(workers) { gradients() }
    #expect(alone == many)
  }

  @Test(arguments: [2, 3, 64])
  func numberOfThreadsLeavesOneImageEqual(workers: Int) {
    // 28 M multiplications, 21 rows of output: enough that threads share the image.
    var generator = SeededGenerator(seed: 3)
    let convolution = Conv2D(
      in: 16, out: 40, kernel: Extent(10), stride: Extent(2), padding: Padding(0), initializer: .he,
      using: &generator)
    let pooled = Sequential(["a": convolution, "b": ReLU(), "c": MaxPool2D(size: Extent(2))])
    let image = Tensor(
      shape: [1, 50, 50, 16], scalars: (0..<50 * 50 * 16).map { _ in generator.nextUniform() - 0.5 }
    )
    for network in [Sequential(["a": convolution]), pooled] {
      let alone = Parallel.$workers.withValue(1) { network(image) }
      #expect(Parallel.$workers.withValue(workers) { network(image) } == alone)
    }
  }

  @Test func inputGradientIsLeftOutUnlessWanted() throws {
    let model = try leNet()
    let (logits, trace) = model.forward(
      try LayerFixtures.tensor("lenet_x"), phase: .training(seed: 1, step: 1))
    #expect(model.backward(logits, trace, for: .parameters).input == nil)
    #expect(model.backward(logits, trace, for: .input).parameters.count == 0)
  }

  @Test func dropoutIsAFunctionOfSeedStepAndLayer() {
    let input = Tensor(shape: [4, 1000], repeating: 1)
    let layer = Dropout(rate: 0.25)
    func kept(_ seed: Int, _ step: Int, _ index: Int) -> Tensor {
      layer.forward(input, phase: Phase.training(seed: seed, step: step).child(index)).output
    }
    #expect(kept(1, 1, 0) == kept(1, 1, 0))
    #expect(kept(1, 1, 0) != kept(2, 1, 0))
    #expect(kept(1, 1, 0) != kept(1, 2, 0))
    #expect(kept(1, 1, 0) != kept(1, 1, 1))
    let scalars = kept(1, 1, 0).scalars
    #expect(Set(scalars) == [0, 1 / 0.75])
    let share = Double(scalars.filter { $0 == 0 }.count) / 4000
    #expect(abs(share - 0.25) < 0.03)
    #expect(layer(input) == input)
    let (output, trace) = layer.forward(input, phase: .training(seed: 9, step: 2))
    #expect(layer.backward(input, trace).input == output)
  }

  /// Ends of the parts of 9 images; some are empty.
  @Test(arguments: [[9], [4, 9], [3, 6, 9], [0, 1, 1, 9, 9]], [true, false])
  func `the parts of a batch add up to it`(ends: [Int], isRecurrent: Bool) throws {
    let model: Sequential =
      isRecurrent
      ? .rowReader(cell: .lstm, hidden: 8, input: [8, 8, 1], classes: 10, seed: 1)
      : .leNet5(input: [8, 8, 1], classes: 10, dropout: 0.5, seed: 1)
    var generator = SeededGenerator(seed: 4)
    let scalars = (0..<9 * 64).map { _ in generator.nextNormal() }
    let labels = [3, 1, 4, 1, 5, 9, 2, 6, 5]
    func step(
      _ images: Range<Int>
    ) -> (logits: [Float], loss: CrossEntropy, gradients: NamedTensors) {
      let part = Tensor(
        shape: [images.count, 8, 8, 1],
        scalars: scalars[images.lowerBound * 64..<images.upperBound * 64])
      let (logits, trace) = model.forward(
        part, phase: .training(seed: 2, step: 7, firstImage: images.lowerBound))
      let loss = softmaxCrossEntropy(logits, labels: Array(labels[images]), wholeCount: 9)
      return (
        logits.scalars, loss, model.backward(loss.gradient, trace, for: .parameters).parameters
      )
    }
    let whole = step(0..<9)
    let parts = zip([0] + ends, ends).map { step($0..<$1) }
    #expect(parts.flatMap(\.logits) == whole.logits)
    #expect(parts.flatMap(\.loss.gradient.scalars) == whole.loss.gradient.scalars)
    #expect(abs(parts.map(\.loss.mean).reduce(0, +) - whole.loss.mean) < 1e-6)
    #expect(parts.map(\.loss.correctCount).reduce(0, +) == whole.loss.correctCount)
    for (name, gradient) in whole.gradients {
      var sum = [Float](repeating: 0, count: gradient.count)
      for part in parts {
        let own = try #require(part.gradients[name])
        #expect(own.shape == gradient.shape)
        for (index, scalar) in own.scalars.enumerated() { sum[index] += scalar }
      }
      let difference = zip(sum, gradient.scalars).map { abs($0 - $1) }.max() ?? 0
      #expect(difference < 1e-6, "\(name)")
    }
  }

  @Test func namesNest() {
    var generator = SeededGenerator(seed: 1)
    let block = Sequential([
      "conv": Conv2D(in: 1, out: 2, kernel: Extent(3), initializer: .he, using: &generator)
    ])
    let model = Sequential(["block": block, "relu": ReLU()])
    #expect(model.parameters.names == ["block.conv.weight", "block.conv.bias"])
    let (output, trace) = model.forward(Tensor(shape: [1, 5, 5, 1], repeating: 1))
    #expect(model.backward(output, trace).parameters.names == model.parameters.names)
  }

  @Test(arguments: Activation.allCases, [Float(0), 0.5])
  func gradientsEqualFiniteDifferences(activation: Activation, dropout: Float) throws {
    var model = Sequential.leNet5(
      input: [8, 8, 2], classes: 3, activation: activation, initializer: .xavier,
      dropout: dropout, seed: 11)
    var generator = SeededGenerator(seed: 2)
    let images = Tensor(
      shape: [3, 8, 8, 2], scalars: (0..<3 * 128).map { _ in generator.nextUniform() })
    let phase = Phase.training(seed: 4, step: 9)
    func loss(_ model: Sequential) -> Double {
      Double(
        softmaxCrossEntropy(model.forward(images, phase: phase).output, labels: [0, 1, 2]).mean)
    }
    let (logits, trace) = model.forward(images, phase: phase)
    let gradient = softmaxCrossEntropy(logits, labels: [0, 1, 2]).gradient
    let gradients = model.backward(gradient, trace, for: .parameters).parameters
    let reference = model
    // Smooth ones have no kinks to fear, and less slope.
    let step = activation == .relu ? 5e-4 : 2e-3
    for name in reference.parameters.names {
      let expected = try #require(gradients[name])
      // Along the gradient the loss rises by the gradient's length. Spread over a whole parameter, the
      // step moves no scalar far, so few cross a kink of ReLU or of the pooling.
      let direction = expected.scalars
      let length = direction.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      func shifted(_ by: Double) -> Double {
        model = reference
        model.visitParameters { visited, parameter in
          guard visited == name else { return }
          parameter.withUnsafeMutableBufferPointer {
            for index in $0.indices { $0[index] += Float(by / length) * direction[index] }
          }
        }
        return loss(model)
      }
      let difference = (shifted(step) - shifted(-step)) / (2 * step)
      #expect(
        abs(difference - length) < 0.02 * length + 2e-4, "\(name): \(length) and \(difference)")
    }
  }
}
