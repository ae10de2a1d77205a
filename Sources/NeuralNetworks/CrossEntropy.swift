public import Tensors

/// Softmax and cross entropy of a batch of logits.
public struct CrossEntropy: Sendable {
  /// The mean over the batch of the targets' cross entropy, in nats, without smoothing `-ln p(label)`; of a
  /// part, what it adds to it.
  public let mean: Float
  /// The gradient of `mean` with respect to the logits, `[N, classes]`.
  public let gradient: Tensor
  /// The softmax of the logits, `[N, classes]`.
  public let probabilities: Tensor
  /// The most probable class of each sample; the first one on a tie.
  public let predictions: [Int]
  /// How many predictions equal their label.
  public let correctCount: Int

  /// The share of correct predictions, 0 to 1.
  public var accuracy: Float {
    predictions.isEmpty ? 0 : Float(correctCount) / Float(predictions.count)
  }
}

/// The cross entropy between the softmax of logits and labels.
///
/// - Shapes: logits `[N, classes]`; one label `0 ..< classes` a sample.
/// - Formula: `-1/N Σ target · ln(exp(logit) / Σ exp(logits))`, the largest logit subtracted first. The
///   target of each class is `smoothing / classes`, and `1 - smoothing` more of the label's.
/// - `smoothing`: the share of a target that is spread over all classes, 0 to 1, as PyTorch's
///   `label_smoothing`.
/// - `wholeCount`: the N of the whole batch, where these are a part of it: the means and gradients of all
///   parts add up to the batch's.
/// - Source of the smoothing: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision",
///   CVPR 2016, arXiv 1512.00567, §7.
public func softmaxCrossEntropy(
  _ logits: Tensor, labels: [Int], smoothing: Float = 0, wholeCount: Int? = nil
) -> CrossEntropy {
  precondition((0...1).contains(smoothing), "a smoothing lies in 0 ... 1, got \(smoothing)")
  precondition(
    logits.rank == 2 && logits.shape[0] == labels.count && logits.shape[1] > 0,
    "\(labels.count) labels for logits of shape \(logits.shape)")
  let (batch, classes) = (logits.shape[0], logits.shape[1])
  precondition(
    labels.allSatisfy { (0..<classes).contains($0) },
    "labels lie in 0 ..< \(classes), got \(labels.min() ?? 0) to \(labels.max() ?? 0)")
  var total = 0.0
  var predictions: [Int] = []
  predictions.reserveCapacity(batch)
  var probabilities = logits
  probabilities.withUnsafeMutableBufferPointer { values in
    for (sample, label) in labels.enumerated() {
      let row = values.extracting(sample * classes..<(sample + 1) * classes)
      var best = 0
      for index in 1..<max(1, classes) where row[index] > row[best] { best = index }
      predictions.append(best)
      let largest = Double(row[best])
      let labelLogit = Double(row[label])
      var sum = 0.0
      var logits = 0.0
      for index in 0..<classes {
        logits += Double(row[index])
        let exponential = Double.exponential(Double(row[index]) - largest)
        row[index] = Float(exponential)
        sum += exponential
      }
      let target =
        smoothing == 0
        ? labelLogit
        : labelLogit + Double(smoothing) * (logits / Double(classes) - labelLogit)
      total += Double.logarithm(sum) - (target - largest)
      for index in 0..<classes { row[index] = Float(Double(row[index]) / sum) }
    }
  }
  var gradient = probabilities
  let count = max(1, wholeCount ?? batch)
  let scale = 1 / Float(count)
  gradient.withUnsafeMutableBufferPointer { values in
    for (sample, label) in labels.enumerated() {
      values[sample * classes + label] -= 1 - smoothing
    }
    let spread = smoothing / Float(classes)
    for index in values.indices { values[index] = (values[index] - spread) * scale }
  }
  return CrossEntropy(
    mean: Float(total / Double(count)), gradient: gradient,
    probabilities: probabilities, predictions: predictions,
    correctCount: zip(predictions, labels).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) })
}
