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
      "What network a file of PyTorch's tensors is.",
      discussion: "A JSON file in the words of torch.nn, as deconv takes it.", valueName: "json"))
  var architecture: String?

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

  @Option(
    help: ArgumentHelp(
      "The PNG of the confusion matrix to write. (default: \(Self.defaultOutput))",
      valueName: "path"))
  var output: String?

  private static let defaultOutput = "confusion.png"

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) { try evaluate() }
  }

  private func evaluate() throws {
    let architecture = try architecture.map { try Architecture(path: $0) }
    let checkpoint =
      try self.checkpoint.path.map { try Checkpoint(path: $0, architecture: architecture) }
      ?? Checkpoint.newest(under: logdir ?? "logdir")
    let model = try checkpoint.makeModel()
    let outputPath = output ?? Self.defaultOutput
    let output: OutputFile?
    do { output = try OutputFile(path: outputPath, force: force.isOn) } catch {
      // The numbers are what was asked for; only a file that was asked for too is missed.
      if self.output != nil { throw error }
      Console.tell("\(error)")
      output = nil
    }
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
    if let output { try sheet.write(to: output.path) }
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
    if let output { table.add("output", output.path) }
    try Console.print(table.rendered() + "\n\n" + matrix.text)
  }

  private func load(for checkpoint: Checkpoint) throws -> Dataset {
    // Training images aren't looked at, and need not be there.
    if let data { return try Dataset(nameOrPath: data, trainingPerClass: 0) }
    guard let own = checkpoint.state?.data else {
      throw CommandFailure(
        "\(checkpoint.path): doesn't say what data it learned from; --data says what to test it on")
    }
    let found = try Dataset(
      nameOrPath: own.source, trainingPerClass: 0, testPerClass: own.testPerClass)
    let names = (try? TrainingSettings(recordedIn: checkpoint))?.classNames?.names
    guard let names, names.count == found.classNames.count else { return found }
    return Dataset(
      name: found.name, classNames: names, training: found.training, test: found.test)
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
    if let own = checkpoint.state?.data?.classNames, own != dataset.classNames {
      Console.tell(
        """
        the classes of \(dataset.name) are \(dataset.classNames.joined(separator: ", ")), but the \
        checkpoint learned \(own.joined(separator: ", ")): they are compared by position
        """)
    }
  }
}
