import CommandSupport
import Datasets
import EventFiles
import Foundation
import NeuralNetworks
import TensorBoard
import Tensors
import Visualization
import VisualizationSheets

/// What a training writes to TensorBoard, and when:
///
/// | when | what |
/// |---|---|
/// | start | the flags as text and as hyperparameters, the graph, the layout of Custom Scalars |
/// | every 10th step | `loss/train`, `accuracy/train` of the batch, `learning_rate`, `images_per_second` |
/// | each epoch, but 50 steps apart at least; the last step | `loss/test`, `accuracy/test`, `dead_filters/…`, for each parameter and activation `…_SUMMARY/…`, the images, a precision-recall curve a class |
/// | each `--test-every` steps | `loss/test`, `accuracy/test` |
/// | each test with `--test-training` | `loss/training_set`, `accuracy/training_set` |
/// | end | the test images' features for the projector, the hyperparameters' session as ended |
struct TrainingLog {
  /// Steps between two points of the training's curves.
  static let curveInterval = 10
  /// Steps between two evaluations, at least.
  static let evaluationInterval = 50
  /// Test images that the projector shows.
  static let embeddingSample = 1_000
  /// Test images whose activations the histograms show; mean, deviation and extremes are of all.
  static let activationSample = 100
  /// What results on all training images are called; `train` are those of a step's batch.
  static let trainingSet = "training_set"

  private let writer: SummaryWriter
  private let test: LabeledImages
  private let classNames: [String]
  private let pixelRange: PixelRange
  let showsGradients: Bool

  init(
    writer: SummaryWriter, data: Dataset, pixelRange: PixelRange, showsGradients: Bool = false
  ) {
    self.showsGradients = showsGradients
    self.writer = writer
    test = data.test
    classNames = data.classNames
    self.pixelRange = pixelRange
  }

  /// Whether the training's curves get a point.
  static func isCurveStep(_ step: Int, of total: Int) -> Bool {
    step % curveInterval == 0 || step == 1 || step == total
  }

  /// Whether the network is evaluated after a step.
  static func isEvaluationStep(_ step: Int, of total: Int, stepsPerEpoch: Int) -> Bool {
    step % evaluationSteps(stepsPerEpoch: stepsPerEpoch) == 0 || step == total
  }

  /// Steps from one evaluation to the next.
  static func evaluationSteps(stepsPerEpoch: Int) -> Int {
    (evaluationInterval + stepsPerEpoch - 1) / stepsPerEpoch * stepsPerEpoch
  }

  /// The flags, as text and as hyperparameters; what the network is; which curves belong together.
  ///
  /// - Parameter compared: the flags in which the run differs from those it will be compared with, the
  ///   most important first; empty when nobody knows.
  func started(
    _ settings: TrainingSettings, model: Sequential, compared: [String] = [], launcher: String = ""
  ) throws {
    try writer.add(Graph(of: model, input: test.imageShape, end: "Softmax"))
    let shown = ["train", "test"] + (settings.testsTraining == true ? [Self.trainingSet] : [])
    try writer.add(
      .customScalars(
        CustomScalarLayout(categories: [
          .init(
            "training and test",
            charts: [
              .multiline("accuracy", tags: shown.map { "accuracy/\($0)" }),
              .multiline("loss", tags: shown.map { "loss/\($0)" }),
            ])
        ])), step: 0)
    let rows = settings.flags.map { "| `--\($0.flag)` | `\($0.text)` |" }
    let text = """
      | flag | value |
      |---|---|
      \(rows.joined(separator: "\n"))

      Repeat with `\(launcher)\(settings.command)`, tbtrain \(Tool.version).
      """
    try writer.add(.text("flags", text), step: 0)
    var values: [String: HyperparameterValue] = [:]
    for (flag, text) in settings.flags where !Setting.changeable.contains(flag) {
      values[flag] = Double(text).map { .number($0) } ?? .string(text)
    }
    // The dashboard shows five columns of its own accord: those that a sweep compares first; of a run
    // alone, what isn't one of the first four is said in the fifth.
    let usual =
      switch settings.network {
      case .lenet: ["optimizer", "learning-rate", "batch-size", "dropout"]
      case .rnn: ["cell", "hidden", "optimizer", "learning-rate"]
      case .vgg: ["width", "optimizer", "learning-rate", "batch-size"]
      }
    var columns = compared.filter { values[$0] != nil }
    columns += usual.filter { !columns.contains($0) }
    if compared.isEmpty {
      let others = settings.flags.filter { values[$0.flag] != nil && !columns.contains($0.flag) }
      values["other"] = .string(others.map { "\($0.flag) \($0.text)" }.joined(separator: ", "))
      columns.append("other")
    }
    try writer.add(
      .hyperparameters(
        values, metrics: ["accuracy/test", "loss/test"], columns: columns),
      step: 0)
  }

