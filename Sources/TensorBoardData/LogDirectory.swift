internal import EventFiles
internal import Files
import Foundation
internal import Synchronization

/// Log directories as TensorBoard's data server shows them: what is in memory of their runs.
///
/// Scalars are kept as numbers, tensors and blobs as places in their files. `reload()` takes in what was
/// written since; whoever asks meanwhile gets what is there so far.
package final class LogDirectory: Sendable {
  /// Its path; of several, as TensorBoard's `--logdir_spec` has them.
  package let path: String
  private let sources: [LogSource]
  private let samples: SampleCounts
  private let checksAll: Bool
  /// By the names of the runs. Whoever holds it loads.
  private let known = Mutex<[[UInt8]: RunLoader]>([:])
  /// What is shown: by name, but for those that were found since the last time.
  private let shown = Mutex<[RunLoader]>([])

  /// Nothing of log directories yet, which needn't exist.
  ///
  /// - Parameter checksAll: Whether the checksums of long records, mostly images, are checked when they are
  ///   loaded, for which all of them is read; otherwise when they are asked for.
  package init(_ sources: [LogSource], samples: SampleCounts, checksAll: Bool = false) {
    path =
      sources.count == 1 && sources[0].name == nil
      ? sources[0].path
      : sources.map { "\($0.name ?? ""):\($0.path)" }.joined(separator: ",")
    self.sources = sources
    self.samples = samples
    self.checksAll = checksAll
  }

  /// Nothing of a log directory yet.
  package convenience init(path: String, samples: SampleCounts, checksAll: Bool = false) {
    self.init([LogSource(path: path)], samples: samples, checksAll: checksAll)
  }

  /// The runs as they are loaded so far.
  package var runs: [LoadedRun] { runs { _ in true } }

  /// Those of the runs whose names are asked for.
  func runs(where isWanted: ([UInt8]) -> Bool) -> [LoadedRun] {
    shown.withLock { $0 }.filter { isWanted($0.name) }.map(\.loaded)
  }

  /// What a reload did.
  package struct Report: Sendable {
    /// Runs there are.
    package var runCount = 0
    /// Events that were read.
    package var eventCount = 0
    /// Sentences on what is damaged or can't be read, each once.
    package var warnings: [String] = []
  }

  /// What there is, and what was done since the beginning.
  package struct Contents: Sendable {
    package fileprivate(set) var runCount = 0
    package fileprivate(set) var seriesCount = 0
    /// Points in memory: numbers, or places.
    package fileprivate(set) var pointCount = 0
    package fileprivate(set) var eventCount = 0
    package fileprivate(set) var loadCount = 0
    package fileprivate(set) var loadSeconds = 0.0
    package fileprivate(set) var warningCount = 0
  }

  private let done = Mutex(Contents())

  /// What there is now.
  package var contents: Contents {
    var contents = done.withLock { $0 }
    for run in runs {
      contents.runCount += 1
      contents.seriesCount += run.series.count
      for series in run.series { contents.pointCount += series.pointCount }
    }
    return contents
  }

  /// A run, and the event files that it has now.
  private struct Work: Sendable {
    var loader: RunLoader
    var files: [String]
  }

  /// Runs that are found before somebody is told.
  private static let batch = 16

  /// Loads what was written since the last time, in as many threads as there are processors: an open file
  /// each. Runs are loaded while others are looked for. Returns when all is read.
  package func reload() -> Report {
    let start = ContinuousClock.now
    let report = load()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    done.withLock {
      $0.loadCount += 1
      $0.loadSeconds += seconds
      $0.eventCount += report.eventCount
      $0.warningCount += report.warnings.count
    }
    return report
  }

  private func load() -> Report {
    known.withLock { known in
      let total = Mutex(Report())
      let workers = Workers<Work>(limit: max(1, ProcessInfo.processInfo.activeProcessorCount - 1)) {
        let (eventCount, warnings) = $0.loader.load($0.files)
        guard eventCount > 0 || !warnings.isEmpty else { return }
        total.withLock {
          $0.eventCount += eventCount
          $0.warnings += warnings
        }
      }
      var found: [RunLoader] = []
      var failures: [String] = []
      let before = known.count
      for source in sources { find(in: source, &known, &found, &failures, workers) }
      if known.count != before || found.count != before {
        settle(&known, found, keepsLost: !failures.isEmpty)
      }
      workers.finish()
      return total.withLock {
        $0.runCount = found.count
        $0.warnings = failures + $0.warnings
        return $0
      }
    }
  }

  /// Finds the runs of a directory, and has them loaded.
  private func find(
    in source: LogSource, _ known: inout [[UInt8]: RunLoader], _ found: inout [RunLoader],
    _ failures: inout [String], _ workers: Workers<Work>
  ) {
    var walk = RunWalk(source.path)
    var batch: [Work] = []
    var new: [RunLoader] = []
    func pass() {
      if !new.isEmpty { shown.withLock { $0 += new } }
      new = []
      workers.add(batch)
      batch = []
    }
    do {
      while let (run, files) = try walk.next() {
        let name = source.servedName(of: run)
        let loader: RunLoader
        if let old = known[name] {
          loader = old
        } else {
          loader = RunLoader(
            name: name, directory: run.directory, samples: samples,
            checksAll: checksAll)
          known[name] = loader
          new.append(loader)
        }
        found.append(loader)
        batch.append(Work(loader: loader, files: files))
        if batch.count == Self.batch { pass() }
      }
    } catch {
      // What doesn't exist is made later, perhaps; what can't be listed just now stays as it is.
      if FileStatus(path: source.path) != nil { failures.append(error.description) }
    }
    pass()
    failures += walk.failures.map(\.description)
  }

  /// Brings what is shown into the order of names, without the runs that are gone.
  ///
  /// - Parameter keepsLost: Whether what wasn't found may be there all the same.
  private func settle(
    _ known: inout [[UInt8]: RunLoader], _ found: [RunLoader], keepsLost: Bool
  ) {
    var runs = found
    if found.count != known.count {
      let names = Set(found.map(\.name))
      for (name, loader) in known where !names.contains(name) {
        if keepsLost, FileStatus(path: loader.directory) != nil {
          runs.append(loader)
        } else {
          known[name] = nil
        }
      }
    }
    runs.sort { $0.name.lexicographicallyPrecedes($1.name) }
    shown.withLock { $0 = runs }
  }
}
