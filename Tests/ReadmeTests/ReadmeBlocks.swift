// The Swift blocks of README.md, compiled. `ReadmeTests` compares the text.

import Datasets
import EventFiles
import Foundation
import Images
import Metrics
import ModelFiles
import NeuralNetworks
import TensorBoard
import TensorBoardCharts
import TensorBoardMetrics
import Tensors
import Visualization
import VisualizationSheets

func readmeLogging(
  trainOneStep: () -> Float, weights: [Float], image: Image
) throws {
  let writer = try SummaryWriter(directory: "logdir/mine")
  for step in 1...1_000 {
    try writer.add(.scalar("loss", trainOneStep()), step: step)
    if step.isMultiple(of: 100) {
      try writer.add(.histogram("W1_SUMMARY", weights), .image("input", image), step: step)
    }
  }
  try writer.close()
}

func readmeTraining() {
  let data = Dataset.shapes()
  var model = Sequential.leNet5(input: data.imageShape, classes: 10, seed: 1)
  var optimizer = Adam(learningRate: 1e-3)
  for batch in data.training.batches(of: 50, epochs: 10, seed: 1) {
    let (logits, trace) = model.forward(batch.images, phase: .training(seed: 1, step: batch.step))
    let loss = softmaxCrossEntropy(logits, labels: batch.labels)
    optimizer.update(&model, model.backward(loss.gradient, trace, for: .parameters).parameters)
  }
}

func readmeProjection(image: Tensor) throws {
  let model = try Checkpoint(path: "logdir/lenet-1").makeModel()
  let (_, trace) = model.forward(image)
  let projection = try Deconvnet(of: model).project(.strongest(filter: 7), layer: 2, from: trace)
  try projection.image().image.write(to: "layer2-filter7.png")
}

func articleProjection(model: Sequential, trace: Trace) throws -> Projection {
  let saliency = try Deconvnet(of: model).project(
    .class(3), layer: 4, from: trace, rule: .gradient)
  return saliency
}

func articleTests() throws -> [ScalarPoint] {
  let log = InMemoryLog()
  let writer = try SummaryWriter(log)
  try writer.add(.scalar("loss", 0.5), step: 1)
  let losses = try log.scalars(tag: "loss")
  return losses
}

func articleScope(trainOneStep: () -> Float) throws {
  try withSummaryWriter(directory: "logdir/mine") { writer in
    for step in 1...1_000 { try writer.add(.scalar("loss", trainOneStep()), step: step) }
  }
}

func articleHyperparameters(
  writer: SummaryWriter, rate: Float, name: String, isAugmented: Bool
) throws {
  try writer.add(
    .hyperparameters(["rate": rate, "optimizer": name, "augment": isAugmented]), step: 0)
}

func articleImages(
  writer: SummaryWriter, batch: [Float], planes: [Double], points: [LineChart.Point], step: Int
) throws {
  try writer.add(.image("input", batch[..<784], width: 28, height: 28), step: step)
  try writer.add(
    .image("rgb", planes, width: 32, height: 32, layout: .channelsFirst, range: -1...1), step: step)
  let recall = LineChart(xName: "threshold", series: [.init("recall", points)])
  try writer.add(.image("recall", recall), step: step)
  let counts = BarChart(title: "errors by class", bars: [.init("cat", 12), .init("dog", 7)])
  try writer.add(.image("errors", counts), step: step)
}

func articlePrefixes(
  writer: SummaryWriter, loss: Float, accuracy: Double, weights: [Float], step: Int32
) throws {
  let train = writer.scoped("train", step: step)
  try train.add(.scalar("loss", loss), .scalar("accuracy", accuracy))
  try train.add(.histogram("weights", weights), every: .seconds(10))
}

/// Stands in for a trainer that calls back.
struct CallingTrainer {
  enum Progress {
    case training(iteration: Int, loss: Float, tokensPerSecond: Double)
    case validation(iteration: Int, loss: Float)
  }

  func train(_ report: (Progress) -> Void) throws {}
}

func articleCallback(trainer: CallingTrainer, loss: Float, iteration: Int) throws {
  let writer = try SummaryWriter(directory: "logdir/lora")
  try trainer.train { progress in
    switch progress {
    case .training(let iteration, let loss, let tokensPerSecond):
      try? writer.scoped("train", step: iteration).add(
        .scalar("loss", loss), .scalar("tokens_per_second", tokensPerSecond))
    case .validation(let iteration, let loss):
      try? writer.add(.scalar("validation/loss", loss), step: iteration)
    }
  }
  try writer.close()
  try writer.add(.scalar("loss", loss), step: iteration, every: .seconds(1))
}

