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

  /// A table of the runs, one of the settings, and a JSON object a run.
  var result: CommandResult {
    var result = CommandResult()
    result.table(
      outcomes,
      columns: [
        Column("run", .words) { $0.task.name },
        Column("accuracy", .percent) { $0.result?.accuracy },
        Column("loss", .fixed(3)) { $0.result?.loss },
        Column("best", .percent) { $0.result?.best?.accuracy },
        Column("at step", .count) { $0.result?.best?.step },
        Column("steps", .count) { $0.result?.step },
        Column("time") { $0.result.map { Format.duration(seconds: $0.seconds) } },
        Column("", .words) { $0.words },
      ])
    addSettings(to: &result)
    result.section("look  tensorboard --logdir \(logdir)")
    result.rows = outcomes.map { outcome in
      JSON([
        "flags": outcome.task.flags, "result": outcome.result?.json, "run": outcome.task.name,
        "state": outcome.result?.status.rawValue ?? outcome.words,
      ])
    }
    return result
  }

  /// Means over the seeds of each setting, where one was trained twice.
  private func addSettings(to result: inout CommandResult) {
    let groups = Dictionary(grouping: outcomes.filter { $0.result?.accuracy != nil }) {
      $0.task.setting
    }
    guard groups.values.contains(where: { $0.count > 1 }) else { return }
    let rows = groups.map { setting, members in
      let accuracies = members.compactMap { $0.result?.accuracy }
      let mean = accuracies.reduce(0, +) / Double(accuracies.count)
      let squares = accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      // Of a sample: over one seed less.
      let deviation =
        accuracies.count > 1 ? (squares / Double(accuracies.count - 1)).squareRoot() : nil
      return (setting: setting, mean: mean, deviation: deviation, count: accuracies.count)
    }.sorted { ($1.mean, $0.setting) < ($0.mean, $1.setting) }
    result.table(
      rows,
      columns: [
        Column("setting", .words) { $0.setting }, Column("mean accuracy", .percent) { $0.mean },
        Column("std", .percent) { $0.deviation }, Column("seeds") { $0.count },
      ])
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
