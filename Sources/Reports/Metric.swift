/// What a scalar's tag says about it: whether more of it is better, and on which data it was measured.
struct Metric: Equatable {
  /// Which of two values is the better one.
  enum Direction: Equatable {
    /// The greater: accuracies.
    case maximum
    /// The lesser: losses, errors.
    case minimum
  }

  /// What it was measured on.
  enum Data: Int, Equatable {
    /// Test or validation data.
    case test = 0
    /// Not stated.
    case unknown = 1
    /// Training data.
    case training = 2
  }

  let tag: String
  let direction: Direction
  let data: Data
  /// The tag without what it was measured on: "accuracy" of "accuracy/test".
  let family: String

  /// Nil for a scalar of which neither more nor less is better: a learning rate, a mean of weights.
  init?(tag: String) {
    let words = Self.words(tag)
    let stems = words.map { String($0.prefix { !$0.isNumber }) }
    guard !stems.contains(where: { Self.others.contains($0) }) else { return nil }
    if stems.contains(where: { Self.maximized.contains($0) }) {
      direction = .maximum
    } else if stems.contains(where: { Self.minimized.contains($0) }) {
      direction = .minimum
    } else {
      return nil
    }
    self.tag = tag
    data = Self.data(words)
    family = words.filter { !Self.testWords.contains($0) && !Self.trainingWords.contains($0) }
      .joined(separator: " ")
  }

  /// Whether a value is better than another one.
  func isBetter(_ value: Double, than other: Double) -> Bool {
    direction == .maximum ? value > other : value < other
  }

  private static let maximized: Set<String> = [
    "acc", "accuracy", "precision", "recall", "f", "auc", "auroc", "roc", "iou", "miou", "map",
    "ap",
    "bleu", "rouge", "meteor", "psnr", "ssim", "reward", "return", "score", "top", "dice",
    "correlation", "specificity", "sensitivity", "success",
  ]
  private static let minimized: Set<String> = [
    "loss", "losses", "error", "err", "perplexity", "ppl", "mse", "mae", "rmse", "mape", "nll",
    "entropy", "crossentropy", "xent", "bce", "elbo", "wer", "cer", "fid", "cost", "regret",
  ]
  /// Words of scalars that are about a metric, not one.
  private static let others: Set<String> = [
    "scale", "weight", "gradient", "grad", "norm", "lr", "rate", "summary", "seconds",
  ]
  private static let testWords: Set<String> = [
    "test", "testing", "val", "valid", "validation", "eval", "evaluation", "dev", "holdout",
  ]
  private static let trainingWords: Set<String> = ["train", "training"]

  private static func data(_ words: [String]) -> Data {
    if words.contains(where: testWords.contains) { return .test }
    return words.contains(where: trainingWords.contains) ? .training : .unknown
  }

  /// What a run's name says about its data: Keras has runs "train" and "validation".
  static func data(ofRun name: String) -> Data { data(words(name)) }

  /// A name's words, in lower case: `valLoss`, `val_loss` and `val/loss` have the same two.
  static func words(_ name: String) -> [String] {
    var words: [String] = []
    var word = ""
    var wasLower = false
    for character in name {
      if !(character.isLetter || character.isNumber) || (character.isUppercase && wasLower) {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      if character.isLetter || character.isNumber { word += character.lowercased() }
      wasLower = character.isLowercase
    }
    return word.isEmpty ? words : words + [word]
  }
}