func articleServer() throws {
  let clock = StepClock()
  let writer = try SummaryWriter(directory: "logdir/server", rotation: .every(.seconds(86_400)))
  let metrics = TensorBoardMetricsFactory(writer: writer, clock: clock)
  MetricsSystem.bootstrap(metrics)
}

/// Stands in for swift-service-lifecycle's.
protocol Service: Sendable {
  func run() async throws
}

struct TensorBoardService: Service {
  let writer: SummaryWriter
  let metrics: TensorBoardMetricsFactory
  let clock: StepClock

  func run() async throws {
    while (try? await Task.sleep(for: .seconds(10))) != nil { clock.advance() }
    metrics.write()
    try await writer.close()
  }
}

func articleRuns() throws {
  let runs = try Run.all(under: "logdir")
  for run in runs {
    let best = try run.scalars(tag: "accuracy/test").max { $0.value < $1.value }
    print(run.name, best?.value ?? .nan, best?.step ?? 0)
  }
}

func articleReader(path: String) throws {
  var reader = try EventFileReader(path: path)
  while let event = try reader.next() {
    if case .summary(let summary) = event.content { print(event.step, summary.values.map(\.tag)) }
  }
}

func articleSettings(of run: Run) throws {
  let contents = try run.contents()
  for (name, value) in contents.sessionStart?.hyperparameters ?? [:] { print(name, value) }
}

struct SiLU: Layer {
  func outputShape(for inputShape: [Int]) -> [Int] { inputShape }

  func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let scalars = input.scalars.map { x in x / (1 + exp(-x)) }
    let output = Tensor(shape: input.shape, scalars: scalars)
    return (output, Trace(input: input, output: phase.isTraining ? nil : output))
  }

  func backward(_ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds) -> Gradients {
    guard wanted.contains(.input), let input = trace.input else { return Gradients() }
    let scalars = zip(input.scalars, gradient.scalars).map { x, gradient in
      let sigma = 1 / (1 + exp(-x))
      return gradient * sigma * (1 + x * (1 - sigma))
    }
    return Gradients(input: Tensor(shape: input.shape, scalars: scalars))
  }
}

struct Scale: Layer {
  var weight: Tensor

  init(features: Int) { weight = Tensor(shape: [features], repeating: 1) }

  func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    guard inputShape.last == weight.count else {
      throw ShapeError(takes: "\(weight.count) features", gets: inputShape)
    }
    return inputShape
  }

  func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    (scaled(input), Trace(input: input))
  }

  func backward(_ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds) -> Gradients {
    var gradients = Gradients()
    if wanted.contains(.input) { gradients.input = scaled(gradient) }
    if wanted.contains(.parameters), let input = trace.input {
      var sums = [Float](repeating: 0, count: weight.count)
      for (index, product) in zip(input.scalars, gradient.scalars).map(*).enumerated() {
        sums[index % weight.count] += product
      }
      gradients.parameters["weight"] = Tensor(shape: weight.shape, scalars: sums)
    }
    return gradients
  }

  mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    try visit("weight", &weight)
  }

  private func scaled(_ tensor: Tensor) -> Tensor {
    let weights = weight.scalars
    let scalars = tensor.scalars.enumerated().map { $1 * weights[$0 % weights.count] }
    return Tensor(shape: tensor.shape, scalars: scalars)
  }
}

func articleLayers() -> Sequential {
  var generator = SeededGenerator(seed: 1)
  var model = Sequential([
    "hidden": Dense(in: 4, out: 8, using: &generator), "silu": SiLU(), "scale": Scale(features: 8),
    "output": Dense(in: 8, out: 3, using: &generator),
  ])
  model = Sequential(model.layers)
  return model
}

func slope(of layer: some Layer, at input: Tensor, _ position: Int) -> Float {
  func sum(_ change: Float) -> Float {
    var scalars = input.scalars
    scalars[position] += change
    return layer(Tensor(shape: input.shape, scalars: scalars)).scalars.reduce(0, +)
  }
  return (sum(2e-3) - sum(-2e-3)) / 4e-3
}
