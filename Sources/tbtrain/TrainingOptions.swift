public import ArgumentParser
import CommandSupport
public import Datasets
public import NeuralNetworks

// The flags of a training, in groups. Each can hold several values: `tbtrain sweep` makes the product
// of them, a single run takes one.

/// Where a run is.
struct RunOptions: ParsableArguments {
  @Option(help: "The folder that holds the runs.")
  var logdir = "logdir"

  @Option(
    name: .customLong("run"),
    help: "The run's name. (default: what is trained and a number: lenet-1, rnn-1)")
  var name: String?

  @Flag(
    help: ArgumentHelp(
      "Go on with --run, or with the newest run.",
      discussion: """
        A run keeps its own settings; only its length, --patience and what is kept may change.
        """))
  var resume = false

  func validate() throws {
    if let name,
      name.isEmpty || name.hasPrefix("/") || name.split(separator: "/").contains("..")
    {
      throw ValidationError("--run is a name inside --logdir, not \"\(name)\"")
    }
  }
}

/// What every network's training has.
struct TrainingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A folder, shapes or digits. (default: shapes, for rnn digits)", valueName: "data"))
  var data: Choices<String>?

  @Option(help: "Updates to make, instead of --epochs.")
  var steps: Choices<Int>?

  @Option(help: "Passes over the training images. (default: 10)")
  var epochs: Choices<Int>?

  @Option(
    help: ArgumentHelp(
      "Images to learn from in all, instead of --epochs.", valueName: "images"))
  var iterations: Choices<Int>?

  @Option(help: "Images an update. (default: 64, for rnn 100)")
  var batchSize: Choices<Int>?

  @Option(
    help: ArgumentHelp(
      "The update rule. (default: adam)", valueName: "rule"))
  var optimizer: Choices<OptimizerKind>?

  @Option(help: "The step size. (default: 0.001 for adam, rmsprop; else 0.01)")
  var learningRate: Choices<Float>?

  @Option(help: "For momentum and nesterov. (default: 0.9)")
  var momentum: Choices<Float>?

  @Option(
    help: ArgumentHelp(
      "The learning rate's course. (default: cosine)",
      discussion: """
        What the learning rate does after the warm-up: stay; fall to a tenth after each third of the \
        training; or fall to zero along a cosine.
        """, valueName: "shape"))
  var schedule: Choices<ScheduleKind>?

  @Option(
    help: ArgumentHelp(
      "Epochs of rising learning rate. (default: 3)",
      discussion: "By default at most three tenths of the training.", valueName: "epochs"))
  var warmupEpochs: Choices<Float>?

  @Option(
    help: ArgumentHelp(
      "Longest gradient; longer ones are shortened. (default: any)",
      discussion: """
        All gradients of a step are one vector; its Euclidean length is cut to this one (Pascanu, \
        Mikolov & Bengio, ICML 2013).
        """, valueName: "norm"))
  var clipNorm: Choices<Float>?

  @Option(
    help: ArgumentHelp(
      "What is done to training images. (default: auto)",
      discussion: """
        flip mirrors half of the images left to right, others in each epoch; auto does so where the \
        classes' mean images are symmetric, which photographs' are and digits' are not.
        """, valueName: "how"))
  var augment: Choices<Augmentation>?

  @Option(help: "Black and white. (default: -1..1)")
  var pixels: Choices<PixelRange>?

  @Option(help: "Training images of each class. (default: all)")
  var trainPerClass: Choices<Int>?

  @Option(help: "Test images of each class. (default: all)")
  var testPerClass: Choices<Int>?

  @Option(help: "Seed of every random choice. (default: 1)")
  var seed: Choices<Int>?

  @Option(
    help: ArgumentHelp(
      "Evaluations without a better one, then stop. (default: any)",
      discussion: """
        The test accuracy is what is looked at, so it is a little too good afterwards; compare on \
        other images.
        """, valueName: "count"))
  var patience: Choices<Int>?

  @OptionGroup var keeping: KeepingOptions

  func validate() throws {
    try check(steps, "--steps is at least 1, at most 1000000000") {
      (1...1_000_000_000).contains($0)
    }
    try check(epochs, "--epochs is at least 1, at most 1000000") { (1...1_000_000).contains($0) }
    try check(iterations, "--iterations is at least 1, at most 1000000000000") {
      (1...1_000_000_000_000).contains($0)
    }
    if [steps != nil, epochs != nil, iterations != nil].filter({ $0 }).count > 1 {
      throw ValidationError(
        "--steps, --epochs and --iterations all say how long; give one of them")
    }
    try check(batchSize, "--batch-size is at least 1") { $0 > 0 }
    try check(learningRate, "--learning-rate is a number above 0") { $0 > 0 && $0.isFinite }
    try check(momentum, "--momentum lies in 0 ..< 1") { $0 >= 0 && $0 < 1 }
    try check(warmupEpochs, "--warmup-epochs is a number, 0 or more, at most 1000000") {
      (0...1_000_000).contains($0)
    }
    try check(clipNorm, "--clip-norm is a number above 0") { $0 > 0 && $0.isFinite }
    try check(trainPerClass, "--train-per-class is at least 1") { $0 > 0 }
    try check(testPerClass, "--test-per-class is at least 1") { $0 > 0 }
    try check(patience, "--patience is at least 1") { $0 > 0 }
  }

  /// The flags that were given, by name, each with its values as texts.
  var given: [String: [String]] {
    var given = keeping.given
    given["data"] = data?.values
    given["steps"] = steps?.texts
    given["epochs"] = epochs?.texts
    given["iterations"] = iterations?.texts
    given["batch-size"] = batchSize?.texts
    given["optimizer"] = optimizer?.texts
    given["learning-rate"] = learningRate?.values.map { "\($0)" }
    given["momentum"] = momentum?.values.map { "\($0)" }
    given["schedule"] = schedule?.texts
    given["warmup-epochs"] = warmupEpochs?.values.map { "\($0)" }
    given["clip-norm"] = clipNorm?.values.map { "\($0)" }
    given["augment"] = augment?.texts
    given["pixels"] = pixels?.texts
    given["train-per-class"] = trainPerClass?.texts
    given["test-per-class"] = testPerClass?.texts
    given["seed"] = seed?.texts
    given["patience"] = patience?.texts
    return given
  }
}

