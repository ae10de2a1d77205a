import Foundation
import Testing

@testable import CommandSupport

@Suite struct InterruptionTests {
  @Test func theFirstRequestToStopIsSeenByTheLoop() {
    let interruption = Interruption()
    #expect(!interruption.isRequested)
    kill(getpid(), SIGTERM)
    let deadline = ContinuousClock.now + .seconds(20)
    while !interruption.isRequested, ContinuousClock.now < deadline { sched_yield() }
    #expect(interruption.isRequested)
  }
}
