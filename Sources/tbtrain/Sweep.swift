import ArgumentParser
import CommandSupport
import Datasets
import Dispatch
import Files
import ModelFiles
import NeuralNetworks
import Synchronization
import Tensors
import TextOutput

/// Many runs under one directory: every combination of the values of some flags.
struct Sweep {
  /// One run of it.
  struct Task: Sendable {
    /// The name of its directory: the flags that differ from run to run.
    var name: String
    /// The flags that differ, without the seed: runs that share them differ by chance alone.
    var setting: String
    /// All flags that were given, as they are typed.
    var flags: [String: String]
    var settings: TrainingSettings
  }

  let tasks: [Task]
  /// The flags with several values, in the order of `--help`.
  let varied: [String]
  let logdir: String

  /// The product of lists of values.
  ///
  /// Runs are named by the flags with several values, `optimizer=adam,learning-rate=0.001`, in the
  /// order of `--help`, the last one changing fastest; a sweep of a single run is named by its network.
  ///
  /// - Parameters:
  ///   - given: a list a flag, in the order of `--help`.
  ///   - seeds: so many seeds, from the given one on.
  /// - Throws: `ValidationError` for a combination that no run can have.
  init(
    _ network: NetworkKind, given: [[SettingChange]], seeds: Int?, logdir: String
  ) throws(ValidationError) {
    self.logdir = logdir
    var given = given
    if let seeds {
      let index = given.firstIndex { $0[0].flag == "seed" } ?? given.endIndex
      var first = TrainingSettings(network)
      if index == given.endIndex { given.append([]) }
      guard given[index].count <= 1 else {
        throw ValidationError("--seeds counts from one --seed on; give a single one")
      }
      given[index].first?.apply(&first)
      given[index] = (0..<seeds).map { [start = first.seed] number in
        SettingChange(flag: "seed", text: "\(start &+ number)") { $0.seed = start &+ number }
      }
    }
    // A value that was typed twice is one run.
    given = given.map { values in
      values.enumerated().filter { at, value in
        !values[..<at].contains { $0.text == value.text }
      }.map(\.element)
    }
    let lists = given.filter { $0.count > 1 }
    varied = lists.map { $0[0].flag }
    let names = lists.map { Self.directoryNames($0.map(\.text)) }
    var combinations: [[(change: SettingChange, name: String)]] = [[]]
    for (values, names) in zip(lists, names) {
      combinations = combinations.flatMap { head in zip(values, names).map { head + [$0] } }
    }
    let constant = given.filter { $0.count == 1 }.flatMap(\.self)
    var tasks: [Task] = []
    for combination in combinations {
      func name(_ parts: [(change: SettingChange, name: String)]) -> String {
        parts.isEmpty
          ? network.rawValue
          : parts.map { "\($0.change.flag)=\($0.name)" }.joined(separator: ",")
      }
      let changes = constant + combination.map(\.change)
      tasks.append(
        Task(
          name: name(combination), setting: name(combination.filter { $0.change.flag != "seed" }),
          flags: Dictionary(changes.map { ($0.flag, $0.text) }) { $1 },
          settings: try TrainingSettings(network, changes)))
    }
    self.tasks = tasks
  }

  /// Values of a flag as parts of directories' names, each another: of paths their last parts, all of them
  /// where those are alike.
  private static func directoryNames(_ values: [String]) -> [String] {
    func safe(_ text: some StringProtocol) -> String {
      String(text.map { $0.isLetter || $0.isNumber || "._-+".contains($0) ? $0 : "-" })
    }
    let last = values.map { safe($0.split(separator: "/").last ?? $0[...]) }
    let whole = values.map { safe($0) }
    return [last, whole].first { Set($0).count == values.count }
      ?? whole.enumerated().map { "\($1)-\($0 + 1)" }
  }

  /// What to type for one run of it.
  func command(of task: Task) -> String {
    "\(task.settings.command) --logdir \(logdir) --run \(task.name)"
  }
}

/// What became of a run of a sweep.
struct SweepOutcome: Sendable {
  enum State: Sendable {
    /// Done in this sweep or before.
    case done(RunResult, isNew: Bool)
    /// Another program trains it just now.
    case elsewhere
    /// It couldn't be trained, and why.
    case failed(String)
    /// It wasn't begun, or not ended.
    case unfinished

    /// How a sweep ends that has such a run.
    var exitStatus: ExitStatus {
      switch self {
      case .done: .done
      case .elsewhere: .temporaryFailure
      case .failed: .failed
      case .unfinished: .interrupted
      }
    }
  }

  var task: Sweep.Task
  var state = State.unfinished

  /// Its result, if it has one.
  var result: RunResult? {
    if case .done(let result, _) = state { result } else { nil }
  }
}

