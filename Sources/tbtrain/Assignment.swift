import ArgumentParser
import CommandSupport
import Files
import Foundation

/// The course's assignment as experiments: which recipes are compared, in what order, and at what size.
///
/// The recipes know their flags and what other reports got; a size only shortens them.
struct Assignment {
  /// How long all of it takes.
  enum Size: String, CaseIterable, ExpressibleByArgument {
    case minutes, hour, full

    /// Updates of a convolutional and of a recurrent training; nil: as the recipes say.
    var steps: (lenet: Int?, rnn: Int?) {
      switch self {
      case .minutes: (400, 300)
      case .hour: (2_000, 1_000)
      case .full: (nil, nil)
      }
    }

    /// Runs of each setting.
    var seeds: Int { self == .minutes ? 2 : 3 }

    /// Units of the largest recurrent layer: four times the units take sixteen times as long.
    var largestHidden: Int {
      switch self {
      case .minutes: 256
      case .hour: 512
      case .full: 1_024
      }
    }

    /// Epochs of the network that is looked into, and those after which it is kept.
    var epochs: [Int] { self == .minutes ? [1, 2, 3, 5] : [1, 2, 5, 10] }
  }

  /// Settings that are set against each other.
  struct Comparison {
    /// What they have in common.
    let title: String
    /// What rises from one to the next; empty where they have no order.
    let axis: String
    let recipes: [String]
  }

  /// A question, and the settings that answer it.
  struct Section {
    let id: String
    let title: String
    let question: String
    let comparisons: [Comparison]
  }

  /// The recipe of the network that is looked into.
  static let subject = "augmented"

  /// The experiments: a headline and a question, then the comparisons; what rises stands in the middle.
  private static let table = """
    optimizers | Optimizers and learning rates | Which update rule learns most in the same number \
    of updates, and at which rate?
    Adam | rate | adam-1e-5 adam-1e-4 adam-1e-3 adam-1e-2
    Gradient descent | rate | gd-1e-4 gd-1e-3 gd-1e-2
    Momentum 0.9 | rate | momentum-0.9-1e-4 momentum-0.9-1e-3 momentum-0.9-1e-2
    Adagrad | rate | adagrad-1e-4 adagrad-1e-3 adagrad-1e-2
    All at the rate 1e-3 | | adam-1e-3 momentum-0.9-1e-3 gd-1e-3 adagrad-1e-3

    momenta | Momentum | What does it change that a part of the last update is repeated?
    Momentum at the rate 1e-3 | momentum | momentum-0.1-1e-3 momentum-0.3-1e-3 \
    momentum-0.6-1e-3 momentum-0.9-1e-3
    Adam's beta1 | beta1 | adam-beta1-0.1 adam-beta1-0.3 adam-beta1-0.6 adam-1e-3

    activations | Activation functions | Which function behind the layers learns most?
    In all layers | | relu tanh sigmoid
    In the dense layer alone | | relu tanh-dense

    initialisations | Initial weights | Truncated normal with deviation 0.1, or scaled as by Glorot \
    and Bengio (Xavier)?
    ReLU | | relu relu-xavier
    tanh | | tanh tanh-xavier
    Sigmoid | | sigmoid sigmoid-xavier

    samples | Training images | What do more images teach in the same number of updates?
    Training images | number of images | samples-1000 samples-4000 samples-8000 samples-10000

    inside | A longer training | What do He's initial weights, a warm-up, a falling rate, mirrored \
    images and more updates give?
    Against the first network | | relu augmented

    recurrent | Recurrent layers by size | Which cell reads images row by row best, and how many \
    units does it take?
    RNN | number of units | rnn-32 rnn-64 rnn-128 rnn-256 rnn-512 rnn-1024
    LSTM | number of units | lstm-32 lstm-64 lstm-128 lstm-256 lstm-512 lstm-1024
    GRU | number of units | gru-32 gru-64 gru-128 gru-256 gru-512 gru-1024
    All with 128 units | | rnn-128 lstm-128 gru-128
    All with 256 units | | rnn-256 lstm-256 gru-256

    recurrent-optimizers | Recurrent layers by optimizer | Adam, RMSProp or gradient descent?
    RNN | | rnn-128 rnn-128-rmsprop rnn-128-gd
    LSTM | | lstm-128 lstm-128-rmsprop lstm-128-gd
    GRU | | gru-128 gru-128-rmsprop gru-128-gd gru-128-gd-1e-3
    """

