import ArgumentParser
import CommandSupport
import NeuralNetworks

// The settings of a training, in groups: each with its flag, bounds, words for `--help` and place in
// `TrainingSettings`, where its default is. A flag can hold several values: `tbtrain sweep` makes the
// product of them, a single run takes one.

/// Where a run is.
struct RunOptions: ParsableArguments {
  @Option("The directory that holds the runs.") var logdir = "logdir"

  @Option(
    "The run's name. (default: what is trained and a number: lenet-1, rnn-1)",
    name: .customLong("run"))
  var name: String?

  @Flag(
    help: ArgumentHelp(
      "Continue --run, or the newest run.",
      discussion: """
        A run keeps its own settings; only its length, --patience, --test-every and what is kept may \
        change.
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

/// Some settings as flags.
protocol SettingOptions: ParsableArguments {
  /// The only network that has them; nil: all have.
  static var network: NetworkKind? { get }
  /// What was given, in the order of `--help`.
  var given: [Given] { get }
}

/// What every network's training has.
struct TrainingOptions: SettingOptions {
  static let network: NetworkKind? = nil

  @Option(
    .init("init", \.initializer), "How weights are drawn.", value: "weights",
    more: """
      For lenet and vgg he, xavier or truncated-normal (deviation 0.1, cut at two deviations, biases 0.1). For \
      rnn torch (uniform within 1/sqrt(hidden)), xavier or tensorflow1 (cells by xavier, a GRU's gates \
      with biases 1, the output layer's weights and biases from N(0, 1)).
      """)
  var initializer: Given

  @Option(.init("data", \.data), "A directory, shapes or digits.") var data: Given

  @Option(
    .init("class-names", \.classNames, .distinct),
    "Names of the classes in the order of their labels.",
    default: "the data's", value: "names",
    more: """
      For directories whose names are numbers: cat,dog,bird. The word cifar10 stands for the ten of \
      CIFAR-10.
      """)
  var classNames: Given

  @Option(
    .init("steps", \.steps, .within(1...1_000_000_000)), "Updates to make, instead of --epochs.",
    default: "", value: "updates", also: "iterations")
  var steps: Given

  @Option(
    .init("epochs", \.epochs, .within(1...1_000_000)), "Passes over the training images.",
    default: "\(TrainingSettings.defaultEpochs)")
  var epochs: Given

  @Option(
    .init("images", \.images, .within(1...1_000_000_000_000)),
    "Images to learn from in all, instead of --epochs.", default: "")
  var images: Given

  @Option(
    .init("batch-size", \.batchSize, .within(1...1_000_000)), "Images per update.", value: "images")
  var batchSize: Given

  @Option(.init("optimizer", \.optimizer), "The update rule.", value: "rule") var optimizer: Given

  @Option(
    .init("learning-rate", \.learningRate, .above(0)), "The step size.",
    default: OptimizerKind.words { $0.defaultLearningRate }, value: "rate")
  var learningRate: Given

  @Option(constant: "momentum", \.momentum, .below1, "Share of the last update that is repeated.")
  var momentum: Given

  @Option(constant: "beta1", \.beta1, .below1, "Decay of the mean gradient.") var beta1: Given

  @Option(constant: "beta2", \.beta2, .below1, "Decay of the mean squared gradient.")
  var beta2: Given

  @Option(constant: "decay", \.decay, .below1, "Decay of the mean squared gradient.")
  var decay: Given

  @Option(constant: "epsilon", \.epsilon, .above(0), "Added to the divisor.") var epsilon: Given

  @Option(
    constant: "weight-decay", \.weightDecay, .below1, "Decoupled decay of the parameters.",
    more: """
      Each update takes away learning rate times this of every parameter, apart from the gradient \
      (Loshchilov & Hutter, ICLR 2019).
      """)
  var weightDecay: Given

  @Option(
    .init("schedule", \.schedule), "The learning rate's course after the warm-up.", value: "shape",
    more: """
      constant, step (a tenth after each third of the training), cosine (down to 0 along a cosine) or \
      one-cycle (up from a 25th along a cosine, then down to a 250,000th; Smith & Topin, 2018).
      """)
  var schedule: Given

  @Option(
    .init("warmup-epochs", \.warmupEpochs, .within(0...1_000_000)),
    "Epochs of rising learning rate.", default: "3", value: "epochs",
    more: "By default at most three tenths of the training, of one-cycle just these.")
  var warmupEpochs: Given

  @Option(
    .init("clip-norm", \.clipNorm, .above(0)),
    "Longest gradient; longer ones are scaled down to it.",
    value: "norm",
    more: """
      All gradients of an update are one vector; its Euclidean length is limited (Pascanu, Mikolov & \
      Bengio, ICML 2013).
      """)
  var clipNorm: Given

  @Option(
    .init("label-smoothing", \.labelSmoothing, .within(0...1)),
    "Share of a label that is spread over all classes.", value: "share",
    more: """
      loss/train is the cross entropy with these targets (Szegedy et al., CVPR 2016); tests are \
      without.
      """)
  var labelSmoothing: Given

  @Option(
    .init("augment", \.augment), "Whether training images are mirrored.", value: "how",
    more: """
      flip mirrors half of the images left to right, others in each epoch; auto does so where the \
      classes' mean images are symmetric, which photographs' are and digits' are not.
      """)
  var augment: Given

  @Option(
    .init("crop", \.crop, .within(0...4096)), "Farthest random shift of training images.",
    value: "pixels",
    more: """
      What a shift brings in is black: a random crop of the image padded by so many pixels on each \
      side. Others in each epoch.
      """)
  var crop: Given

  @Option(
    .init("cutout", \.cutout, .within(0...4096)), "Side of a random square that is covered.",
    value: "pixels",
    more: """
      In each training image, with mid-gray; others in each epoch (DeVries & Taylor, 2017).
      """)
  var cutout: Given

  @Option(.init("pixels", \.pixels), "The scalars of black and white.") var pixels: Given

  @Option(
    .init("cifar10", \.cifar10), "How CIFAR-10's binary files are read.",
    default: "gray, for vgg rgb", value: "images", more: "As 28x28 gray, or as they are: 32x32 rgb."
  )
  var cifar10: Given

  @Option(
    .init("train-per-class", \.trainPerClass, .within(1...1_000_000)),
    "Training images of each class.", default: "all", value: "images")
  var trainPerClass: Given

  @Option(
    .init("test-per-class", \.testPerClass, .within(1...1_000_000)), "Test images of each class.",
    default: "all", value: "images")
  var testPerClass: Given

  @Option(.init("seed", \.seed), "Seed of every random choice.") var seed: Given

  @Option(
    .init("test-every", \.testEvery, .within(1...1_000_000_000)),
    "Updates from one test to the next.", default: "an epoch, at least 50", value: "updates",
    more: "Tests before an epoch's end log accuracy and loss only.")
  var testEvery: Given

  @Flag(help: "Test on all training images too, as accuracy/training_set.")
  var testTraining = false

  @Option(
    .init("patience", \.patience, .within(1...1_000_000_000)),
    "Tests without a better one that end the training.", value: "tests",
    more: """
      The test accuracy is what is looked at, so it is a little too good afterwards; compare on other \
      images.
      """)
  var patience: Given

  @Option(
    .init("checkpoint-every", \.checkpointEvery, .within(1...1_000_000_000)),
    "Updates from one checkpoint to the next.", default: "an epoch", value: "updates")
  var checkpointEvery: Given

  @Flag(help: "Keep the network that tested best, as best.safetensors.") var keepBest = false

  @Option(
    .init("keep-checkpoints", \.keepCheckpoints, .rising),
    "Epochs whose networks are kept, for deconv evolve.", value: "epochs",
    more: "For example 1,2,5,10; they go to checkpoints/ in the run's directory.")
  var keepCheckpoints: Given

  var given: [Given] {
    return [
      initializer, data, classNames, steps, epochs, images, batchSize, optimizer, learningRate,
      momentum, beta1, beta2, decay, epsilon, weightDecay, schedule, warmupEpochs, clipNorm,
      labelSmoothing, augment, crop, cutout, pixels, cifar10, trainPerClass, testPerClass, seed,
      testEvery, Given(flag: Setting("test-training", \.testsTraining), isOn: testTraining),
      patience,
      checkpointEvery, Given(flag: Setting("keep-best", \.keepBest), isOn: keepBest),
      keepCheckpoints,
    ]
  }
}

extension Given {
  /// A setting that a flag without a value turns on.
  fileprivate init(flag setting: Setting, isOn: Bool) {
    self.init(setting: setting, changes: isOn ? [setting.change("true")].compactMap(\.self) : [])
  }
}

extension Bounds<Float> {
  fileprivate static var below1: Bounds { .below(1, from: 0) }
}

extension Bounds<[Int]> {
  fileprivate static var rising: Bounds {
    Bounds(words: "rise from 1") { zip([0] + $0, $0).allSatisfy(<) }
  }
}

extension Bounds<[String]> {
  fileprivate static var distinct: Bounds {
    Bounds(words: "be different names") { !$0.contains("") && Set($0).count == $0.count }
  }
}

extension Option where Value == Given {
  /// The flag of a constant of some update rules.
  fileprivate init(
    constant flag: String, _ path: any WritableKeyPath<TrainingSettings, Float?> & Sendable,
    _ bounds: Bounds<Float>, _ help: String, more: String = ""
  ) {
    self.init(
      Setting(flag, path, bounds), help, default: OptimizerKind.words { $0.constants[flag] },
      more: more)
  }
}

extension OptimizerKind {
  /// A value of each rule: `0.9 for momentum, nesterov; 0 for rmsprop`.
  fileprivate static func words(_ value: (OptimizerKind) -> Float?) -> String {
    let values = allCases.compactMap { rule in value(rule).map { (rule.rawValue, $0) } }
    let groups = Dictionary(grouping: values, by: \.1).sorted { $0.key > $1.key }
    return groups.map { value, rules in
      "\(value) for \(rules.map(\.0).joined(separator: ", "))"
    }.joined(separator: "; ")
  }
}

/// All flags of all trainings: what a recipe may be changed by, and how one is written.
struct TrainingFlags: ParsableArguments {
  @OptionGroup var lenet: LeNetOptions
  @OptionGroup var rnn: RNNOptions
  @OptionGroup var vgg: VGGOptions
  @OptionGroup var training: TrainingOptions

  /// What was given, in the order of `--help`, and the only network that has it.
  var given: [(given: Given, network: NetworkKind?)] { Self.given(lenet, rnn, vgg, training) }

  static func given(_ options: any SettingOptions...) -> [(given: Given, network: NetworkKind?)] {
    options.flatMap { options in options.given.map { ($0, type(of: options).network) } }
  }
}

extension [(given: Given, network: NetworkKind?)] {
  /// The flags that were given, each with its values.
  ///
  /// - Throws: `ValidationError` for a flag of another network.
  func changes(for network: NetworkKind) throws(ValidationError) -> [[SettingChange]] {
    let given = filter { !$0.given.changes.isEmpty }
    if let other = given.first(where: { $0.network != nil && $0.network != network }) {
      throw ValidationError(
        "--\(other.given.setting.flag) has no meaning for \(network.rawValue)")
    }
    return given.map(\.given.changes)
  }

  /// The flags of one run.
  ///
  /// - Throws: `ValidationError` when a flag has several values.
  func single(for network: NetworkKind) throws(ValidationError) -> [SettingChange] {
    let changes = try changes(for: network)
    if let several = changes.first(where: { $0.count > 1 }) {
      throw ValidationError(
        """
        --\(several[0].flag) takes one value in a run; tbtrain sweep takes lists and trains them all
        """)
    }
    return changes.flatMap(\.self)
  }
}