extension Sweep {
  /// Trains what isn't complete.
  ///
  /// - Parameters:
  ///   - chosen: the runs to train.
  ///   - jobs: runs at the same time, each on its share of the threads.
  ///   - later: steps of the bar for what comes afterwards.
  func run(
    _ chosen: [Task], jobs: Int, threads: Int, progress style: ProgressBar.Style, later: Int = 0
  ) throws -> [SweepOutcome] {
    var loaded: [String: Dataset] = [:]
    var works: [(settings: TrainingSettings, data: Dataset)] = []
    for settings in chosen.map(\.settings) {
      let flags = ["data", "train-per-class", "test-per-class", "class-names"]
      let key = "\(settings.flags.filter { flags.contains($0.flag) })"
      let data = try loaded[key] ?? Training.load(settings)
      loaded[key] = data
      works.append((settings.resolved(for: data), data))
    }
    let steps = works.map { work in
      work.settings.totalSteps(
        stepsPerEpoch: work.data.training.stepsPerEpoch(batchSize: work.settings.batchSize))
    }
    let interruption = Interruption()
    let board = SweepBoard(tasks: chosen, steps: steps, later: later, style: style)
    let next = Atomic<Int>(0)
    let share = max(1, threads / jobs)
    let all = works
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in
      Parallel.$workers.withValue(share) {
        while !interruption.isRequested {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < chosen.count else { return }
          board.set(
            index,
            to: train(chosen[index].name, all[index], interruption) {
              board.advance(index, to: $0)
            })
        }
      }
    }
    return board.finish()
  }

  /// Trains one run, goes on with it, or finds that it is done.
  private func train(
    _ name: String, _ work: (settings: TrainingSettings, data: Dataset),
    _ interruption: Interruption, advanced: (Int) -> Void
  ) -> SweepOutcome.State {
    do {
      let directory = try RunDirectory(shared: name, logdir: logdir)
      // Held from here on: what is complete or not won't change under our feet.
      let lock = try directory.lock()
      let checkpoint = try Self.checkpoint(of: directory)
      let recorded = RunResult(of: directory)
      /// Refuses a directory that holds a run with other settings.
      func settings(
        _ recorded: TrainingSettings
      ) throws(ValidationError) -> TrainingSettings {
        try recorded.continued(
          as: work.settings, otherwise: "give the new sweep a --logdir of its own")
      }
      if let checkpoint, let recorded {
        let settings = try Training.settings(of: checkpoint, settings)
        // The last checkpoint may not have been saved, though the result was.
        let isSaved = checkpoint.state.map { $0.step >= recorded.step } ?? false
        if recorded.isComplete(settings, work.data, isSaved: isSaved) {
          return .done(recorded, isNew: false)
        }
      } else if let recorded, recorded.status == .diverged {
        return .done(recorded, isNew: false)
      }
      var training =
        try checkpoint.map {
          try Training(resuming: $0, data: work.data, lock: lock, settings: settings)
        } ?? Training(new: directory, work.settings, data: work.data, lock: lock)
      var bar = ProgressBar(unit: "step", total: training.totalSteps, style: .silent)
      let result = try training.run(
        &bar, interruption, compared: varied, advanced: advanced)
      if let trouble = training.trouble { throw trouble }
      return result.status == .interrupted ? .unfinished : .done(result, isNew: true)
    } catch is RunDirectory.Occupied {
      return .elsewhere
    } catch {
      return .failed("\(error)")
    }
  }

  private static func checkpoint(of directory: RunDirectory) throws -> Checkpoint? {
    let path = Path.joined(directory.path, Checkpoint.fileName)
    return FileStatus(path: path) == nil ? nil : try Checkpoint(path: path)
  }
}

extension RunResult {
  /// Whether a run with these settings has nothing left to do.
  ///
  /// - Parameter isSaved: whether the checkpoint is as far as the result says.
  fileprivate func isComplete(
    _ settings: TrainingSettings, _ data: Dataset, isSaved: Bool
  ) -> Bool {
    let total = settings.totalSteps(
      stepsPerEpoch: data.training.stepsPerEpoch(batchSize: settings.batchSize))
    switch status {
    case .finished: return isSaved && step >= total
    case .stoppedEarly: return isSaved && settings.patience != nil && totalSteps == total
    case .diverged: return true
    case .interrupted: return false
    }
  }
}

/// The progress of all runs, shared by the threads that train them.
private final class SweepBoard: Sendable {
  private struct Contents {
    var outcomes: [SweepOutcome]
    var done: [Int]
    var bar: ProgressBar
  }

  private let contents: Mutex<Contents>
  private let steps: [Int]

  init(tasks: [Sweep.Task], steps: [Int], later: Int, style: ProgressBar.Style) {
    self.steps = steps
    contents = Mutex(
      Contents(
        outcomes: tasks.map { SweepOutcome(task: $0) }, done: steps.map { _ in 0 },
        bar: ProgressBar(unit: "step", total: steps.reduce(later, +), style: style)))
  }

  /// A run has come to a step.
  func advance(_ index: Int, to step: Int) {
    contents.withLock { contents in
      contents.done[index] = step
      Self.show(&contents)
    }
  }

  /// A run has ended.
  func set(_ index: Int, to state: SweepOutcome.State) {
    contents.withLock { contents in
      contents.outcomes[index].state = state
      contents.done[index] = steps[index]
      let name = contents.outcomes[index].task.name
      switch state {
      case .done(let result, isNew: true):
        let accuracy = result.accuracy.map { Format.percent($0) } ?? "-"
        let count = Self.count(contents)
        contents.bar.line("\(count)  \(name)  accuracy/test \(accuracy)  \(result.status.rawValue)")
      case .failed(let reason): contents.bar.tell(reason)
      case .done, .elsewhere, .unfinished: break
      }
      Self.show(&contents)
    }
  }

  private static func count(_ contents: Contents) -> String {
    "\(contents.outcomes.filter { $0.result != nil }.count)/\(contents.outcomes.count) runs"
  }

  private static func show(_ contents: inout Contents) {
    let best = contents.outcomes.compactMap { $0.result?.accuracy }.max()
    let words = [count(contents)] + (best.map { ["best \(Format.percent($0))"] } ?? [])
    contents.bar.update(contents.done.reduce(0, +), words)
  }

  func finish() -> [SweepOutcome] {
    contents.withLock { contents in
      contents.bar.finish()
      return contents.outcomes
    }
  }
}
