/// An experiment by name: a network and flags.
struct Recipe: Sendable {
  let name: String
  let network: NetworkKind
  let about: String
  let flags: [String: String]
  /// What others got, test accuracies in percent.
  var reference: String?

  /// The recipe of a name.
  static func named(_ name: String) -> Recipe? { all.first { $0.name == name } }

  /// The assignment's experiments: LeNet on CIFAR-10 (or any images), recurrent nets on MNIST's rows.
  static let all: [Recipe] =
    optimizers + [adagrad] + activations + samples + [augmented] + recurrent

  /// What the LeNet experiments share: TensorFlow 1's tutorial, 20 epochs of 10,000 images.
  private static let tutorial = [
    "batch-size": "50", "steps": "4000", "schedule": "constant", "warmup-epochs": "0",
    "init": "truncated-normal", "dropout": "0.5", "augment": "none", "pixels": "0..1",
  ]

  private static func leNet(
    _ name: String, _ about: String, _ flags: [String: String], _ reference: String? = nil
  ) -> Recipe {
    Recipe(
      name: name, network: .lenet, about: about, flags: tutorial.merging(flags) { $1 },
      reference: reference)
  }

  /// Three rules at three rates, momentum in three strengths: fifteen.
  private static let optimizers: [Recipe] = {
    let rates = ["1e-2", "1e-3", "1e-4"]
    let references = [
      "adam-1e-2": "fails to train", "adam-1e-3": "56.5, 53.1", "adam-1e-4": "51.4",
      "gd-1e-2": "45.8", "momentum-0.9-1e-2": "49.0",
    ]
    func recipe(_ name: String, _ about: String, _ flags: [String: String]) -> Recipe {
      leNet(name, about, flags, references[name])
    }
    return
      rates.map {
        recipe("adam-\($0)", "Adam at \($0)", ["optimizer": "adam", "learning-rate": $0])
      }
      + rates.map {
        recipe("gd-\($0)", "gradient descent at \($0)", ["optimizer": "sgd", "learning-rate": $0])
      }
      + ["0.5", "0.9", "0.99"].flatMap { momentum in
        rates.map {
          recipe(
            "momentum-\(momentum)-\($0)", "momentum \(momentum) at \($0)",
            ["optimizer": "momentum", "momentum": momentum, "learning-rate": $0])
        }
      }
  }()

  private static let adagrad = leNet(
    "adagrad-1e-2", "Adagrad at 1e-2", ["optimizer": "adagrad", "learning-rate": "1e-2"])

  private static let activations =
    ["relu", "tanh", "sigmoid"].flatMap { activation in
      [
        leNet(
          activation, "\(activation), weights truncated normal",
          ["optimizer": "adam", "learning-rate": "1e-3", "activation": activation],
          activation == "sigmoid" ? "fails to train" : nil),
        leNet(
          "\(activation)-xavier", "\(activation), weights by Glorot & Bengio",
          [
            "optimizer": "adam", "learning-rate": "1e-3", "activation": activation,
            "init": "xavier",
          ]),
      ]
    }

  private static let samples = ["800", "1000"].map { count in
    leNet(
      "samples-\(count)0", "\(count)0 training images",
      ["optimizer": "adam", "learning-rate": "1e-3", "train-per-class": count])
  }

  private static let augmented = Recipe(
    name: "augmented", network: .lenet,
    about: "10 epochs, flips, warm-up, pixels -1..1, no dropout",
    flags: [
      "epochs": "10", "batch-size": "64", "optimizer": "adam", "learning-rate": "1e-3",
      "schedule": "cosine", "warmup-epochs": "3", "init": "he", "dropout": "0", "augment": "flip",
      "pixels": "-1..1",
    ], reference: "61.1, 60.2, 59.5")

  /// Each cell in six sizes, and three rules for each.
  private static let recurrent: [Recipe] = ["rnn", "lstm", "gru"].flatMap { cell in
    let shared = [
      "cell": cell, "batch-size": "100", "epochs": "20", "schedule": "constant",
      "warmup-epochs": "0", "augment": "none", "pixels": "0..1", "optimizer": "adam",
      "learning-rate": "1e-3",
    ]
    let references = ["rnn-128": "91.5", "lstm-128": "95.2", "gru-128": "95.2"]
    let name = cell.uppercased()
    let sizes = [32, 64, 128, 256, 512, 1024].map { hidden in
      Recipe(
        name: "\(cell)-\(hidden)", network: .rnn, about: "\(name) of \(hidden) units, Adam at 1e-3",
        flags: shared.merging(["hidden": "\(hidden)"]) { $1 },
        reference: references["\(cell)-\(hidden)"])
    }
    let rules = [("rmsprop", "RMSProp", "1e-3"), ("gd", "gradient descent", "1e-1")].map {
      rule, words, rate in
      Recipe(
        name: "\(cell)-128-\(rule)", network: .rnn,
        about: "\(name) of 128 units, \(words) at \(rate)",
        flags: shared.merging([
          "hidden": "128", "optimizer": rule == "gd" ? "sgd" : rule, "learning-rate": rate,
        ]) { $1 })
    }
    return sizes + rules
  }
}