/// What a run keeps besides its newest checkpoint.
struct KeepingOptions: ParsableArguments {
  @Option(help: "Steps from one checkpoint to the next. (default: an epoch)")
  var checkpointEvery: Int?

  @Flag(help: "Keep the network that tested best, as best.safetensors.")
  var keepBest = false

  @Option(
    help: ArgumentHelp(
      "Epochs whose networks are kept, for deconv evolve.",
      discussion: "For example 1,2,5,10; they go to checkpoints/ in the run's folder.",
      valueName: "epochs"))
  var keepCheckpoints: NumberList?

  func validate() throws {
    if let checkpointEvery, checkpointEvery < 1 {
      throw ValidationError("--checkpoint-every is at least 1")
    }
  }

  /// The flags that were given, by name.
  var given: [String: [String]] {
    var given: [String: [String]] = [:]
    given["checkpoint-every"] = checkpointEvery.map { ["\($0)"] }
    given["keep-best"] = keepBest ? ["true"] : nil
    given["keep-checkpoints"] = keepCheckpoints.map { ["\($0)"] }
    return given
  }
}

/// What only LeNet has.
struct LeNetOptions: ParsableArguments {
  @Option(help: "What follows convolutions and dense. (default: relu)")
  var activation: Choices<Activation>?

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "How weights are drawn. (default: he)",
      discussion: "truncated-normal: deviation 0.1, cut at two deviations, biases 0.1.",
      valueName: "weights"))
  var initializer: Choices<Initializer>?

  @Option(help: "Share of the dense units dropped. (default: 0.5)")
  var dropout: Choices<Float>?

  func validate() throws {
    try check(dropout, "--dropout lies in 0 ..< 1") { $0 >= 0 && $0 < 1 }
  }

  /// The flags that were given, by name, each with its values as texts.
  var given: [String: [String]] {
    var given: [String: [String]] = [:]
    given["activation"] = activation?.texts
    given["init"] = initializer?.texts
    given["dropout"] = dropout?.values.map { "\($0)" }
    return given
  }
}

/// What only recurrent networks have.
struct RNNOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The recurrent layer. (default: lstm)", discussion: "rnn is the plain one, with tanh.",
      valueName: "cell"))
  var cell: Choices<RecurrentCell>?

  @Option(help: "Units of the recurrent layer. (default: 128)")
  var hidden: Choices<Int>?

  @Option(help: "What an LSTM's forget gates start from. (default: 1)")
  var forgetBias: Choices<Float>?

  func validate() throws {
    try check(hidden, "--hidden is at least 1, at most 65536") { (1...65536).contains($0) }
    try check(forgetBias, "--forget-bias is a number") { $0.isFinite }
  }

  /// The flags that were given, by name, each with its values as texts.
  var given: [String: [String]] {
    var given: [String: [String]] = [:]
    given["cell"] = cell?.texts
    given["hidden"] = hidden?.texts
    given["forget-bias"] = forgetBias?.values.map { "\($0)" }
    return given
  }
}

private func check<Value>(
  _ choices: Choices<Value>?, _ sentence: String, _ isRight: (Value) -> Bool
) throws {
  guard let choices else { return }
  guard choices.values.allSatisfy(isRight) else { throw ValidationError(sentence) }
}

/// The flags of one run.
///
/// - Throws: `ValidationError` when a flag has several values.
func single(_ given: [String: [String]]) throws -> [String: String] {
  try given.reduce(into: [:]) { flags, entry in
    guard entry.value.count == 1 else {
      throw ValidationError(
        "--\(entry.key) takes one value in a run; tbtrain sweep takes lists and trains them all")
    }
    flags[entry.key] = entry.value[0]
  }
}

extension OptimizerKind: ExpressibleByArgument {}
extension Activation: ExpressibleByArgument {}
extension Initializer: ExpressibleByArgument {}
extension PixelRange: ExpressibleByArgument {}
extension ScheduleKind: ExpressibleByArgument {}
extension Augmentation: ExpressibleByArgument {}
extension RecurrentCell: ExpressibleByArgument {}
