internal import EventFiles
internal import Files
import Foundation
internal import Synchronization

/// A log directory as TensorBoard's data server shows it: what is in memory of its runs.
///
/// Scalars are kept as numbers, tensors and blobs as places in their files. `reload()` takes in what was
/// written since; whoever asks meanwhile gets what is there so far.
package final class LogDirectory: Sendable {
  /// Its path.
  package let path: String
  private let samples: SampleCounts
  /// By the names of the runs.
  private let loaders = Mutex<[RunLoader]>([])

  /// Nothing of a log directory yet, which needn't exist.
  package init(path: String, samples: SampleCounts) {
    self.path = path
    self.samples = samples
  }

  /// The runs as they are loaded so far, by name.
  package var runs: [LoadedRun] { loaders.withLock { $0 }.map(\.loaded) }

  /// What a reload did.
  package struct Report: Sendable {
    /// Runs there are.
    package var runCount = 0
    /// Events that were read.
    package var eventCount = 0
    /// Sentences on what is damaged or can't be read, each once.
    package var warnings: [String] = []
  }

  /// Loads what was written since the last time, in as many threads as there are processors: an open file
  /// each. Returns when all is read.
  package func reload() -> Report {
    let found: [(run: Run, files: [String])]
    var report = Report()
    do {
      let (runs, failures) = try Run.filesOfRuns(under: path)
      found = runs
      report.warnings = failures.map(\.description)
    } catch {
      // What doesn't exist is made later, perhaps; what can't be listed just now stays as it is.
      found = []
      if FileStatus(path: path) != nil { report.warnings = [error.description] }
    }
    let keepsLost = !report.warnings.isEmpty
    let work = loaders.withLock { loaders in
      let known = Dictionary(uniqueKeysWithValues: loaders.map { (Array($0.run.name.utf8), $0) })
      var lost = known
      let work = found.map { run, files in
        let name = Array(run.name.utf8)
        lost[name] = nil
        return (loader: known[name] ?? RunLoader(run, samples: samples), files: files)
      }
      let kept =
        keepsLost ? lost.values.filter { FileStatus(path: $0.run.directory) != nil } : []
      loaders = work.map(\.loader) + kept
      return work
    }
    let total = Mutex(report)
    inThreads(work.count) { index in
      let (eventCount, warnings) = work[index].loader.load(work[index].files)
      if eventCount > 0 || !warnings.isEmpty {
        total.withLock {
          $0.eventCount += eventCount
          $0.warnings += warnings
        }
      }
    }
    return total.withLock {
      $0.runCount = work.count
      return $0
    }
  }
}

/// Calls a function for the numbers up to `count`, in a thread for each processor, and waits.
///
/// Threads of their own: those of Swift's tasks have requests to answer.
private func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let next = Atomic(0)
  let group = DispatchGroup()
  for _ in 0..<min(count, ProcessInfo.processInfo.activeProcessorCount) {
    group.enter()
    Thread.detachNewThread {
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { break }
        body(index)
      }
      group.leave()
    }
  }
  group.wait()
}
