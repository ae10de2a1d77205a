public import ArgumentParser
import CommandSupport
public import Datasets
public import NeuralNetworks
import Tensors

/// `tbtrain lenet`: its flags, and what they mean together.
struct LeNetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lenet",
    abstract: "Train LeNet-5 and log everything to TensorBoard.",
    discussion: """
      conv 5x5x32, pool 2, conv 5x5x64, pool 2, dense 1024, dropout, dense. Without flags it learns \
      a drawn data set and writes to logdir/. Ctrl-C saves; --resume goes on as if never stopped.

      \(ExitStatus.helpText)
      """)

  @Option(help: "A folder, shapes or digits. (default: shapes)")
  var data: String?

  @Option(help: "The folder that holds the runs.")
  var logdir = "logdir"

  @Option(name: .customLong("run"), help: "The run's name. (default: lenet-1, lenet-2, …)")
  var runName: String?

  @Option(help: "Updates to make, instead of --epochs.")
  var steps: Int?

  @Option(help: "Passes over the training images. (default: 10)")
  var epochs: Int?

  @Option(help: "Images an update. (default: 64)")
  var batchSize: Int?

  @Option(
    help: ArgumentHelp(
      "The update rule. (default: adam)", valueName: "rule"))
  var optimizer: OptimizerKind?

  @Option(help: "The step size. (default: 0.001 for adam, rmsprop; else 0.01)")
  var learningRate: Float?

  @Option(help: "For momentum and nesterov. (default: 0.9)")
  var momentum: Float?

  @Option(
    help: ArgumentHelp(
      "The learning rate's course. (default: cosine)",
      discussion: """
        What the learning rate does after the warm-up: stay; fall to a tenth after each third of the \
        training; or fall to zero along a cosine.
        """, valueName: "shape"))
  var schedule: ScheduleKind?

  @Option(
    help: ArgumentHelp(
      "Epochs of rising learning rate. (default: 3)",
      discussion: "By default at most three tenths of the training.", valueName: "epochs"))
  var warmupEpochs: Float?

  @Option(help: "What follows convolutions and dense. (default: relu)")
  var activation: Activation?

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "How weights are drawn. (default: he)",
      discussion: "truncated-normal: deviation 0.1, cut at two deviations, biases 0.1.",
      valueName: "weights"))
  var initializer: Initializer?

  @Option(help: "Share of the dense units dropped. (default: 0.5)")
  var dropout: Float?

  @Option(
    help: ArgumentHelp(
      "What is done to training images. (default: auto)",
      discussion: """
        flip mirrors half of the images left to right, others in each epoch; auto does so where the \
        classes' mean images are symmetric, which photographs' are and digits' are not.
        """, valueName: "how"))
  var augment: Augmentation?

  @Option(help: "Black and white. (default: -1..1)")
  var pixels: PixelRange?

  @Option(help: "Training images of each class. (default: all)")
  var trainPerClass: Int?

  @Option(help: "Test images of each class. (default: all)")
  var testPerClass: Int?

  @Option(help: "Seed of every random choice. (default: 1)")
  var seed: Int?

  @OptionGroup var threads: ThreadsOption

  @Flag(
    help: ArgumentHelp(
      "Go on with --run, or with the newest run.",
      discussion: "A run keeps its own settings; only --steps or --epochs may be raised."))
  var resume = false

  @OptionGroup var quiet: QuietOption

  func validate() throws {
    func check(_ isRight: Bool?, _ sentence: String) throws {
      if isRight == false { throw ValidationError(sentence) }
    }
    try check(
      steps.map { (1...1_000_000_000).contains($0) }, "--steps is at least 1, at most 1000000000")
    try check(
      epochs.map { (1...1_000_000).contains($0) }, "--epochs is at least 1, at most 1000000")
    if steps != nil, epochs != nil {
      throw ValidationError("--steps and --epochs both say how long; give one of them")
    }
    try check(batchSize.map { $0 > 0 }, "--batch-size is at least 1")
    try check(
      learningRate.map { $0 > 0 && $0.isFinite }, "--learning-rate is a number above 0")
    try check(momentum.map { $0 >= 0 && $0 < 1 }, "--momentum lies in 0 ..< 1")
    try check(
      warmupEpochs.map { (0...1_000_000).contains($0) },
      "--warmup-epochs is a number, 0 or more, at most 1000000")
    try check(dropout.map { $0 >= 0 && $0 < 1 }, "--dropout lies in 0 ..< 1")
    try check(trainPerClass.map { $0 > 0 }, "--train-per-class is at least 1")
    try check(testPerClass.map { $0 > 0 }, "--test-per-class is at least 1")
    if let name = runName,
      name.isEmpty || name.hasPrefix("/") || name.split(separator: "/").contains("..")
    {
      throw ValidationError("--run is a name inside --logdir, not \"\(name)\"")
    }
  }

  /// The flags that were given, by name.
  private var given: [String: String] {
    var given: [String: String] = [:]
    given["data"] = data
    given["steps"] = steps.map(String.init)
    given["epochs"] = epochs.map(String.init)
    given["batch-size"] = batchSize.map(String.init)
    given["optimizer"] = optimizer?.rawValue
    given["learning-rate"] = learningRate.map { "\($0)" }
    given["momentum"] = momentum.map { "\($0)" }
    given["schedule"] = schedule?.rawValue
    given["warmup-epochs"] = warmupEpochs.map { "\($0)" }
    given["activation"] = activation?.rawValue
    given["init"] = initializer?.rawValue
    given["dropout"] = dropout.map { "\($0)" }
    given["augment"] = augment?.rawValue
    given["pixels"] = pixels?.rawValue
    given["train-per-class"] = trainPerClass.map(String.init)
    given["test-per-class"] = testPerClass.map(String.init)
    given["seed"] = seed.map(String.init)
    return given
  }

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      var training =
        try resume
        ? LeNetTraining(resuming: runName, logdir: logdir, given: given)
        : LeNetTraining(new: runName, logdir: logdir, given: given)
      try training.run(progress: quiet.progressStyle)
    }
  }
}

extension OptimizerKind: ExpressibleByArgument {}
extension Activation: ExpressibleByArgument {}
extension Initializer: ExpressibleByArgument {}
extension PixelRange: ExpressibleByArgument {}
extension ScheduleKind: ExpressibleByArgument {}
extension Augmentation: ExpressibleByArgument {}
