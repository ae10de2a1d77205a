// The Swift blocks of README.md, compiled. `ReadmeTests` compares the text.

import Datasets
import EventFiles
import Images
import ModelFiles
import NeuralNetworks
import TensorBoard
import Tensors
import Visualization

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
