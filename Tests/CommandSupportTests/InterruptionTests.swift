import Foundation
import Testing

@testable import CommandSupport

/// Signals belong to the whole process: one test at a time.
@Suite(.serialized) struct InterruptionTests {
  @Test(arguments: [SIGINT, SIGTERM, SIGUSR1])
  func theFirstRequestToStopIsSeenByTheLoop(number: Int32) {
    let interruption = Interruption()
    #expect(!interruption.isRequested)
    kill(getpid(), number)
    let deadline = ContinuousClock.now + .seconds(20)
    while !interruption.isRequested, ContinuousClock.now < deadline { sched_yield() }
    #expect(interruption.isRequested)
  }
}
