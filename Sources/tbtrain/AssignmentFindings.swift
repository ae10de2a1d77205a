import ModelFiles
import Reports
import TextOutput

/// What a setting came to over its seeds.
struct Measured {
  let recipe: Recipe
  /// The last test's share of correct predictions of each run that was trained to its end.
  let accuracies: [Double]
  /// The results of all its runs.
  let results: [RunResult]

  init(_ recipe: Recipe, _ results: [RunResult]) {
    (self.recipe, self.results) = (recipe, results)
    accuracies = results.filter { $0.status != .diverged }.compactMap(\.accuracy)
  }

  var name: String { recipe.name }
  /// In percent.
  var mean: Double { 100 * Statistic.mean(accuracies) }
  /// As it is read, with one decimal.
  var shownMean: Double { Double(Format.fixed(mean, decimals: 1)) ?? mean }
  /// Of a sample, in points; nil of a single run.
  var deviation: Double? { accuracies.count > 1 ? 100 * Statistic.deviation(accuracies) : nil }
  /// `45.2 ± 0.8`, in percent.
  var text: String {
    Format.fixed(mean, decimals: 1)
      + (deviation.map { " ± \(Format.fixed($0, decimals: 1))" } ?? "")
  }

  /// The figures that a recipe's reference begins with, in percent: those of other reports.
  static func figures(_ reference: String) -> [Double] {
    let numbers = reference.prefixMatch(of: /[0-9.]+(, [0-9.]+)*/)?.output.0 ?? ""
    return numbers.split(separator: ", ").compactMap { Double($0) }
  }

  /// Points above what other reports got, or below; 0 between two of theirs, nil where there are none.
  var difference: Double? {
    let figures = Self.figures(recipe.reference)
    guard let low = figures.min(), let high = figures.max() else { return nil }
    return mean < low ? mean - low : mean > high ? mean - high : 0
  }
}

/// Sentences that follow from measured numbers, and from nothing else.
struct Findings {
  /// The share that guessing gets right, and how far a test of so many images may lie from it by chance:
  /// three standard errors, both in percent.
  let chance: (mean: Double, error: Double)

  init(classes: Int, testCount: Int) {
    let share = 1 / Double(classes)
    chance = (
      100 * share, 300 * (share * (1 - share) / Double(max(1, testCount))).squareRoot()
    )
  }

  /// What a comparison shows.
  func sentences(_ comparison: Assignment.Comparison, _ measured: [Measured]) -> [String] {
    let measured = measured.filter { !$0.accuracies.isEmpty }
    let ranked = measured.sorted { $0.mean > $1.mean }
    guard let best = ranked.first else { return [] }
    guard ranked.count > 1 else { return ["\(best.name) reached \(best.text) %."] }
    let second = ranked[1]
    // As far as what is shown lies apart.
    let points = best.shownMean - second.shownMean
    var sentences = [
      points < 0.05
        ? "**\(best.name)** and \(second.name) are best with \(best.text) % and \(second.text) %."
        : "**\(best.name)** is best with \(best.text) %; \(second.name) follows with "
          + "\(second.text) %, \(Self.distance(points, best, second))."
    ]
    if !comparison.axis.isEmpty, let words = Self.course(measured) {
      sentences.append("With a rising \(comparison.axis) the mean \(words).")
    }
    let guessing = measured.filter { $0.mean <= chance.mean + chance.error }
    if !guessing.isEmpty {
      sentences.append(
        "\(Self.list(guessing.map { "\($0.name) (\($0.text) %)" })) "
          + "\(guessing.count == 1 ? "is" : "are") no better than guessing, which gets "
          + "\(Format.fixed(chance.mean, decimals: 1)) ± \(Format.fixed(chance.error, decimals: 1)) %."
      )
    }
    return sentences
  }

  /// How far two means lie apart, and whether that is more than the seeds' deviations.
  private static func distance(_ points: Double, _ best: Measured, _ second: Measured) -> String {
    let words = "\(Format.fixed(points, decimals: 1)) points less"
    guard let one = best.deviation, let other = second.deviation else { return words }
    return words + ", \(points > one + other ? "" : "not ")more than both deviations together"
  }

  /// How means go from the first to the last setting; nil where they neither rise, fall nor have one peak.
  private static func course(_ measured: [Measured]) -> String? {
    let means = measured.map(\.mean)
    guard means.count > 2, let peak = means.indices.max(by: { means[$0] < means[$1] }) else {
      return nil
    }
    func isSteady(_ values: some Sequence<Double>, _ isRight: (Double, Double) -> Bool) -> Bool {
      zip(values, values.dropFirst()).allSatisfy(isRight)
    }
    guard isSteady(means[...peak], <), isSteady(means[peak...], >) else { return nil }
    let (first, last) = (measured[0].name, measured[measured.count - 1].name)
    switch peak {
    case 0: return "falls all the way from \(first) to \(last)"
    case means.count - 1: return "rises all the way from \(first) to \(last)"
    default: return "rises up to \(measured[peak].name) and falls behind it"
    }
  }

  /// How ours lie beside other reports' figures; nil where there are none.
  static func besideOthers(_ measured: [Measured]) -> String? {
    let known = measured.filter { !$0.accuracies.isEmpty && $0.difference != nil }
    guard !known.isEmpty else { return nil }
    let words = known.map { one in
      "\(one.name) \(Format.change(one.difference ?? 0, decimals: 1))"
    }
    return
      "Points from the nearest of the other reports' figures: \(words.joined(separator: ", "))."
  }

  /// `a, b and c`.
  static func list(_ words: [String]) -> String {
    guard words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + words[words.count - 1]
  }

  /// The rows of a section as Markdown.
  static func table(_ measured: [Measured]) -> String {
    func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
    let rows = measured.map { one in
      let diverged = one.results.count { $0.status == .diverged }
      let losses = one.results.compactMap(\.loss)
      let best = one.results.compactMap { $0.best?.accuracy }.max()
      let seconds = one.results.map(\.seconds)
      let cells = [
        one.name,
        (one.accuracies.isEmpty ? "–" : one.text)
          + (diverged > 0 ? " (\(diverged) diverged)" : ""),
        one.recipe.reference.isEmpty ? "–" : one.recipe.reference,
        "\(one.accuracies.count)", best.map { Format.fixed(100 * $0, decimals: 1) } ?? "–",
        losses.isEmpty ? "–" : Format.fixed(Statistic.mean(losses), decimals: 3),
        one.results.first.map { Format.count($0.totalSteps) } ?? "–",
        seconds.isEmpty ? "–" : Format.duration(seconds: Statistic.mean(seconds)),
        "`\(one.recipe.own)`",
      ]
      return "| \(cells.map(cell).joined(separator: " | ")) |"
    }
    return """
      | setting | test accuracy, % | others, % | seeds | best, % | test loss | updates | time | flags |
      |---|--:|---|--:|--:|--:|--:|--:|---|
      \(rows.joined(separator: "\n"))
      """
  }
}
