package import EventFiles

/// Runs of the same settings with different seeds.
package struct RunGroup: Sendable {
  /// The runs' name without the seed, or their settings.
  package var name: String
  /// The runs, by name.
  package var runs: [ReportRun]

  /// A group.
  package init(name: String, runs: [ReportRun]) { (self.name, self.runs) = (name, runs) }

  /// The hyperparameters that its runs share, by name: all but the seed.
  package var hyperparameters: [String: HyperparameterValue] {
    let first = runs.first?.hyperparameters ?? [:]
    return first.filter { name, value in
      !Self.isSeed(name) && runs.allSatisfy { $0.hyperparameters[name] == value }
    }
  }

  /// Groups runs whose hyperparameters are equal but for the seed; those without hyperparameters by
  /// their names without `seed<number>`.
  ///
  /// Runs `train` and `validation` below a run that has the hyperparameters stay apart.
  /// - Returns: The groups in the order of their first runs, also those of a single run.
  package static func groups(of runs: [ReportRun]) -> [RunGroup] {
    let keys = runs.map { run -> Key in
      guard !run.hyperparameters.isEmpty else { return .name(withoutSeed(run.name)) }
      return .settings(settings(of: run), below: run.nameBelowSettings)
    }
    var order: [Key] = []
    var members: [Key: [ReportRun]] = [:]
    for (run, key) in zip(runs, keys) {
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(run)
    }
    let all = order.compactMap { members[$0] }
    var names = RunLabels.distinct(all.map { name(of: $0, among: all) })
    for (index, one) in all.enumerated() where one.count == 1 { names[index] = one[0].name }
    return zip(names, all).map { RunGroup(name: $0, runs: $1) }
  }

  /// Groups runs by what a regular expression finds in their names: its first parentheses, or all of it.
  ///
  /// - Returns: The groups in the order of their first runs, and the runs in whose names it finds nothing.
  package static func groups(
    of runs: [ReportRun], by pattern: Regex<AnyRegexOutput>
  ) -> (groups: [RunGroup], others: [ReportRun]) {
    var groups: [RunGroup] = []
    var others: [ReportRun] = []
    for run in runs {
      guard let match = run.name.firstMatch(of: pattern),
        let text = match.output.count > 1 ? match.output[1].substring : match.output[0].substring
      else {
        others.append(run)
        continue
      }
      let name = text.isEmpty ? "all" : String(text)
      if let index = groups.firstIndex(where: { $0.name == name }) {
        groups[index].runs.append(run)
      } else {
        groups.append(RunGroup(name: name, runs: [run]))
      }
    }
    return (groups, others)
  }

  /// What runs of a group have in common.
  private enum Key: Hashable {
    case name(String)
    case settings([String: HyperparameterValue], below: String)
  }

  private static func settings(of run: ReportRun) -> [String: HyperparameterValue] {
    run.hyperparameters.filter { name, _ in
      !isSeed(name) && !RunTable.repeatsOthers(name, in: run.hyperparameters)
    }
  }

  /// Whether a hyperparameter is called a seed: `seed`, `random_seed`, `seedOfData`, `random_state`.
  package static func isSeed(_ name: String) -> Bool {
    let words = Metric.words(name)
    return words.contains("seed") || words == ["random", "state"]
  }

  /// A run's name without "seed", the sign behind it and its number, and the sign before it.
  package static func withoutSeed(_ name: String) -> String {
    let parts = name.replacing(/[-_,. ]?(random[-_]?)?seed[-_= ]?[0-9]+/.ignoresCase(), with: "")
      .split(separator: "/")
    let cut = parts.map { String($0.trimmingPrefix { "-_, ".contains($0) }) }
    return cut.filter { !$0.isEmpty }.joined(separator: "/")
  }

  /// The runs' name without the seed; where they have several, the settings in which the group differs
  /// from others.
  private static func name(of runs: [ReportRun], among groups: [[ReportRun]]) -> String {
    let names = Set(runs.map { withoutSeed($0.name) })
    if names.count == 1, let name = names.first, !name.isEmpty { return name }
    let first = runs[0]
    let differing = RunTable.hyperparameterNames(of: groups.map { $0[0] }).differing
      .filter { !isSeed($0) }
    let settings = differing.compactMap { name in
      first.hyperparameters[name].map { "\(name)=\($0.text)" }
    }.joined(separator: ",")
    let below = first.nameBelowSettings
    let parts = [settings.isEmpty ? "all" : settings, below].filter { !$0.isEmpty }
    return parts.joined(separator: "/")
  }
}

extension RunLabels {
  /// Names of which each is there once: a second one gets a 2 behind it.
  static func distinct(_ names: [String]) -> [String] {
    var taken: Set<String> = []
    return names.map { name in
      var (one, number) = (name, 1)
      while !taken.insert(one).inserted {
        number += 1
        one = "\(name)-\(number)"
      }
      return one
    }
  }
}
