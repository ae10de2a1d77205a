import ArgumentParser
import CommandSupport
import Datasets
import NeuralNetworks

// The flags of a training, in groups: names, types and words for `--help`. What a value means, its
// default and its bounds stand in `TrainingSettings` and `SettingField`. Each flag can hold several
// values: `tbtrain sweep` makes the product of them, a single run takes one.

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

/// What only one network's training has, and the words of its commands.
protocol NetworkOptions: ParsableArguments {
  static var network: NetworkKind { get }
  static var title: String { get }
  static var about: String { get }
}

/// What only LeNet has.
struct LeNetOptions: NetworkOptions {
  static let network = NetworkKind.lenet
  static let title = "LeNet-5"
  static let about = """
    conv 5x5x32, pool 2, conv 5x5x64, pool 2, dense 1024, dropout, dense. Without flags it learns a \
    drawn data set and writes to logdir/.
    """

  @Option("What follows convolutions and dense layers.", \.activation)
  var activation: Choices<Activation>?

  @Option("What follows the dense layer.", "that of the convolutions", value: "activation")
  var denseActivation: Choices<Activation>?

  @Option("Share of the dense layer's units that is dropped.", \.dropout)
  var dropout: Choices<Float>?
}

/// What only recurrent networks have.
struct RNNOptions: NetworkOptions {
  static let network = NetworkKind.rnn
  static let title = "an RNN, LSTM or GRU that reads images row by row"
  static let about = """
    An image is a sequence of its rows; the state after the last one goes through a dense layer. \
    Without flags an LSTM learns drawn digits.
    """

  @Option("The recurrent layer; rnn is the plain one, with tanh.", \.cell)
  var cell: Choices<RecurrentCell>?

  @Option("Units of the recurrent layer.", \.hidden)
  var hidden: Choices<Int>?

  @Option("Initial bias of an LSTM's forget gates.", \.forgetBias)
  var forgetBias: Choices<Float>?
}

/// What every network's training has.
struct TrainingOptions: ParsableArguments {
  @Option(
    "How weights are drawn.", \.initializer, name: .customLong("init"), value: "weights",
    more: """
      For lenet he, xavier or truncated-normal (deviation 0.1, cut at two deviations, biases 0.1). For \
      rnn torch (uniform within 1/sqrt(hidden)), xavier or tensorflow1 (cells by xavier, a GRU's gates \
      with biases 1, the output layer's weights and biases from N(0, 1)).
      """)
  var initializer: Choices<InitialWeights>?

  @Option("A folder, shapes or digits.", \.data)
  var data: Choices<String>?

  @Option(
    help: ArgumentHelp(
      "Names of the classes in the order of their labels. (default: the data's)",
      discussion: "For folders whose names are numbers: cat,dog,bird.", valueName: "names"))
  var classNames: NameList?

  @Option(
    "Updates to make, instead of --epochs.", "",
    name: [.customLong("steps"), .customLong("iterations")], value: "updates")
  var steps: Choices<Int>?

  @Option("Passes over the training images.", "\(TrainingSettings.defaultEpochs)")
  var epochs: Choices<Int>?

  @Option("Images to learn from in all, instead of --epochs.", "")
  var images: Choices<Int>?

  @Option("Images per update.", \.batchSize, value: "images")
  var batchSize: Choices<Int>?

  @Option("The update rule.", \.optimizer, value: "rule")
  var optimizer: Choices<OptimizerKind>?

  @Option("The step size.", OptimizerKind.words { $0.defaultLearningRate }, value: "rate")
  var learningRate: Choices<Float>?

  @Option("Share of the last update that is repeated.", constant: "momentum")
  var momentum: Choices<Float>?

  @Option("Decay of the mean gradient.", constant: "beta1")
  var beta1: Choices<Float>?

  @Option("Decay of the mean squared gradient.", constant: "beta2")
  var beta2: Choices<Float>?

  @Option("Decay of the mean squared gradient.", constant: "decay")
  var decay: Choices<Float>?

  @Option("Added to the divisor.", constant: "epsilon")
  var epsilon: Choices<Float>?

  @Option(
    "The learning rate's course after the warm-up.", \.schedule, value: "shape",
    more: """
      constant, step (a tenth after each third of the training) or cosine (down to 0 along a cosine).
      """)
  var schedule: Choices<ScheduleKind>?

  @Option(
    "Epochs of rising learning rate.", "3", value: "epochs",
    more: "By default at most three tenths of the training.")
  var warmupEpochs: Choices<Float>?

