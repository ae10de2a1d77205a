// The Swift blocks of README.md, compiled. `ReadmeTests` compares the text.

import Datasets
import EventFiles
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
