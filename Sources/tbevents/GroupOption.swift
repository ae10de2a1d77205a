import ArgumentParser
import CommandSupport
import Reports

/// `--group-by`: which runs are one group of seeds.
struct GroupOption: ParsableArguments {
  @Option(
    "A regular expression; runs with the same match are a group.", "regex",
    more: """
      Its first parentheses count, or all of it: '^(.*)-run[0-9]+$'; '^' takes all runs together. By \
      default runs of the same hyperparameters but for the seed are a group, and runs without \
      hyperparameters whose names are the same but for seed<number>.
      """, name: .customLong("group-by"))
  var pattern: String?

  func validate() throws { _ = try regex() }

  private func regex() throws -> Regex<AnyRegexOutput>? {
    do { return try pattern.map { try Regex($0) } } catch {
      throw ValidationError("--group-by isn't a regular expression: \(error)")
    }
  }

  /// The groups, and the runs that are in none.
  ///
  /// - Throws: `CommandFailure` where the expression is in no run's name.
  func groups(of runs: [ReportRun]) throws -> (groups: [RunGroup], others: [ReportRun]) {
    guard let regex = try regex() else { return (RunGroup.groups(of: runs), []) }
    let (groups, others) = RunGroup.groups(of: runs, by: regex)
    if groups.isEmpty, let other = others.first {
      throw CommandFailure(
        "--group-by: no run's name has the expression; one is called \(other.name)")
    }
    return (groups, others)
  }
}

/// Whether a tag holds hyperparameters, which belong to the runs, whichever tags are asked for.
func isHyperparameters(_ tag: String) -> Bool { tag.hasPrefix("_hparams_/") }
