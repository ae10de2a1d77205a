import Foundation
import NeuralNetworks
import TestFixtures
import Tensors
import Testing

/// What trainings of today are made of, against PyTorch's numbers.
@Suite struct TrainingFixtureTests {
  /// The numbers that `Fixtures/make_training_fixtures.py` had PyTorch compute.
  private static let archive = Result {
    try FixtureArchive(
      path: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/training.npz").path)
  }

  private func array(_ name: String) throws -> FixtureArray {
    try Self.archive.get().array(name)
  }

  private func expect(
    _ tensor: Tensor?, _ name: String, within tolerance: Double = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let tensor = try #require(tensor, "nothing for \(name)", sourceLocation: sourceLocation)
    let expected = try array(name)
    #expect(tensor.shape == expected.shape, "\(name)", sourceLocation: sourceLocation)
    let difference = relativeDifference(tensor.scalars, expected)
    #expect(
      difference < tolerance, "\(name) differs by \(difference)", sourceLocation: sourceLocation)
  }

  // MARK: Loss

  @Test(arguments: [0, 1, 4, 10])
  func `smoothed labels give PyTorch's loss and gradient`(tenths: Int) throws {
    let logits = try array("smoothing_logits").tensor
    let loss = softmaxCrossEntropy(
      logits, labels: try array("smoothing_labels").integers, smoothing: Float(tenths) / 10)
    let expected = try array("smoothing_\(tenths)_loss").floats[0]
    #expect(abs(loss.mean - expected) < 1e-6 * expected)
    try expect(loss.gradient, "smoothing_\(tenths)_gradient", within: 2e-6)
    // numpy.argmax of these logits hits none of the labels, whatever the smoothing.
    #expect(loss.correctCount == 0 && loss.probabilities.shape == [7, 5])
  }

  // MARK: Schedule