  /// The experiments, in the report's order.
  static let sections = Self.parts(of: table).map { parts in
    Section(
      id: parts[0][0], title: parts[0][1], question: parts[0][2],
      comparisons: parts.dropFirst().map {
        Comparison(
          title: $0[0], axis: $0[1], recipes: $0[2].split(separator: " ").map(String.init))
      })
  }

  /// A table of lines in groups: empty lines between the groups, bars between a line's parts.
  static func parts(of table: String) -> [[[String]]] {
    table.split(separator: "\n\n").map { group in
      group.split(separator: "\n").map { line in
        line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      }
    }
  }

  // MARK: The plan

  let size: Size
  let seeds: Int
  let sections: [Section]
  let output: String
  /// The runs, each setting once: all of the first seed, then all of the second.
  let sweep: Sweep
  /// What to type for each run, by its name.
  private(set) var commands: [String: String] = [:]
  /// For each recipe the one under whose name its settings are trained.
  private(set) var trainedAs: [String: String] = [:]
  /// Recipes that are too large for this size.
  private(set) var leftOut: [String] = []

  /// - Parameters:
  ///   - flags: what all trainings of a network have besides, as it is typed.
  ///   - steps: updates instead of the size's.
  /// - Throws: `ValidationError` for settings that can't be.
  init(
    size: Size, sections: [Section], seeds: Int?, steps: Int?, output: String,
    flags: (NetworkKind) -> [String]
  ) throws {
    (self.size, self.sections, self.output) = (size, sections, output)
    self.seeds = seeds ?? size.seeds
    var settings: [(name: String, settings: TrainingSettings, words: [String])] = []
    for name in Self.names(of: sections) {
      guard let recipe = Recipe.named(name) else {
        preconditionFailure("no recipe is called \(name)")
      }
      var words = flags(recipe.network)
      if name == Self.subject {
        words += ["--augment", "auto", "--epochs", "\(size.epochs[size.epochs.count - 1])"]
        words += ["--keep-checkpoints", size.epochs.map { "\($0)" }.joined(separator: ",")]
      } else if let steps = steps ?? (recipe.network == .rnn ? size.steps.rnn : size.steps.lenet) {
        words += ["--steps", "\(steps)", "--test-every", "\(max(1, steps / 8))"]
      }
      let own = try recipe.changes()
      // What a recipe says of the number of images is what it is about.
      let given = try [SettingChange](typed: words, for: recipe.network)
        .filter { change in
          change.flag != "train-per-class" || !own.contains { $0.flag == change.flag }
        }
      let found = try TrainingSettings(recipe.network, own.replaced(by: given))
      if recipe.network == .rnn, found.hidden > size.largestHidden {
        leftOut.append(name)
      } else if let same = settings.first(where: { $0.settings == found }) {
        trainedAs[name] = same.name
      } else {
        trainedAs[name] = name
        settings.append((name, found, given.flatMap { ["--\($0.flag)", $0.text] }))
      }
    }
    let logdir = Path.joined(output, "runs")
    var tasks: [Sweep.Task] = []
    for seed in 1...self.seeds {
      for (recipe, settings, words) in settings {
        let name = Self.run(of: recipe, seed: seed)
        var task = Sweep.Task(
          name: name, setting: recipe, flags: ["recipe": recipe, "seed": "\(seed)"],
          settings: settings)
        task.settings.seed = seed
        tasks.append(task)
        commands[name] = Self.typed(
          ["tbtrain", "recipe", recipe] + words + ["--seed", "\(seed)", "--logdir", logdir]
            + ["--run", name])
      }
    }
    sweep = Sweep(tasks, logdir: logdir)
  }

  /// The name of a run.
  static func run(of recipe: String, seed: Int) -> String { "\(recipe)-seed\(seed)" }

  /// Words as they are typed in a shell.
  static func typed(_ words: [String]) -> String {
    words.map { word in
      let isPlain = word.allSatisfy {
        $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=,+:@%".contains($0))
      }
      return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }.joined(separator: " ")
  }

  /// The recipes of sections, each once.
  static func names(of sections: [Section]) -> [String] {
    var seen: Set<String> = []
    return sections.flatMap { $0.comparisons.flatMap(\.recipes) }
      .filter { seen.insert($0).inserted }
  }
}

extension Sweep {
  /// Runs that aren't a product.
  init(_ tasks: [Task], logdir: String) {
    (self.tasks, self.logdir, varied) = (tasks, logdir, [])
  }
}
