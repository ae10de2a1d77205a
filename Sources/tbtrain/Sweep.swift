import CommandSupport
import Datasets
import Foundation
import ModelFiles
import NeuralNetworks
import Synchronization
import Tensors
import TextOutput

/// Many runs under one folder: every combination of the values of some flags.
struct Sweep {
  /// One run of it.
  struct Task: Sendable, Equatable {
    /// The name of its folder: the flags that differ from run to run.
    var name: String
    /// All flags that were given.
    var flags: [String: String]
    /// The flags that differ, without the seed: runs that share them differ by chance alone.
    var setting: String
  }

  let network: NetworkKind
  let tasks: [Task]
  /// The flags with several values, in the order of `--help`.
  let varied: [String]
  let logdir: String

  /// The product of lists of values.
  ///
  /// Runs are named by the flags with several values, `optimizer=adam,learning-rate=0.001`, in the
  /// order of `--help`, the last one changing fastest; a sweep of a single run is named by its network.
  ///
  /// - Parameter seeds: so many seeds, from the given one on.
  init(_ network: NetworkKind, given: [String: [String]], seeds: Int?, logdir: String) {
    self.network = network
    self.logdir = logdir
    var given = given
    if let seeds {
      let first = given["seed"]?.first.flatMap(Int.init) ?? 1
      given["seed"] = (0..<seeds).map { "\(first + $0)" }
    }
    // A value that was typed twice is one run.
    given = given.mapValues { values in
      values.enumerated().filter { !values[..<$0.offset].contains($0.element) }.map(\.element)
    }
    let order = TrainingSettings.flagOrder
    varied = given.keys.filter { (given[$0]?.count ?? 0) > 1 }
      .sorted { (order[$0] ?? 0) < (order[$1] ?? 0) }
    var combinations: [[(flag: String, text: String)]] = [[]]
    for flag in varied {
      combinations = combinations.flatMap { head in
        (given[flag] ?? []).map { head + [(flag, $0)] }
      }
    }
    let names = given.mapValues(Self.folderNames)
    let constant = given.compactMapValues { $0.count == 1 ? $0[0] : nil }
    tasks = combinations.map { combination in
      func name(_ parts: [(flag: String, text: String)]) -> String {
        parts.map { "\($0.flag)=\(names[$0.flag]?[$0.text] ?? "")" }.joined(separator: ",")
      }
      let name = (full: name(combination), setting: name(combination.filter { $0.flag != "seed" }))
      return Task(
        name: name.full.isEmpty ? network.rawValue : name.full,
        flags: constant.merging(combination.map { ($0.flag, $0.text) }) { $1 },
        setting: name.setting.isEmpty ? network.rawValue : name.setting)
    }
  }

  /// Values of a flag as parts of folders' names, each another: of paths their last parts, all of them
  /// where those are alike.
  private static func folderNames(_ values: [String]) -> [String: String] {
    func safe(_ text: some StringProtocol) -> String {
      String(text.map { $0.isLetter || $0.isNumber || "._-+".contains($0) ? $0 : "-" })
    }
    let last = values.map { safe($0.split(separator: "/").last ?? $0[...]) }
    let whole = values.map { safe($0) }
    let unique = [last, whole].first { Set($0).count == values.count }
    let names = unique ?? whole.enumerated().map { "\($1)-\($0 + 1)" }
    return Dictionary(zip(values, names)) { first, _ in first }
  }

  /// What to type for one run of it.
  func command(of task: Task) throws -> String {
    "\(try TrainingSettings(network, flags: task.flags).command) --logdir \(logdir) "
      + "--run \(task.name)"
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
  }

  var task: Sweep.Task
  var state = State.unfinished

  /// Its result, if it has one.
  var result: RunResult? {
    if case .done(let result, _) = state { result } else { nil }
  }
}

extension Sweep {
  /// A data set that several runs learn from.
  private struct DataKey: Hashable {
    var source: String
    var trainPerClass: Int?
    var testPerClass: Int?
  }

