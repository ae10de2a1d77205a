import CommandSupport
import ModelFiles
import TextOutput

/// What a sweep found, best first.
struct SweepReport {
  private let logdir: String
  private let outcomes: [SweepOutcome]

  init(_ sweep: Sweep, _ outcomes: [SweepOutcome]) {
    logdir = sweep.logdir
    self.outcomes = outcomes.enumerated().sorted { a, b in
      (b.element.result?.rank ?? -1, a.offset) < (a.element.result?.rank ?? -1, b.offset)
    }.map(\.element)
  }

  /// Tables for people.
  var text: String {
    var table = TextTable(
      ("run", .left), ("accuracy", .right), ("loss", .right), ("best", .right), ("at step", .right),
      ("steps", .right), ("time", .right), ("", .left))
    for outcome in outcomes {
      guard let result = outcome.result else {
        table.add(outcome.task.name, "-", "-", "-", "-", "-", "-", outcome.words)
        continue
      }
      table.add(
        outcome.task.name, result.accuracy.map { Format.percent($0) } ?? "-",
        result.loss.map { Format.fixed($0, decimals: 3) } ?? "-",
        result.best.map { Format.percent($0.accuracy) } ?? "-",
        result.best.map { Format.count($0.step) } ?? "-", Format.count(result.step),
        Format.duration(seconds: result.seconds), outcome.words)
    }
    return
      ([table.rendered()] + [settings].compactMap { $0 } + ["look  tensorboard --logdir \(logdir)"])
      .joined(separator: "\n\n")
  }

  /// Means over the seeds of each setting; nil when no setting was trained twice.
  private var settings: String? {
    let groups = Dictionary(grouping: outcomes.filter { $0.result?.accuracy != nil }) {
      $0.task.setting
    }
    guard groups.values.contains(where: { $0.count > 1 }) else { return nil }
    let rows = groups.map { setting, members in
      let accuracies = members.compactMap { $0.result?.accuracy }
      let mean = accuracies.reduce(0, +) / Double(accuracies.count)
      let squares = accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      // Of a sample: over one seed less.
      let deviation =
        accuracies.count > 1 ? (squares / Double(accuracies.count - 1)).squareRoot() : 0
      return (setting: setting, mean: mean, deviation: deviation, count: accuracies.count)
    }.sorted { ($1.mean, $0.setting) < ($0.mean, $1.setting) }
    var table = TextTable(
      ("setting", .left), ("mean accuracy", .right), ("std", .right), ("seeds", .right))
    for row in rows {
      table.add(
        row.setting, Format.percent(row.mean),
        row.count > 1 ? Format.percent(row.deviation) : "-", "\(row.count)")
    }
    return table.rendered()
  }

  /// A JSON object a run.
  var lines: [String] {
    outcomes.map { outcome in
      JSON([
        "flags": outcome.task.flags,
        "result": outcome.result?.json, "run": outcome.task.name,
        "state": outcome.result?.status.rawValue ?? outcome.words,
      ]).text
    }
  }
}

extension RunResult {
  /// What runs are sorted by: one that diverged comes after all that learned something.
  fileprivate var rank: Double { status == .diverged ? -0.5 : accuracy ?? -0.5 }
}

extension SweepOutcome {
  /// How it went, where there is something to say.
  fileprivate var words: String {
    switch state {
    case .done(let result, let isNew):
      result.status == .finished ? (isNew ? "" : "was complete") : result.status.rawValue
    case .elsewhere: "trained by another program"
    case .failed(let reason): reason
    case .unfinished: "not finished"
    }
  }
}
