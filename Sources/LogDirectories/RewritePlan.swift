internal import EventFiles

/// What a rewrite keeps of a log directory, and how it changes that.
package struct RewritePlan: Sendable {
  /// Whether values of a tag and a kind are kept; of settings and graphs it is asked too.
  package var keeps: @Sendable (_ tag: String, ContentKind) -> Bool = { _, _ in true }
  /// The steps whose values are kept; nil for all. Settings have none.
  package var steps: ClosedRange<Int>?
  /// Which values are left out because a restart of the run replaced them.
  package var restarts = Restarts.keep
  /// How many of a tag's values are kept.
  package var thinning: Thinning?
  /// The kinds that are thinned.
  package var thinned = Set(ContentKind.allCases)
  /// What a tag becomes: a run below its own, empty for its own, and a tag. Settings stay as they are.
  package var place: @Sendable (_ tag: String) -> Place = { Place(run: "", tag: $0) }
  /// How the files of a run become one; nil for file by file.
  package var merge: Merge?
  /// What is added to each step.
  package var stepShift = 0
  /// What is added to each wall time, in seconds.
  package var timeShift = 0.0

  /// Everything, as it is.
  package init() {}

  /// Where the values of a tag go.
  package struct Place: Sendable, Hashable {
    /// The run, below the tag's own; empty for that.
    package var run: String
    package var tag: String

    package init(run: String, tag: String) { (self.run, self.tag) = (run, tag) }
  }

  /// Which values count as replaced.
  package enum Restarts: String, Sendable, CaseIterable {
    /// None.
    case keep
    /// Those that a mark of a restart replaces, as TensorBoard's EventAccumulator has it.
    case marked
    /// Those too whose step a later value of the tag has again, or falls below, as TensorBoard's data
    /// server has it.
    case steps
  }

  /// How many values of a series are kept. The last is one of them.
  package enum Thinning: Sendable, Equatable {
    /// Each n-th, from the first on, and the last.
    case every(Int)
    /// So many at most, evenly over the series, its ends among them.
    case atMost(Int)
    /// The last so many.
    case last(Int)

    /// Whether the value at an index of a series of `count` is kept.
    func keeps(_ index: Int, of count: Int) -> Bool {
      switch self {
      case .every(let stride): return index.isMultiple(of: stride) || index == count - 1
      case .last(let kept): return index >= count - kept
      case .atMost(let kept):
        guard kept < count else { return true }
        guard kept > 1 else { return index == count - 1 }
        // The i-th of those kept is at i · (count - 1) / (kept - 1), rounded down.
        let next = (index * (kept - 1) + count - 2) / (count - 1)
        return next * (count - 1) / (kept - 1) == index
      }
    }
  }

  /// The order of the events of a merged file.
  package enum Merge: String, Sendable, CaseIterable {
    /// That of the files.
    case files
    /// By step; those of one step keep their order.
    case step
    /// By wall time; those of one time keep their order.
    case time
  }

  /// Whether events keep their bytes where all of their values stay.
  var keepsStepsAndTimes: Bool { stepShift == 0 && timeShift == 0 }

  /// Whether events leave their order.
  var isSorting: Bool { merge == .step || merge == .time }

  /// Whether marks of restarts stay: not where what they replace is left out already, nor in another
  /// order.
  var keepsRestartMarks: Bool { restarts == .keep && !isSorting }
}

/// Restarts in the order in which they came: each replaces what came before it of its step or a later one.
struct RestartCuts: Sendable {
  private var cuts: [(ordinal: Int, step: Int)] = []
  /// For each the least step of it and those behind it.
  private var least: [Int] = []
  private var position = 0

  /// Adds one, before which so many values came.
  mutating func append(step: Int, behind ordinal: Int) { cuts.append((ordinal, step)) }

  /// Goes to the start, where all are known.
  mutating func rewind() {
    position = 0
    guard least.count != cuts.count else { return }
    least = cuts.map(\.step)
    for index in least.indices.dropLast().reversed() {
      least[index] = min(least[index], least[index + 1])
    }
  }

  /// Whether a value, which comes behind those that were asked for before, is replaced.
  mutating func replace(step: Int, at ordinal: Int) -> Bool {
    while position < cuts.count, cuts[position].ordinal <= ordinal { position += 1 }
    return position < cuts.count && step >= least[position]
  }
}
