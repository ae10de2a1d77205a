import ArgumentParser
import CommandSupport
import Datasets
import Files
import Images
import JPEGImages
import ModelFiles
import NeuralNetworks
import TensorBoard
import Tensors
import TextOutput

/// `tbtrain evaluate`: how a checkpoint does on test images.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "evaluate", "Test a checkpoint: accuracy, loss and which classes are mistaken for which.",
    """
    With --format json the first object is about all images, each other one about a class. With --npy \
    the array is confusion, [shown, taken for].
    """)

  @Option(.checkpoint) var checkpoint: String?

  @Option(
    "What network a file of PyTorch's tensors is.", "json",
    more: "A JSON file in the words of torch.nn, as deconv takes it.")
  var architecture: String?

  @Option("A directory, shapes or digits. (default: what it learned from)") var data: String?

  @Option(
    "The runs: searched for checkpoints, and logged to.", "directory",
    more: """
      Without --checkpoint the newest one of this directory is taken, of logdir/ by default. If \
      given, the result is also logged there, as the run "evaluate".
      """)
  var logdir: String?

  @Option("The PNG or SVG of the confusion matrix to write. (default: confusion.png)", "path")
  var output: String?

  @OptionGroup var results: ResultOptions

  func run() throws {
    try Parallel.$workers.withValue(results.threads ?? Parallel.workers) { try evaluate() }
  }

  private func evaluate() throws {
    let architecture = try architecture.map { try Architecture(path: $0) }
    let checkpoint =
      try self.checkpoint.map { try Checkpoint(path: $0, architecture: architecture) }
      ?? Checkpoint.newest(under: logdir ?? "logdir")
    let model = try checkpoint.makeModel()
    let outputs = try outputs(for: checkpoint)
    let dataset = try load(for: checkpoint)
    let pixels = checkpoint.state?.data.flatMap { PixelRange(rawValue: $0.pixels) } ?? .zeroToOne
    try check(dataset, checkpoint, model)
    var bar = ProgressBar(unit: "image", total: dataset.test.count, style: results.progress)
    let found = Evaluation(of: model, on: dataset.test, pixelRange: pixels) { bar.update($0) }
    bar.finish()
    let matrix = ConfusionMatrix(
      classNames: dataset.classNames, zip(dataset.test.labels, found.predictions))
    var result = CommandResult()
    result.fact("checkpoint", checkpoint.path)
    result.fact("data", "\(Format.counted(dataset.test.count, "test image")) of \(dataset.name)")
    result.fact("test accuracy", Format.percent(found.accuracy))
    result.fact("test loss", Format.fixed(found.loss, decimals: 3))
    result.summary = [
      JSON([
        "checkpoint": checkpoint.path, "data": dataset.name, "images": dataset.test.count,
        "accuracy": found.accuracy, "loss": found.loss,
      ])
    ]
    matrix.describe(in: &result)
    result.draw(matrix.drawing, tag: "confusion")
    result.log(.scalar("accuracy/test", found.accuracy))
    result.log(.scalar("loss/test", found.loss))
    try outputs.write(result)
  }

  /// Takes the names of what will be written.
  private func outputs(for checkpoint: Checkpoint) throws -> Outputs {
    func outputs(image: String?) throws -> Outputs {
      try results.outputs(
        image: image, arrays: ["confusion"],
        run: logdir.map { (Path.joined($0, "evaluate"), checkpoint.state?.step ?? 0) })
    }
    do { return try outputs(image: output ?? "confusion.png") } catch let error as CommandFailure {
      // The numbers are what was asked for; only a file that was asked for too is missed.
      if output != nil { throw error }
      Console.tell("\(error)")
      return try outputs(image: nil)
    }
  }

  private func load(for checkpoint: Checkpoint) throws -> Dataset {
    // Training images aren't looked at, and need not be there.
    let inColor = checkpoint.model.inputShape.last == 3
    if let data {
      return try Dataset(
        nameOrPath: data, formats: .photographs, trainingPerClass: 0, inColor: inColor)
    }
    guard let own = checkpoint.state?.data else {
      throw CommandFailure(
        "\(checkpoint.path): doesn't say what data it learned from; --data says what to test it on")
    }
    let found = try Dataset(
      nameOrPath: own.source, formats: .photographs, trainingPerClass: 0,
      testPerClass: own.testPerClass, inColor: inColor)
    let names = (try? TrainingSettings(recordedIn: checkpoint))?.classNames
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
