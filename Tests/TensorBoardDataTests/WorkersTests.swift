import Synchronization
import Testing

@testable import TensorBoardData

@Suite struct WorkersTests {
  @Test(arguments: [1, 2, 7]) func allWorkIsDoneOnce(threads: Int) {
    let done = Mutex<[Int]>([])
    let workers = Workers<Int>(limit: threads) { item in done.withLock { $0.append(item) } }
    for start in stride(from: 0, to: 10_000, by: 16) {
      workers.add(Array(start..<min(start + 16, 10_000)))
    }
    workers.finish()
    #expect(done.withLock { $0.sorted() } == Array(0..<10_000))
  }

  @Test func withoutWorkNothingIsWaitedFor() {
    Workers<Int>(limit: 2) { _ in }.finish()
  }
}
