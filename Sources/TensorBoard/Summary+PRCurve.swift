public import EventFiles
internal import ProtobufWire

extension Summary {
  /// Precision and recall of a classifier of two classes, for the dashboard PR Curves.
  ///
  /// A prediction counts as positive at threshold t where it isn't less than t. The curve has the
  /// same numbers as those of TensorFlow's summary and torch's `add_pr_curve`.
  ///
  /// - `labels`: Whether each example is of the class.
  /// - `predictions`: How probable the classifier takes that to be, 0 to 1; one a label.
  /// - `weights`: How much each example counts; nil: 1.
  /// - `thresholds`: How many points the curve has, at thresholds of equal distance from 0 to 1.
  /// - Throws: `SummaryError` where numbers of labels, predictions or weights differ or are 0, a
  ///   prediction isn't in 0 to 1, or a weight is negative or isn't finite.
  public static func prCurve(
    _ tag: String, labels: some Collection<Bool>,
    predictions: some Collection<some BinaryFloatingPoint>,
    weights: [Double]? = nil, thresholds: Int = 127
  ) throws(SummaryError) -> Summary {
    var counts = try PRCounts(tag: tag, thresholds: thresholds)
    try counts.add(labels: labels, predictions: predictions, weights: weights)
    return counts.summary
  }

  /// Precision and recall of a classifier of two classes whose labels are 0 and 1.
  public static func prCurve(
    _ tag: String, labels: some Collection<some BinaryInteger>,
    predictions: some Collection<some BinaryFloatingPoint>, weights: [Double]? = nil,
    thresholds: Int = 127
  ) throws(SummaryError) -> Summary {
    if let wrong = labels.first(where: { $0 != 0 && $0 != 1 }) {
      throw .outOfRange(tag: tag, what: "a label", value: "\(wrong)", expected: "0 or 1")
    }
    return try prCurve(
      tag, labels: labels.map { $0 == 1 }, predictions: predictions, weights: weights,
      thresholds: thresholds)
  }

  /// A curve for each class of a classifier, `<tag>/<class>`: the class against all others.
  ///
  /// - `classes`: Their names, by number.
  /// - `labels`: The number of each example's class.
  /// - `probabilities`: `[examples, classes]` in row-major order: the softmax of the logits.
  public static func prCurves(
    _ tag: String, classes: [String], labels: some Collection<some BinaryInteger>,
    probabilities: some Collection<some BinaryFloatingPoint>, thresholds: Int = 127
  ) throws(SummaryError) -> Summary {
    guard !classes.isEmpty else { throw .empty(tag: tag, what: "classes") }
    try SummaryError.checkDistinct(classes, tag: tag, what: "class")
    guard probabilities.count == labels.count * classes.count else {
      throw .wrongCount(
        tag: tag, what: "probabilities", got: probabilities.count,
        expected: "\(labels.count * classes.count): \(labels.count) labels of "
          + "\(classes.count) classes")
    }
    if let wrong = labels.first(where: { !classes.indices.contains(Int(clamping: $0)) }) {
      throw .outOfRange(
        tag: tag, what: "a label", value: "\(wrong)", expected: "0 to \(classes.count - 1)")
    }
    let probabilities = Array(probabilities)
    var summary = Summary(values: [])
    for (number, name) in classes.enumerated() {
      let ofClass = stride(from: number, to: probabilities.count, by: classes.count).map {
        probabilities[$0]
      }
      summary.values +=
        try prCurve(
          "\(tag)/\(name)", labels: labels.map { $0 == number }, predictions: ofClass,
          thresholds: thresholds
        ).values
    }
    return summary
  }

