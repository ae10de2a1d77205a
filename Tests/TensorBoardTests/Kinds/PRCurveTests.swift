import EventFiles
import TensorBoard
import Testing

@Suite struct PRCurveTests {
  private func rows(_ value: Summary.Value?) throws -> [[Double]] {
    let tensor = try tensor(value)
    let numbers = try #require(tensor.numbers)
    #expect(tensor.shape == [6, numbers.count / 6])
    return (0..<6).map { row in
      Array(numbers[row * numbers.count / 6..<(row + 1) * numbers.count / 6])
    }
  }

  /// Counted by the definition: positive at a threshold is what isn't less.
  @Test(arguments: [2, 3, 5, 17])
  func `examples are counted at each threshold`(_ count: Int) throws {
    let predictions = (0...16).map { Double($0) / 16 } + [0.3, 0.7]
    let labels = predictions.indices.map { $0 % 3 == 0 }
    let summary = try Summary.prCurve(
      "p", labels: labels, predictions: predictions, thresholds: count)
    var wanted: [[Double]] = Array(repeating: [], count: 4)
    for index in 0..<count {
      let threshold = Double(index) / Double(count - 1)
      let examples = zip(labels, predictions).map { ($0, $1 >= threshold) }
      for (row, kind) in [(true, true), (false, true), (false, false), (true, false)].enumerated() {
        wanted[row].append(Double(examples.count { $0 == kind }))
      }
    }
    let rows = try rows(summary.values.first)
    #expect(Array(rows[..<4]) == wanted)
    #expect(summary.values.first?.metadata?.pluginName == "pr_curves")
    #expect(summary.values.first?.metadata?.pluginContent == [0x10, UInt8(count)])
    for index in 0..<count {
      let (hits, alarms, misses) = (rows[0][index], rows[1][index], rows[3][index])
      #expect(rows[4][index] == Double(Float(hits / max(hits + alarms, 1e-7))))
      #expect(rows[5][index] == Double(Float(hits / max(hits + misses, 1e-7))))
    }
  }

  @Test func `weights count`() throws {
    let summary = try Summary.prCurve(
      "p", labels: [true, false, true], predictions: [0.9, 0.6, 0.1] as [Float],
      weights: [2, 0.5, 0], thresholds: 3)
    #expect(
      try Array(rows(summary.values.first)[..<4]) == [
        [2, 2, 0], [0.5, 0.5, 0], [0, 0, 0.5], [0, 0, 2],
      ])
  }

  @Test func `each class is set against all others`() throws {
    let summary = try Summary.prCurves(
      "c", classes: ["a", "b"], labels: [0, 1, 1],
      probabilities: [0.8, 0.2, 0.4, 0.6, 0.7, 0.3], thresholds: 3)
    #expect(summary.values.map(\.tag) == ["c/a", "c/b"])
    let single = try Summary.prCurve(
      "c/b", labels: [false, true, true], predictions: [0.2, 0.6, 0.3] as [Float], thresholds: 3)
    #expect(summary.values.last == single.values.first)
  }

  @Test func `raw curves get the ratios they lack`() throws {
    let summary = try Summary.prCurve(
      "r", truePositives: [3, 1], falsePositives: [1, 0], trueNegatives: [0, 1],
      falseNegatives: [0, 2])
    #expect(
      try rows(summary.values.first) == [
        [3, 1], [1, 0], [0, 1], [0, 2], [0.75, 1], [1, Double(Float(1.0 / 3))],
      ])
    let given = try Summary.prCurve(
      "r", truePositives: [3, 1], falsePositives: [1, 0], trueNegatives: [0, 1],
      falseNegatives: [0, 2], precision: [0.5, 0.25], recall: [1, 0])
    #expect(try Array(rows(given.values.first)[4...]) == [[0.5, 0.25], [1, 0]])
  }

  @Test func `what is no curve is refused`() {
    func refusal(
      _ labels: [Bool], _ predictions: [Float], _ weights: [Double]? = nil, _ thresholds: Int = 5
    ) -> SummaryError? {
      #expect(throws: SummaryError.self) {
        try Summary.prCurve(
          "p", labels: labels, predictions: predictions, weights: weights, thresholds: thresholds)
      }
    }
    #expect(refusal([], []) == .empty(tag: "p", what: "labels"))
    #expect(
      refusal([true], [])
        == .wrongCount(tag: "p", what: "predictions", got: 0, expected: "1, one a label"))
    #expect(
      refusal([true], [0], [])
        == .wrongCount(tag: "p", what: "weights", got: 0, expected: "1, one a label"))
    #expect(
      refusal([true], [0], [-1])
        == .outOfRange(tag: "p", what: "a weight", value: "-1.0", expected: "0 or more"))
    #expect(
      refusal([true, true], [0, 1.5])
        == .outOfRange(tag: "p", what: "prediction 1", value: "1.5", expected: "0 to 1"))
    #expect(
      refusal([true], [.nan])
        == .outOfRange(tag: "p", what: "prediction 0", value: "nan", expected: "0 to 1"))
    #expect(refusal([true], [0], [.infinity]) != nil)
    #expect(
      refusal([true], [0], nil, 1)
        == .outOfRange(
          tag: "p", what: "the number of thresholds", value: "1", expected: "2 or more"))
  }

  @Test func `wrong classes and raw curves are refused`() {
    func refusal(_ classes: [String], _ labels: [Int], _ count: Int) -> SummaryError? {
      #expect(throws: SummaryError.self) {
        try Summary.prCurves(
          "c", classes: classes, labels: labels,
          probabilities: [Float](repeating: 0.5, count: count))
      }
    }
    #expect(refusal([], [], 0) == .empty(tag: "c", what: "classes"))
    #expect(refusal(["a", "a"], [0], 2) == .duplicate(tag: "c", what: "class", name: "a"))
    #expect(
      refusal(["a", "b"], [0], 3)
        == .wrongCount(
          tag: "c", what: "probabilities", got: 3, expected: "2: 1 labels of 2 classes"))
    #expect(
      refusal(["a", "b"], [2], 2)
        == .outOfRange(tag: "c", what: "a label", value: "2", expected: "0 to 1"))
    for (hits, alarms) in [
      ([1.0], [1.0]), ([1, 2], [1]), ([1, -2], [1, 1]), ([1, .nan], [1, 1]),
    ] {
      #expect(throws: SummaryError.self) {
        try Summary.prCurve(
          "r", truePositives: hits, falsePositives: alarms, trueNegatives: [1, 1],
          falseNegatives: [1, 1])
      }
    }
  }
}