  @Option(
    "Longest gradient; longer ones are scaled down to it.", value: "norm",
    more: """
      All gradients of an update are one vector; its Euclidean length is limited (Pascanu, Mikolov & \
      Bengio, ICML 2013).
      """)
  var clipNorm: Choices<Float>?

  @Option(
    "What is done to training images.", \.augment, value: "how",
    more: """
      flip mirrors half of the images left to right, others in each epoch; auto does so where the \
      classes' mean images are symmetric, which photographs' are and digits' are not.
      """)
  var augment: Choices<Augmentation>?

  @Option("The scalars of black and white.", \.pixels)
  var pixels: Choices<PixelRange>?

  @Option("Training images of each class.", "all", value: "images")
  var trainPerClass: Choices<Int>?

  @Option("Test images of each class.", "all", value: "images")
  var testPerClass: Choices<Int>?

  @Option("Seed of every random choice.", \.seed)
  var seed: Choices<Int>?

  @Option(
    "Updates from one test to the next.", "an epoch, at least 50", value: "updates",
    more: "Tests before an epoch's end log accuracy and loss only.")
  var testEvery: Choices<Int>?

  @Option(
    "Tests without a better one that end the training.", value: "tests",
    more: """
      The test accuracy is what is looked at, so it is a little too good afterwards; compare on other \
      images.
      """)
  var patience: Choices<Int>?

  @Option("Updates from one checkpoint to the next.", "an epoch", value: "updates")
  var checkpointEvery: Choices<Int>?

  @Flag(help: "Keep the network that tested best, as best.safetensors.")
  var keepBest = false

  @Option(
    help: ArgumentHelp(
      "Epochs whose networks are kept, for deconv evolve. (default: off)",
      discussion: "For example 1,2,5,10; they go to checkpoints/ in the run's folder.",
      valueName: "epochs"))
  var keepCheckpoints: NumberList?
}

extension Option {
  /// A setting's flag that is off by default, or then has what `words` say; none for "".
  fileprivate init<Setting: SettingValue & Sendable>(
    _ abstract: String, _ words: String = "off", name: NameSpecification = .long,
    value: String? = nil, more: String? = nil
  ) where Value == Choices<Setting>? {
    self.init(
      name: name, parsing: .unconditional,
      help: ArgumentHelp(
        words.isEmpty ? abstract : "\(abstract) (default: \(words))", discussion: more,
        valueName: value))
  }

  /// A setting's flag, with the default from where that stands.
  fileprivate init<Setting: SettingValue & Equatable & Sendable>(
    _ abstract: String, _ path: KeyPath<TrainingSettings, Setting>,
    name: NameSpecification = .long, value: String? = nil, more: String? = nil
  ) where Value == Choices<Setting>? {
    let first = TrainingSettings(.lenet)[keyPath: path]
    let other = TrainingSettings(.rnn)[keyPath: path]
    let words = first.text
    self.init(
      abstract, first == other ? words : "\(words), for rnn \(other.text)",
      name: name, value: value, more: more)
  }

  /// The flag of a constant of some update rules.
  fileprivate init(_ abstract: String, constant: String) where Value == Choices<Float>? {
    self.init(abstract, OptimizerKind.words { $0.constants[constant] })
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

/// Flags as they were typed, whichever command took them.
struct GivenFlags {
  var lenet: LeNetOptions?
  var rnn: RNNOptions?
  var training: TrainingOptions

  init(_ training: TrainingOptions, _ own: any NetworkOptions...) {
    self.training = training
    for options in own {
      lenet = lenet ?? options as? LeNetOptions
      rnn = rnn ?? options as? RNNOptions
    }
  }

  /// The flags that were given, each with its values, in the order of `--help`.
  ///
  /// - Throws: `ValidationError` for a flag of another network.
  func changes(for network: NetworkKind) throws(ValidationError) -> [[SettingChange]] {
    var changes: [[SettingChange]] = []
    for field in SettingField.all {
      guard let given = field.changes(self) else { continue }
      guard field.network == nil || field.network == network else {
        throw ValidationError("--\(field.flag) has no meaning for \(network.rawValue)")
      }
      changes.append(given)
    }
    return changes
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

/// All flags of all trainings: what a recipe may be changed by, and how one is written.
struct RecipeFlags: ParsableArguments {
  @OptionGroup var lenet: LeNetOptions
  @OptionGroup var rnn: RNNOptions
  @OptionGroup var training: TrainingOptions

  var given: GivenFlags { GivenFlags(training, lenet, rnn) }
}
