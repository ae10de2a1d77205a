import ArgumentParser
import CommandSupport

/// `tbtrain recipes`.
struct RecipesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "recipes", "List the experiments that tbtrain recipe knows by name.",
    """
    References are test accuracies in percent that TensorFlow (LeNet on CIFAR-10) and PyTorch \
    (recurrent nets on MNIST) reached with 10,000 gray training images of 28x28; recurrent layers of \
    other sizes than 128 had 50,000.
    """)

  @Option(.format) var format = OutputFormat.text

  func run() throws {
    var result = CommandResult()
    result.table(
      Recipe.all,
      columns: [
        Column("recipe", .words, key: "recipe") { $0.name },
        Column("reference", .words, key: "reference") { $0.reference },
        Column("what", .words, key: "what") { "\($0.network.rawValue) \($0.own)" },
      ])
    try format.print(result)
  }
}

/// `tbtrain recipe`.
struct RecipeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "recipe", "Train one of the experiments that tbtrain recipes lists.",
    """
    The flags of tbtrain lenet or rnn, whichever it trains, change it: tbtrain recipe adam-1e-3 \
    --data CIFAR10 --seed 2.
    """, exitCodes: ExitStatus.trainingHelpText)

  @Argument(help: "Its name.") var name: String
  @Flag(help: "Print what it stands for, and train nothing.") var show = false
  @OptionGroup var place: RunOptions
  @OptionGroup var flags: TrainingFlags
  @Option(.threads) var threads: Int?
  @Flag(.quiet) var quiet = false

  func validate() throws { try training?.check() }

  func run() throws {
    guard let training = try training else {
      throw CommandFailure("no recipe is called \"\(name)\"; tbtrain recipes lists them")
    }
    guard show else { return try training.train() }
    try Console.print(TrainingSettings(training.network, training.changes).command)
  }

  /// The recipe's training, changed by the flags; nil when there is no such recipe.
  var training: SingleRun? {
    get throws {
      guard let recipe = Recipe.named(name) else { return nil }
      let changes = try flags.given.single(for: recipe.network)
      return SingleRun(
        network: recipe.network, kind: recipe.name, place: place,
        changes: try recipe.changes().replaced(by: changes), threads: threads, quiet: quiet)
    }
  }
}
