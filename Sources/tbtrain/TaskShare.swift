import ArgumentParser
import CommandSupport

/// Which runs of a sweep a task of a cluster's job array trains.
///
/// `--task i/n` gives the task `i`, from 1 to `n`, every `n`-th run. Without it, a Slurm array says the
/// same in `SLURM_ARRAY_TASK_ID`, `_MIN`, `_STEP` and `_COUNT`; a Kubernetes indexed Job gives an index
/// from 0 in `JOB_COMPLETION_INDEX` and tells nobody how many there are, so each index is one run.
enum TaskShare: Equatable, ExpressibleByArgument {
  case all
  /// The task `index`, from 0, of `count`.
  case part(index: Int, of: Int)
  /// One run, from 0.
  case one(Int)

  /// What `--task` says.
  ///
  /// - Returns: nil for anything but `i/n` with `1 ≤ i ≤ n`.
  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1],
      (1...max(1, count)).contains(index), count > 0
    else { return nil }
    self = .part(index: index - 1, of: count)
  }

  /// What a cluster says.
  ///
  /// - Throws: `CommandFailure` for numbers that make no sense.
  init(environment: [String: String]) throws {
    func number(_ name: String) throws -> Int? {
      guard let text = environment[name] else { return nil }
      guard let number = Int(text), number >= 0 else {
        throw CommandFailure(
          "\(name) is \"\(text)\", not a number; --task says which runs are meant")
      }
      return number
    }
    if let id = try number("SLURM_ARRAY_TASK_ID") {
      guard let count = try number("SLURM_ARRAY_TASK_COUNT"), count > 0 else {
        throw CommandFailure(
          "SLURM_ARRAY_TASK_ID is set, but not SLURM_ARRAY_TASK_COUNT; --task says which runs are meant"
        )
      }
      let first = try number("SLURM_ARRAY_TASK_MIN") ?? 0
      let step = max(1, try number("SLURM_ARRAY_TASK_STEP") ?? 1)
      let index = (id - first) / step
      guard id >= first, (id - first).isMultiple(of: step), index < count else {
        throw CommandFailure(
          """
          SLURM_ARRAY_TASK_ID \(id) isn't one of \(count) from \(first) by \(step); --task says which \
          runs are meant
          """)
      }
      self = .part(index: index, of: count)
    } else if let index = try number("JOB_COMPLETION_INDEX") {
      self = .one(index)
    } else {
      self = .all
    }
  }

  /// The share of so many runs, by their numbers.
  func indices(of count: Int) -> [Int] {
    switch self {
    case .all: Array(0..<count)
    case .part(let index, let tasks): Array(stride(from: index, to: count, by: tasks))
    case .one(let index): index < count ? [index] : []
    }
  }
}
