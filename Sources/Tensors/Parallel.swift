import Dispatch
import Synchronization

/// The one door to several threads.
///
/// Work comes in chunks whose bounds don't depend on the number of threads; each chunk writes a slice
/// of its own, and sums over chunks are made in index order. So one seed gives the same bits on any
/// number of cores.
public enum Parallel {
  /// How many threads may work at once, the caller's among them. Default: one a processor.
  @TaskLocal public static var workers: Int = Platform.processorCount

  /// Calls `body` once for each chunk `0 ..< count`, in any order, on up to `workers` threads.
  package static func forEach(_ count: Int, _ body: (Int) -> Void) {
    let workers = min(Self.workers, count)
    guard workers > 1 else {
      for chunk in 0..<count { body(chunk) }
      return
    }
    let next = Atomic<Int>(0)
    withoutActuallyEscaping(body) { body in
      let work = Work(body: body)
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while true {
          let chunk = next.wrappingAdd(1, ordering: .relaxed).oldValue
          if chunk >= count { return }
          work.body(chunk)
        }
      }
    }
  }

  /// `@unchecked Sendable`: `concurrentPerform` returns when the last chunk is done, and chunks share
  /// nothing that they write.
  private struct Work: @unchecked Sendable {
    let body: (Int) -> Void
  }

  /// At least `count` chunks, of `most` that are possible, so many that all threads have as many to do.
  static func evenly(_ count: Int, of most: Int) -> Int {
    min(most, (count + workers - 1) / workers * workers)
  }

  /// Calls `body` with ranges that cover `0 ..< count`, each but the last `chunk` long.
  package static func forEachRange(
    _ count: Int, chunk: Int, _ body: (Range<Int>) -> Void
  ) {
    forEach((count + chunk - 1) / chunk) { index in
      body(index * chunk..<min(count, (index + 1) * chunk))
    }
  }
}