  /// One point of the training's curves.
  func trained(
    step: Int, _ result: BatchResult, learningRate: Float, gradientNorm: GradientNorm?,
    imagesPerSecond: Double
  ) throws {
    if showsGradients, let gradientNorm {
      try writer.add(.scalar("gradient_norm/all", gradientNorm.total), step: step)
      for (name, norm) in gradientNorm.parts {
        try writer.add(.scalar("gradient_norm/\(name)", norm), step: step)
      }
    }
    try writer.add(
      .scalar("loss/train", result.loss), .scalar("accuracy/train", result.accuracy),
      .scalar("learning_rate", learningRate), .scalar("images_per_second", imagesPerSecond),
      step: step)
  }

  /// What a test found.
  func tested(_ evaluation: Evaluation, on set: String = "test", step: Int) throws {
    try writer.add(
      .scalar("loss/\(set)", evaluation.loss), .scalar("accuracy/\(set)", evaluation.accuracy),
      step: step)
  }

  /// What an evaluation shows besides.
  func evaluated(_ evaluation: Evaluation, of model: Sequential, step: Int) throws {
    try writer.add(
      .prCurves(
        "precision_recall", classes: classNames, labels: test.labels,
        probabilities: evaluation.probabilities), step: step)
    for (layer, dead) in evaluation.deadFilters {
      try writer.add(.scalar("dead_filters/\(layer)", dead), step: step)
    }
    try addParameters(of: model, step: step)
    for (name, statistics) in evaluation.activations {
      try addMoments(name, statistics, step: step)
    }
    try addActivations(of: model, step: step)
    if let first = model.layers.lazy.compactMap({ $0.layer as? Conv2D }).first,
      let filters = FilterGrid(of: first)
    {
      try writer.add(
        .image("W1/filters", filters.image(columns: 8, enlargedBy: 8)), step: step)
    }
    if let mistakes = RunImages.mistakes(
      evaluation.predictions, in: test, classNames: classNames)
    {
      try writer.add(.image("misclassified", mistakes), step: step)
    }
  }

  /// `W1`, `b1`, `W2`, … in the order of the layers; a normalisation's under their own names.
  private func addParameters(of model: Sequential, step: Int) throws {
    var number = 0
    for (name, tensor) in model.parameters {
      let layer = name.split(separator: ".").first.flatMap { model[String($0)] }
      guard !(layer is BatchNorm2D) else {
        try addSummary(name, tensor, step: step)
        continue
      }
      // `W_ih`, `W_hh`, `b_ih`, `b_hh` of a recurrent layer.
      let part = name.split(separator: ".").last ?? ""
      if part.hasSuffix("_l0") {
        let kind = part.hasPrefix("weight") ? "W" : "b"
        try addSummary(kind + part.drop { $0 != "_" }.dropLast(3), tensor, step: step)
        continue
      }
      let isWeight = name.hasSuffix("weight")
      if isWeight { number += 1 }
      try addSummary("\(isWeight ? "W" : "b")\(number)", tensor, step: step)
    }
  }

