/// The restarts of a run, which replace values of all its series: each the values before it that are of its
/// step or a later one.
struct RunRestarts: Sendable {
  private var steps: [Int] = []
  /// For each restart the least step of it and those behind it, and then no step at all.
  private(set) var leastSteps: [Int?] = [nil]

  var count: Int { steps.count }

  mutating func append(_ step: Int) { steps.append(step) }

  /// Brings `leastSteps` up to date.
  mutating func finish() {
    guard leastSteps.count != steps.count + 1 else { return }
    leastSteps = [Int?](repeating: nil, count: steps.count + 1)
    for index in steps.indices.reversed() {
      leastSteps[index] = min(steps[index], leastSteps[index + 1] ?? .max)
    }
  }
}

/// What replaces values of one series, noted while its file is read and applied at the end: so the work
/// grows with the number of values, however often a run was restarted.
struct SeriesRestarts: Sendable {
  /// Restarts of this series alone: how many values came before, and the step.
  private var own: [(count: Int, step: Int)] = []
  /// How many restarts the run had had from a value on.
  private var marks: [(first: Int, runCount: Int)] = []
  /// The run's restarts when they were last applied.
  private var appliedCount = 0
  /// The run's restarts before the last value.
  private(set) var runCount = 0

  /// Notes a restart behind so many values.
  mutating func append(step: Int, behind count: Int) { own.append((count, step)) }

  /// Notes that the run has had so many restarts before the value at an index.
  mutating func note(runCount: Int, before index: Int) {
    marks.append((index, runCount))
    self.runCount = runCount
  }

  /// Which values stay; nil where all do. Afterwards nothing is noted any more.
  mutating func kept(_ steps: [Int], ofRun run: RunRestarts) -> [Bool]? {
    guard !own.isEmpty || appliedCount != run.count else { return nil }
    var isKept = [Bool](repeating: true, count: steps.count)
    var least: Int?
    for index in steps.indices.reversed() {
      while let restart = own.last, restart.count > index {
        least = min(least ?? .max, restart.step)
        own.removeLast()
      }
      while let mark = marks.last, mark.first > index { marks.removeLast() }
      let ofRun = run.leastSteps[marks.last?.runCount ?? appliedCount]
      guard least != nil || ofRun != nil else { continue }
      isKept[index] = steps[index] < min(least ?? .max, ofRun ?? .max)
    }
    own = []
    marks = []
    (appliedCount, runCount) = (run.count, run.count)
    return isKept
  }
}