  /// A curve that was counted elsewhere, for the dashboard PR Curves: at thresholds of equal distance
  /// from 0 to 1, the first first.
  ///
  /// - `precision`: nil: true positives by all positives.
  /// - `recall`: nil: true positives by all examples of the class.
  /// - Throws: `SummaryError` where the lists aren't of one length, or of less than two.
  public static func prCurve(
    _ tag: String, truePositives: [Double], falsePositives: [Double], trueNegatives: [Double],
    falseNegatives: [Double], precision: [Double]? = nil, recall: [Double]? = nil
  ) throws(SummaryError) -> Summary {
    let count = truePositives.count
    guard count > 1 else {
      throw .wrongCount(tag: tag, what: "true positives", got: count, expected: "2 or more")
    }
    func ratio(_ part: [Double], _ other: [Double]) -> [Double] {
      zip(part, other).map { $0 / max($0 + $1, PRCounts.least) }
    }
    let lists = [
      ("true positives", truePositives), ("false positives", falsePositives),
      ("true negatives", trueNegatives), ("false negatives", falseNegatives),
      ("precisions", precision ?? ratio(truePositives, falsePositives)),
      ("recalls", recall ?? ratio(truePositives, falseNegatives)),
    ]
    for (what, numbers) in lists {
      guard numbers.count == count else {
        throw .wrongCount(
          tag: tag, what: what, got: numbers.count,
          expected: "\(count), as many as true positives")
      }
      try SummaryError.checkFinite(numbers, tag: tag, what: what)
      if let wrong = numbers.first(where: { $0 < 0 }) {
        throw .outOfRange(
          tag: tag, what: "one of the \(what)", value: "\(wrong)", expected: "0 or more")
      }
    }
    return PRCounts.summary(tag: tag, rows: lists.map(\.1))
  }
}

/// Counts examples by what they are and what they were taken for, at each threshold.
private struct PRCounts {
  /// What a ratio's divisor is at least, as in TensorBoard's own summary.
  static let least = 1e-7

  private let tag: String
  /// Weights of the examples of the class and of the others between two thresholds.
  private var positives: [Double]
  private var negatives: [Double]

  init(tag: String, thresholds: Int) throws(SummaryError) {
    guard thresholds > 1 else {
      throw .outOfRange(
        tag: tag, what: "the number of thresholds", value: "\(thresholds)", expected: "2 or more")
    }
    self.tag = tag
    positives = [Double](repeating: 0, count: thresholds)
    negatives = positives
  }

  /// Thresholds are found in the numbers' own precision, as NumPy does.
  mutating func add<Number: BinaryFloatingPoint>(
    labels: some Collection<Bool>, predictions: some Collection<Number>, weights: [Double]?
  ) throws(SummaryError) {
    guard !labels.isEmpty else { throw .empty(tag: tag, what: "labels") }
    guard predictions.count == labels.count else {
      throw .wrongCount(
        tag: tag, what: "predictions", got: predictions.count,
        expected: "\(labels.count), one a label")
    }
    if let weights {
      guard weights.count == labels.count else {
        throw .wrongCount(
          tag: tag, what: "weights", got: weights.count, expected: "\(labels.count), one a label")
      }
      try SummaryError.checkFinite(weights, tag: tag, what: "weights")
      if let wrong = weights.first(where: { $0 < 0 }) {
        throw .outOfRange(tag: tag, what: "a weight", value: "\(wrong)", expected: "0 or more")
      }
    }
    var index = 0
    for (isPositive, prediction) in zip(labels, predictions) {
      guard prediction >= 0, prediction <= 1 else {
        throw .outOfRange(
          tag: tag, what: "prediction \(index)", value: "\(prediction)", expected: "0 to 1")
      }
      let bucket = Int(prediction * Number(positives.count - 1))
      let weight = weights?[index] ?? 1
      if isPositive { positives[bucket] += weight } else { negatives[bucket] += weight }
      index += 1
    }
  }

  var summary: Summary {
    let truePositives = sumsFromEnd(positives)
    let falsePositives = sumsFromEnd(negatives)
    let trueNegatives = falsePositives.map { falsePositives[0] - $0 }
    let falseNegatives = truePositives.map { truePositives[0] - $0 }
    let precision = zip(truePositives, falsePositives).map { $0 / max(Self.least, $0 + $1) }
    let recall = zip(truePositives, falseNegatives).map { $0 / max(Self.least, $0 + $1) }
    return Self.summary(
      tag: tag,
      rows: [
        truePositives, falsePositives, trueNegatives, falseNegatives, precision, recall,
      ])
  }

  private func sumsFromEnd(_ numbers: [Double]) -> [Double] {
    var sum = 0.0
    return numbers.reversed().map { number in
      sum += number
      return sum
    }.reversed()
  }

  static func summary(tag: String, rows: [[Double]]) -> Summary {
    var content = WireEncoder()
    // The version, field 1, is 0.
    content.encode(rows[0].count, field: 2)
    let metadata = SummaryMetadata(
      pluginName: "pr_curves", dataClass: .tensor, pluginContent: content.bytes)
    let tensor = TensorProto(
      shape: [rows.count, rows[0].count], scalars: rows.joined().map { Float($0) })
    return Summary(values: [
      Summary.Value(tag: tag, metadata: metadata, content: .tensor(tensor))
    ])
  }
}