  /// Trains what isn't complete.
  ///
  /// - Parameters:
  ///   - chosen: the runs to train.
  ///   - jobs: runs at the same time, each on its share of the threads.
  func run(
    _ chosen: [Task], jobs: Int, threads: Int, progress style: ProgressBar.Style
  ) throws -> [SweepOutcome] {
    var datasets: [DataKey: Dataset] = [:]
    var works: [(settings: TrainingSettings, data: Dataset)] = []
    for task in chosen {
      let settings = try TrainingSettings(network, flags: task.flags)
      let key = DataKey(
        source: settings.data, trainPerClass: settings.trainPerClass,
        testPerClass: settings.testPerClass)
      let data = try datasets[key] ?? Training.load(settings)
      datasets[key] = data
      works.append((settings, data))
    }
    let steps = works.map { work in
      work.settings.totalSteps(
        stepsPerEpoch: work.data.training.stepsPerEpoch(batchSize: work.settings.batchSize))
    }
    let interruption = Interruption()
    let board = SweepBoard(tasks: chosen, steps: steps, style: style)
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
            to: train(chosen[index], all[index], interruption) { board.advance(index, to: $0) }
          )
        }
      }
    }
    return board.finish()
  }

  /// Trains one run, goes on with it, or finds that it is done.
  private func train(
    _ task: Task, _ work: (settings: TrainingSettings, data: Dataset),
    _ interruption: Interruption, advanced: (Int) -> Void
  ) -> SweepOutcome.State {
    do {
      let folder = try RunFolder(shared: task.name, logdir: logdir)
      // Held from here on: what is complete or not won't change under our feet.
      let lock = try folder.lock()
      let checkpoint = try Self.checkpoint(of: folder)
      if let checkpoint, let result = RunResult(of: folder) {
        // Refuses a folder that holds a run with other settings.
        let settings = try Training.settings(of: checkpoint, network, given: task.flags)
        if result.isComplete(settings, work.data) { return .done(result, isNew: false) }
      } else if checkpoint == nil, let result = RunResult(of: folder), result.status == .diverged {
        return .done(result, isNew: false)
      }
      var training =
        try checkpoint.map {
          try Training(resuming: $0, network, given: task.flags, data: work.data, lock: lock)
        } ?? Training(new: folder, work.settings, data: work.data, lock: lock)
      var bar = ProgressBar(unit: "step", total: training.totalSteps, style: .silent)
      let result = try training.run(
        &bar, interruption, compared: varied, advanced: advanced)
      if let trouble = training.trouble { throw trouble }
      return result.status == .interrupted ? .unfinished : .done(result, isNew: true)
    } catch is RunFolder.Occupied {
      return .elsewhere
    } catch {
      return .failed("\(error)")
    }
  }

  private static func checkpoint(of folder: RunFolder) throws -> Checkpoint? {
    let path = RunFolder.joined(folder.path, Checkpoint.fileName)
    return FileManager.default.fileExists(atPath: path) ? try Checkpoint(path: path) : nil
  }
}

extension RunResult {
  /// Whether a run with these settings has nothing left to do.
  fileprivate func isComplete(_ settings: TrainingSettings, _ data: Dataset) -> Bool {
    let total = settings.totalSteps(
      stepsPerEpoch: data.training.stepsPerEpoch(batchSize: settings.batchSize))
    switch status {
    case .finished: return step >= total
    case .stoppedEarly: return settings.patience != nil && totalSteps == total
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

  init(tasks: [Sweep.Task], steps: [Int], style: ProgressBar.Style) {
    self.steps = steps
    contents = Mutex(
      Contents(
        outcomes: tasks.map { SweepOutcome(task: $0) }, done: steps.map { _ in 0 },
        bar: ProgressBar(unit: "step", total: steps.reduce(0, +), style: style)))
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
      let ended = contents.outcomes.filter { $0.result != nil }.count
      let count = "\(ended)/\(contents.outcomes.count) runs"
      switch state {
      case .done(let result, isNew: true):
        let accuracy = result.accuracy.map { Format.percent($0) } ?? "-"
        contents.bar.line("\(count)  \(name)  accuracy/test \(accuracy)  \(result.status.rawValue)")
      case .failed(let reason): contents.bar.tell(reason)
      case .done, .elsewhere, .unfinished: break
      }
      Self.show(&contents)
    }
  }

  private static func show(_ contents: inout Contents) {
    let ended = contents.outcomes.filter { $0.result != nil }.count
    let best = contents.outcomes.compactMap { $0.result?.accuracy }.max()
    contents.bar.update(
      contents.done.reduce(0, +),
      ["\(ended)/\(contents.outcomes.count) runs"]
        + (best.map { ["best \(Format.percent($0))"] } ?? []))
  }

  func finish() -> [SweepOutcome] {
    contents.withLock { contents in
      contents.bar.finish()
      return contents.outcomes
    }
  }
}