  @Test(arguments: [("long", 30), ("short", 5), ("none", 0)])
  func `one cycle has PyTorch's rates`(name: String, rise: Int) throws {
    let expected = try array("one_cycle_\(name)").floats
    let schedule = Schedule(
      base: 0.2, shape: .oneCycle(), warmUpSteps: rise, totalSteps: expected.count)
    for (step, rate) in expected.enumerated() {
      let own = schedule.learningRate(at: step + 1)
      #expect(abs(own - rate) <= 2e-6 * rate + 1e-9, "step \(step + 1): \(own), not \(rate)")
    }
    // What comes after the last step stays at its rate.
    #expect(
      schedule.learningRate(at: expected.count + 5)
        == schedule.learningRate(at: expected.count))
  }

  @Test func `a cycle of a single step of rise begins at the top`() {
    let schedule = Schedule(base: 1, shape: .oneCycle(), warmUpSteps: 1, totalSteps: 3)
    #expect(schedule.learningRate(at: 1) == 1)
    #expect(Schedule(base: 1, shape: .oneCycle(), totalSteps: 1).learningRate(at: 1) <= 1)
  }

  // MARK: AdamW

  @Test func `decoupled decay gives PyTorch's weights`() throws {
    var model = Sequential(["fc": Dense(weight: try row("adamw_start"), bias: nil)])
    var optimizer = Adam(learningRate: 0.05, epsilon: 1e-12, weightDecay: 0.3)
    let gradients = try array("adamw_gradients").floats
    for step in 0..<4 {
      var named = NamedTensors()
      named["fc.weight"] = Tensor(shape: [1, 6], scalars: gradients[step * 6..<(step + 1) * 6])
      optimizer.update(&model, named)
    }
    try expect(model.parameters["fc.weight"]?.reshaped(to: [6]), "adamw_end", within: 2e-6)
  }

  private func row(_ name: String) throws -> Tensor {
    let scalars = try array(name).floats
    return Tensor(shape: [1, scalars.count], scalars: scalars)
  }

  // MARK: Batch normalisation

  @Test func `batch normalisation trains as PyTorch's`() throws {
    var layer = BatchNorm2D(
      weight: try array("norm_weight").tensor, bias: try array("norm_bias").tensor,
      runningMean: Tensor(zeros: [3]), runningVariance: Tensor(shape: [3], repeating: 1),
      epsilon: 1e-3, momentum: 0.2)
    for step in 0..<3 {
      let input = try array("norm_\(step)_x").tensor
      let (output, trace) = layer.forward(input, phase: .training(seed: 1, step: step))
      // The third channel's mean is twenty deviations from 0.
      try expect(output, "norm_\(step)_y", within: 2e-5)
      let gradients = layer.backward(try array("norm_\(step)_dy").tensor, trace)
      try expect(gradients.input, "norm_\(step)_dx", within: 2e-5)
      try expect(gradients.parameters["weight"], "norm_\(step)_dweight", within: 2e-5)
      try expect(gradients.parameters["bias"], "norm_\(step)_dbias")
      layer.updateStatistics(from: trace)
      try expect(layer.runningMean, "norm_\(step)_mean")
      try expect(layer.runningVariance, "norm_\(step)_variance")
    }
    let input = try array("norm_2_x").tensor
    try expect(layer(input), "norm_inference")
    // What inference has seen is remembered nowhere.
    let before = layer.parameters
    layer.updateStatistics(from: layer.forward(input).trace)
    #expect(layer.parameters["running_mean"] == before["running_mean"])
    #expect(layer.parameters["running_var"] == before["running_var"])
  }

  @Test(arguments: [1, 2, 3])
  func `batch statistics are the same on any number of threads`(workers: Int) {
    var generator = SeededGenerator(seed: 4)
    let input = Tensor(
      shape: [40, 30, 30, 5], scalars: (0..<180_000).map { _ in generator.nextNormal() })
    func output(_ workers: Int) -> (Tensor, Gradients) {
      Parallel.$workers.withValue(workers) {
        let layer = BatchNorm2D(channels: 5)
        let (output, trace) = layer.forward(input, phase: .training(seed: 1, step: 1))
        return (output, layer.backward(input, trace))
      }
    }
    let (one, several) = (output(1), output(workers))
    #expect(one.0 == several.0 && one.1.input == several.1.input)
    #expect(one.1.parameters["weight"] == several.1.parameters["weight"])
  }

  // MARK: VGG

  private func load(_ prefix: String, into model: inout Sequential) throws {
    try model.visitParameters { name, parameter in
      let stored = try array("\(prefix)_\(name)").tensor
      #expect(stored.shape == parameter.shape, "\(name)")
      parameter = stored
    }
  }

  @Test func `VGG learns step by step as in PyTorch`() throws {
    var model = Sequential.vgg(input: [16, 16, 3], classes: 4, width: 3, seed: 1)
    try load("vgg_start", into: &model)
    let (images, labels) = (try array("vgg_x").tensor, try array("vgg_labels").integers)
    var optimizer = Momentum(learningRate: 0.05, isNesterov: true)
    for (step, expected) in try array("vgg_losses").floats.enumerated() {
      let (logits, trace) = model.forward(images, phase: .training(seed: 1, step: step + 1))
      let loss = softmaxCrossEntropy(logits, labels: labels, smoothing: 0.1)
      #expect(abs(loss.mean - expected) < 1e-4 * expected, "step \(step + 1): \(loss.mean)")
      let gradients = model.backward(loss.gradient, trace, for: .parameters).parameters
      if step == 0 { try expect(gradients["conv1.weight"], "vgg_first_gradient", within: 1e-4) }
      optimizer.update(&model, gradients)
      model.updateStatistics(from: trace)
    }
    for (name, parameter) in model.parameters {
      try expect(parameter, "vgg_end_\(name)", within: 1e-3)
    }
    try expect(model(images), "vgg_inference", within: 1e-3)
  }

  @Test func `VGG halves images three times and doubles its filters twice`() throws {
    for (side, channels) in [(32, 3), (28, 1), (8, 3)] {
      let model = Sequential.vgg(input: [side, side, channels], classes: 7, width: 4, seed: 1)
      #expect(try model.outputShape(for: [side, side, channels]) == [7])
      let filters = model.layers.compactMap { ($0.layer as? Conv2D)?.outChannels }
      #expect(filters == [4, 4, 8, 8, 16, 16])
    }
    #expect(
      Sequential.vgg(seed: 1).parameters["conv1.weight"]
        != Sequential.vgg(seed: 2).parameters["conv1.weight"])
  }
}
