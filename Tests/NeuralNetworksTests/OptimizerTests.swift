import NeuralNetworks
import TestFixtures
import Tensors
import Testing

/// A model of one vector.
private struct Vector: Layer {
  var weight: Tensor
  func outputShape(for inputShape: [Int]) -> [Int] { inputShape }
  func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) { (input, Trace()) }
  func backward(_ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds) -> Gradients {
    Gradients(input: gradient)
  }
  mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    try visit("weight", &weight)
  }
}

@Suite struct OptimizerTests {
  private static let all: [(String, any Optimizer)] = [
    ("sgd", SGD(learningRate: 0.01)),
    ("momentum", Momentum(learningRate: 0.01)),
    ("nesterov", Momentum(learningRate: 0.01, isNesterov: true)),
    ("adam", Adam(learningRate: 0.01)),
    ("rmsprop", RMSProp(learningRate: 0.01, momentum: 0.5)),
    ("adagrad", Adagrad(learningRate: 0.01)),
  ]

  private func gradients(_ vector: Vector, _ scale: [Float]) -> NamedTensors {
    var result = NamedTensors()
    result["weight"] = Tensor(
      shape: vector.weight.shape,
      scalars: zip(vector.weight.scalars, scale).map { 2 * $0 * $1 })
    return result
  }

  @Test(arguments: all.indices)
  func tenUpdatesEqualTheRule(index: Int) throws {
    var (name, optimizer) = Self.all[index]
    var vector = Vector(weight: try LayerFixtures.tensor("optimizer_start"))
    let scale = try LayerFixtures.array("optimizer_scale").floats
    for _ in 0..<10 { optimizer.update(&vector, gradients(vector, scale)) }
    try expectClose(vector.weight, "optimizer_\(name)", within: 2e-6)
    #expect(optimizer.step == 10)
  }

  @Test(arguments: all.indices)
  func slotsAndStepCarryAnInterruptedTrainingOn(index: Int) throws {
    var (_, optimizer) = Self.all[index]
    var (_, fresh) = Self.all[index]
    var vector = Vector(weight: try LayerFixtures.tensor("optimizer_start"))
    let scale = try LayerFixtures.array("optimizer_scale").floats
    for _ in 0..<3 { optimizer.update(&vector, gradients(vector, scale)) }
    var resumed = vector
    (fresh.slots, fresh.step) = (optimizer.slots, optimizer.step)
    for _ in 0..<3 {
      optimizer.update(&vector, gradients(vector, scale))
      fresh.update(&resumed, gradients(resumed, scale))
    }
    #expect(vector.weight == resumed.weight)
  }

  @Test func parametersWithoutGradientStay() throws {
    var vector = Vector(weight: Tensor(shape: [3], repeating: 1))
    var optimizer = Adam()
    optimizer.update(&vector, NamedTensors())
    #expect(vector.weight.scalars == [1, 1, 1])
  }
}

@Suite struct ScheduleTests {
  @Test func constantAfterWarmUp() {
    let schedule = Schedule(base: 0.1, warmUpSteps: 4, totalSteps: 10)
    #expect(schedule.learningRate(at: 1) == 0.025)
    #expect(schedule.learningRate(at: 4) == 0.1)
    #expect(schedule.learningRate(at: 10) == 0.1)
  }

  @Test func stepsDown() {
    let schedule = Schedule(base: 1, shape: .step(interval: 3, factor: 0.5), totalSteps: 9)
    #expect((1...7).map(schedule.learningRate(at:)) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25])
  }

  @Test func cosineEndsAtItsFinalShare() {
    let schedule = Schedule(
      base: 2, shape: .cosine(final: 0.1), warmUpSteps: 2, totalSteps: 103)
    #expect(schedule.learningRate(at: 3) == 2)
    #expect(abs(schedule.learningRate(at: 53) - 1.1) < 1e-6)
    #expect(abs(schedule.learningRate(at: 103) - 0.2) < 1e-6)
  }
}

@Suite struct InitializerTests {
  private func weights(_ initializer: Initializer) -> [Float] {
    var generator = SeededGenerator(seed: 1)
    return initializer.weights(shape: [200, 100], fanIn: 200, fanOut: 100, using: &generator)
      .scalars
  }

  private func deviation(_ values: [Float]) -> Double {
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    return
      (values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      / Double(values.count)).squareRoot()
  }

  @Test func truncatedNormalEndsAtTwoDeviations() {
    let values = weights(.truncatedNormal)
    #expect(values.allSatisfy { abs($0) <= 0.2 })
    // A normal cut at two deviations has .8796 of the deviation.
    #expect(abs(deviation(values) - 0.08796) < 0.001)
    #expect(Initializer.truncatedNormal.bias(count: 2).scalars == [0.1, 0.1])
  }

  @Test func xavierIsUniformInItsLimit() {
    let values = weights(.xavier)
    let limit = (6.0 / 300).squareRoot()
    #expect(values.allSatisfy { abs(Double($0)) <= limit + 1e-6 })
    #expect(abs(deviation(values) - limit / 3.0.squareRoot()) < 0.002)
    #expect(Initializer.xavier.bias(count: 1).scalars == [0])
  }

  @Test func heHasTheDeviationOfItsFanIn() {
    #expect(abs(deviation(weights(.he)) - 0.1) < 0.002)
  }

  @Test func `weight decay shrinks weights apart from Adam's means`() {
    var generator = SeededGenerator(seed: 2)
    let start = Sequential(["fc": Dense(in: 5, out: 4, using: &generator)])
    var gradients = NamedTensors()
    gradients["fc.weight"] = Tensor(
      shape: [5, 4], scalars: (0..<20).map { _ in generator.nextNormal() })
    var (plain, decayed) = (start, start)
    var adam = Adam(learningRate: 0.1)
    var adamW = Adam(learningRate: 0.1, weightDecay: 0.5)
    for _ in 0..<3 {
      // Adam from weights that are smaller by 0.1 · 0.5 already.
      plain.visitParameters { name, parameter in
        if name == "fc.weight" {
          parameter = Tensor(shape: parameter.shape, scalars: parameter.scalars.map { $0 * 0.95 })
        }
      }
      adam.update(&plain, gradients)
      adamW.update(&decayed, gradients)
    }
    let pairs = zip(
      plain.parameters["fc.weight"]?.scalars ?? [], decayed.parameters["fc.weight"]?.scalars ?? [])
    #expect(pairs.allSatisfy { abs($0 - $1) < 1e-5 })
    // What has no gradient stays.
    #expect(decayed.parameters["fc.bias"] == start.parameters["fc.bias"])
    #expect(adam.slots == adamW.slots)
  }
}
