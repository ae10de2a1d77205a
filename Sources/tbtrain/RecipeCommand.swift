import ArgumentParser
import CommandSupport

/// `tbtrain recipes`.
struct RecipesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipes",
    abstract: "List the experiments that tbtrain recipe knows by name.",
    discussion: """
      References are test accuracies in percent that TensorFlow (LeNet on CIFAR-10) and PyTorch \
      (recurrent nets on MNIST) reached with 10,000 gray training images of 28x28.

      \(ExitStatus.helpText)
      """)

  func run() throws {
    var table = TextTable(("recipe", .left), ("what", .left), ("reference", .left))
    for recipe in Recipe.all { table.add(recipe.name, recipe.about, recipe.reference ?? "") }
    try Console.print(table.rendered())
  }
}

/// `tbtrain recipe`.
struct RecipeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipe",
    abstract: "Train one of the experiments that tbtrain recipes lists.",
    discussion: """
      Other flags of tbtrain lenet and rnn change it: tbtrain recipe adam-1e-3 --data CIFAR10 --seed 2.

      \(ExitStatus.helpText)
      """)

  @Argument(help: "Its name.")
  var name: String

  @Flag(help: "Print what it stands for, and train nothing.")
  var show = false

  @OptionGroup var place: RunOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    guard let recipe = Recipe.named(name) else {
      throw CommandFailure("no recipe is called \"\(name)\"; tbtrain recipes lists them")
    }
    let changes = try single(training.given)
    var given = recipe.flags
    if TrainingSettings.lengths.contains(where: { changes[$0] != nil }) {
      for length in TrainingSettings.lengths { given[length] = nil }
    }
    given.merge(changes) { $1 }
    if show {
      return try Console.print(TrainingSettings(recipe.network, flags: given).command)
    }
    try SingleRun(
      network: recipe.network, kind: recipe.name, place: place, given: given, threads: threads,
      quiet: quiet
    ).train()
  }
}
