import ArgumentParser
import CommandSupport
import Datasets
import Images
import ModelFiles
import NeuralNetworks
import TensorBoard
import Tensors
import TextOutput

/// `tbtrain evaluate`: how a checkpoint does on test images.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Test a checkpoint: accuracy, loss and which classes are mistaken for which.",
    discussion: ExitStatus.helpText)

  @OptionGroup var checkpoint: CheckpointOption

  @Option(
    help: ArgumentHelp(
      "A folder, shapes or digits. (default: what it learned from)", valueName: "data"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "The runs: searched for checkpoints, and logged to.",
      discussion: """
        Without --checkpoint the newest one of this folder is taken, of logdir/ by default. If \
        given, the result is also logged there, as the run "evaluate".
        """, valueName: "folder"))
  var logdir: String?

  @Option(help: ArgumentHelp("The PNG of the confusion matrix to write.", valueName: "path"))
  var output = "confusion.png"

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) { try evaluate() }
  }

  private func evaluate() throws {
    let checkpoint =
      try self.checkpoint.path.map { try Checkpoint(path: $0) }
      ?? Checkpoint.newest(under: logdir ?? "logdir")
    let model = try checkpoint.makeModel()
    let output = try OutputFile(path: output, force: force.isOn)
    let dataset = try load(for: checkpoint)
    let pixels = checkpoint.state?.data.flatMap { PixelRange(rawValue: $0.pixels) } ?? .zeroToOne
    try check(dataset, checkpoint, model)
    var bar = ProgressBar(
      unit: "image", total: dataset.test.count, style: quiet.progressStyle)
    var matrix = ConfusionMatrix(classNames: dataset.classNames)
    var loss = 0.0
    var correct = 0
    var done = 0
    for batch in dataset.test.batches(of: 100, pixelRange: pixels) {
      let result = softmaxCrossEntropy(model(batch.images), labels: batch.labels)
      loss += Double(result.mean) * Double(batch.count)
      correct += result.correctCount
      for (truth, prediction) in zip(batch.labels, result.predictions) {
        matrix.add(truth: truth, prediction: prediction)
      }
      done += batch.count
      bar.update(done)
    }
    bar.finish()
    let accuracy = Double(correct) / Double(done)
    let sheet = matrix.image
    try sheet.write(to: output.path)
    if let logdir {
      let writer = try SummaryWriter(directory: RunFolder.joined(logdir, "evaluate"))
      let step = checkpoint.state?.step ?? 0
      try writer.add(
        .scalar("accuracy/test", accuracy), .scalar("loss/test", loss / Double(done)),
        .image("confusion", sheet.enlarged(by: 2)), step: step)
      try writer.close()
    }
    var table = TextTable(("", .left), ("", .left))
    table.add("checkpoint", checkpoint.path)
    table.add("data", "\(Format.counted(done, "test image")) of \(dataset.name)")
    table.add("test accuracy", Format.percent(accuracy))
    table.add("test loss", Format.fixed(loss / Double(done), decimals: 3))
    table.add("output", output.path)
    try Console.print(table.rendered() + "\n\n" + matrix.text)
  }

  private func load(for checkpoint: Checkpoint) throws -> Dataset {
    // Only test images are looked at, so as few others as possible are read.
    if let data { return try Dataset(nameOrPath: data, trainingPerClass: 1) }
    guard let own = checkpoint.state?.data else {
      throw CommandFailure(
        "\(checkpoint.path): doesn't say what data it learned from; --data says what to test it on")
    }
    return try Dataset(
      nameOrPath: own.source, trainingPerClass: 1, testPerClass: own.testPerClass)
  }

  /// Whether the images suit the network.
  private func check(_ dataset: Dataset, _ checkpoint: Checkpoint, _ model: Sequential) throws {
    guard dataset.test.count > 0 else {
      throw CommandFailure("\(dataset.name): has no test images")
    }
    guard dataset.imageShape == checkpoint.model.inputShape else {
      throw CommandFailure(
        """
        \(dataset.name): has images of \(dataset.imageShape), but \(checkpoint.path) takes \
        \(checkpoint.model.inputShape)
        """)
    }
    let outputs = try model.outputShape(for: checkpoint.model.inputShape)
    guard outputs == [dataset.classNames.count] else {
      throw CommandFailure(
        """
        \(dataset.name): has \(dataset.classNames.count) classes, but \(checkpoint.path) tells \
        \(outputs.reduce(1, *)) apart
        """)
    }
  }
}
