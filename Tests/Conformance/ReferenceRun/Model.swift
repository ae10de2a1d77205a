import TensorBoard

/// A small convolutional net.
func addGraph(to writer: SummaryWriter) throws {
  var graph = Graph()
  var flow = graph.add(
    "input", "Placeholder", shape: [-1, 28, 28, 1], attributes: ["dtype": .type(.float)])
  let labels = graph.add("labels", "Placeholder", shape: [-1])
  for (number, channels) in [32, 64].enumerated() {
    let (before, size) = (number == 0 ? 1 : 32, number == 0 ? 28 : 14)
    flow = graph.add(
      "conv\(number + 1)", "Conv2D", inputs: [flow], shape: [-1, size, size, channels],
      parameters: ["weight": [5, 5, before, channels], "bias": [channels]],
      attributes: ["stride": 1, "kernel": [5, 5], "padding": "same"])
    flow = graph.add(
      "relu\(number + 1)", "ReLU", inputs: [flow], shape: [-1, size, size, channels])
    flow = graph.add(
      "pool\(number + 1)", "MaxPool2D", inputs: [flow], shape: [-1, size / 2, size / 2, channels],
      attributes: ["size": 2])
  }
  flow = graph.add("flatten", "Flatten", inputs: [flow], shape: [-1, 3_136])
  flow = graph.add(
    "dense", "Dense", inputs: [flow], shape: [-1, 10],
    parameters: ["weight": [3_136, 10], "bias": [10]])
  graph.scope("loss") { graph in
    let softmax = graph.add("softmax", "Softmax", inputs: [flow], shape: [-1, 10])
    graph.add("cross_entropy", "CrossEntropy", inputs: [softmax, labels], shape: [])
  }
  try writer.add(graph)
}

private let optimizers: [HyperparameterValue] = ["adam", "sgd"]

/// Columns with domains, and what this run has of them.
func addHyperparameters(to writer: SummaryWriter) throws {
  try writer.add(
    .experiment(
      hyperparameters: [
        .interval("learning-rate", 1e-4...1, description: "Of the *first* step."),
        .values("optimizer", optimizers), .bool("augment"), .values("batch-size", [16, 32, 64]),
      ],
      metrics: [
        .init(tag: "accuracy/test", displayName: "accuracy", dataset: .validation),
        .init(tag: "loss/test", displayName: "loss", dataset: .validation),
      ], description: "Four runs."),
    .hyperparameters([
      "learning-rate": 0.001, "optimizer": "adam", "augment": true, "batch-size": 32,
    ]), step: 0)
}

/// A run of a sweep, with other hyperparameters.
func addTrial(_ trial: Int, logdir: String) throws {
  let writer = try SummaryWriter(directory: "\(logdir)/trial-\(trial)")
  try writer.add(
    .hyperparameters([
      "learning-rate": .number([0.1, 0.01, 0.003][trial - 1]), "optimizer": optimizers[trial % 2],
      "augment": .bool(trial == 2), "batch-size": .number([16, 32, 64][trial - 1]),
    ]), step: 0)
  for step in 1...10 {
    let progress = Double(step) / 10
    try writer.add(
      .scalar("accuracy/test", progress * (0.6 + 0.1 * Double(trial))),
      .scalar("loss/test", 1 / (progress + Double(trial))), step: step)
  }
  try writer.add(.runEnded(trial == 3 ? .failure : .success), step: 10)
  try writer.close()
}