  /// `activation1`, `activation2`: the convolutions' maps behind the activation, of test images evenly
  /// spread over the classes; and the maps of the first one as an image.
  private func addActivations(of model: Sequential, step: Int) throws {
    guard test.count > 0 else { return }
    if let index = model.layers.firstIndex(where: { $0.layer is any RecurrentLayer }) {
      return try addStates(of: model, index, step: step)
    }
    var x = test.tensor(at: sample(Self.activationSample), pixelRange: pixelRange)
    let stages = EvaluationStage.stages(of: model)
    let last = stages.lastIndex { $0.convolution != nil } ?? -1
    for stage in stages[...last] {
      x = stage.layers(x)
      guard stage.convolution != nil, let name = stage.activation else { continue }
      try addHistogram(name, x, step: step)
      let size = x.count / x.shape[0]
      let first = x.withUnsafeBufferPointer { scalars in
        Tensor(shape: [1] + x.shape.dropFirst(), scalars: scalars[..<size])
      }
      try writer.add(
        .image("\(name)/maps", RunImages.maps(first)), step: step)
    }
  }

  /// `states`: a recurrent layer's state after each row of test images, and as images, one a class.
  private func addStates(of model: Sequential, _ index: Int, step: Int) throws {
    guard let layer = model.layers[index].layer as? any RecurrentLayer else { return }
    let sample = sample(Self.activationSample)
    let below = Sequential(Array(model.layers[..<index]))
    let states = layer.statesAfterEachStep(below(test.tensor(at: sample, pixelRange: pixelRange)))
    try addHistogram("states", states, step: step)
    var shown: [(image: Int, row: Int)] = []
    for label in classNames.indices {
      if let row = sample.firstIndex(where: { test.labels[$0] == label }) {
        shown.append((sample[row], row))
      }
    }
    try writer.add(
      .image(
        "states/maps",
        RunImages.states(
          states, of: shown.prefix(10).map { (test.image(at: $0.image), $0.row) })), step: step)
  }

  /// So many test images, spread evenly over all of them, and so over the classes.
  private func sample(_ limit: Int) -> [Int] {
    let count = min(limit, test.count)
    return (0..<count).map { $0 * test.count / count }
  }

  /// The moments and the histogram of one tensor.
  private func addSummary(_ name: String, _ tensor: Tensor, step: Int) throws {
    try addMoments(name, Statistics(of: tensor), step: step)
    try addHistogram(name, tensor, step: step)
  }

  private func addMoments(_ name: String, _ statistics: Statistics, step: Int) throws {
    let tag = "\(name)_SUMMARY"
    try writer.add(
      .scalar("\(tag)/mean", statistics.mean),
      .scalar("\(tag)/std", statistics.standardDeviation),
      .scalar("\(tag)/variance", statistics.variance),
      .scalar("\(tag)/min", statistics.minimum), .scalar("\(tag)/max", statistics.maximum),
      step: step)
  }

  private func addHistogram(_ name: String, _ tensor: Tensor, step: Int) throws {
    try writer.add(
      .histogram(
        "\(name)_SUMMARY/histogram", tensor.withUnsafeBufferPointer { Histogram(of: $0) }),
      step: step)
  }

  /// The features of the test images, what the last layer is given, for the projector.
  func addEmbedding(of model: Sequential) throws {
    guard let last = model.layers.lastIndex(where: { $0.layer is Dense }), test.count > 0 else {
      return
    }
    let features = Sequential(Array(model.layers[..<last]))
    let shown = sample(Self.embeddingSample)
    var vectors = FeatureVectors(pooling: .none)
    for start in stride(from: 0, to: shown.count, by: 100) {
      let batch = Array(shown[start..<min(start + 100, shown.count)])
      vectors.add(features(test.tensor(at: batch, pixelRange: pixelRange)))
    }
    try writer.add(
      ProjectorEmbedding(
        "features", vectors: vectors.scalars, dimension: vectors.dimension,
        columns: [
          "class": shown.map { classNames[test.labels[$0]] },
          "image": shown.map { test.sources[$0] },
        ], sprites: shown.map { test.image(at: $0) }))
  }

  /// The run is over.
  func ended(_ status: HyperparameterData.SessionEnd.Status, step: Int) throws {
    try writer.add(.runEnded(status), step: step)
  }

  /// Events that didn't get into the file and won't.
  var lostEventCount: Int { writer.droppedEventCount }

  /// Waits until everything is in the file.
  func flush() throws { try writer.flush() }

  /// Writes what waits and closes the file.
  func close() throws { try writer.close() }
}
