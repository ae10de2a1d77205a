import EventFiles
import Foundation
import Synchronization
import Testing

@testable import TensorBoard

/// What happens when the file can't be written.
@Suite struct WriteErrorTests {
  private let reason = "No space left on device"

  @Test func shortWritesGoOnWhereTheyStopped() throws {
    let output = TestOutput()
    output.state.withLock { $0.largestWrite = 7 }
    let writer = try SummaryWriter(output: output, path: "a")
    for step in 0..<50 { try writer.add(.scalar("a", step), step: step) }
    try writer.close()
    let (events, rest) = try readEvents(output.bytes)
    #expect(summarySteps(events) == Array(0..<50))
    #expect(rest == 0)
  }

  @Test func aFullDiskIsToldAtFlushAndEventsWait() throws {
    let output = TestOutput()
    let writer = try SummaryWriter(output: output, path: "a")
    let room = output.bytes.count + 60
    output.state.withLock { $0.room = room }
    for step in 0..<10 { try writer.add(.scalar("a", step), step: step) }
    let error = SummaryWriterError.notWritten(path: "a", reason: reason, waiting: 10, dropped: 0)
    #expect(throws: error) { try writer.flush() }
    #expect(throws: error) { try writer.flush() }
    #expect(output.bytes.count == room)
    // Half a record is in the file; readers take it for one that is still being written.
    #expect(summarySteps(try readEvents(output.bytes).events) == [0])

    output.state.withLock { $0.room = .max }
    try writer.add(.scalar("a", 10), step: 10)
    try writer.flush()
    let (events, rest) = try readEvents(output.bytes)
    #expect(summarySteps(events) == Array(0...10))
    #expect(rest == 0)
    try writer.close()
  }

  @Test func whatTheBufferCanNotHoldIsCountedAndToldOnce() throws {
    let output = TestOutput()
    let writer = try SummaryWriter(output: output, path: "a", maximumBufferedBytes: 500)
    output.state.withLock { $0.room = $0.bytes.count }
    for step in 0..<1_000 { try writer.add(.scalar("a", step), step: step) }
    let error = #expect(throws: SummaryWriterError.self) { try writer.flush() }
    guard case .notWritten(_, reason, let waiting, let dropped) = error else {
      throw Unexpected(found: "another error: \(String(describing: error))")
    }
    #expect(waiting + dropped == 1_000)
    #expect(dropped == writer.droppedEventCount && dropped > 900)
    output.state.withLock { $0.room = .max }
    try writer.flush()
    try writer.add(.scalar("a", 1_000), step: 1_000)
    try writer.close()
    let steps = summarySteps(try readEvents(output.bytes).events)
    #expect(steps == Array(0..<waiting) + [1_000])
  }

  @Test func dropsAreToldEvenWhereTheFileCanBeWrittenAgain() throws {
    let output = TestOutput()
    let writer = try SummaryWriter(output: output, path: "a", maximumBufferedBytes: 500)
    output.state.withLock { $0.room = $0.bytes.count }
    for step in 0..<100 { try writer.add(.scalar("a", step), step: step) }
    output.state.withLock { $0.room = .max }
    let dropped = writer.droppedEventCount
    #expect(
      throws: SummaryWriterError.notWritten(
        path: "a", reason: nil, waiting: 0, dropped: dropped)
    ) { try writer.flush() }
    try writer.close()
  }

  @Test func closingOnAFullDiskCutsHalfARecordOff() throws {
    let output = TestOutput()
    let writer = try SummaryWriter(output: output, path: "a")
    output.state.withLock { $0.room = $0.bytes.count + 60 }
    for step in 0..<10 { try writer.add(.scalar("a", step), step: step) }
    #expect(
      throws: SummaryWriterError.notWritten(path: "a", reason: reason, waiting: 0, dropped: 9)
    ) { try writer.close() }
    let (events, rest) = try readEvents(output.bytes)
    #expect(summarySteps(events) == [0])
    #expect(rest == 0)
    #expect(writer.droppedEventCount == 9)
    try writer.close()
  }

  @Test func aRemovedDirectoryIsMadeAgainAndNothingIsLost() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder + "/run")
      try writer.add(.scalar("a", 1), step: 1)
      try writer.flush()
      let first = writer.path
      try FileManager.default.removeItem(atPath: folder + "/run")
      for step in 2..<5 { try writer.add(.scalar("a", 1), step: step) }
      try writer.flush()
      try writer.add(.scalar("a", 1), step: 5)
      try writer.close()
      #expect(writer.path != first)
      #expect(try eventFiles(in: folder + "/run") == [writer.path])
      let events = try readEvents(writer.path).events
      #expect(events.first?.content == .fileVersion("brain.Event:2"))
      #expect(summarySteps(events) == [2, 3, 4, 5])
      #expect(writer.droppedEventCount == 0)
    }
  }

  /// As where the disk that held it is gone: another stands in the directory's place.
  @Test func untilADirectoryCanBeMadeAgainEventsWait() throws {
    try withTemporaryFolder { folder in
      let run = folder + "/run"
      let writer = try SummaryWriter(directory: run)
      try FileManager.default.removeItem(atPath: run)
      try Data().write(to: URL(fileURLWithPath: run))
      for step in 0..<3 { try writer.add(.scalar("a", 1), step: step) }
      let error = #expect(throws: SummaryWriterError.self) { try writer.flush() }
      #expect(
        error?.description.contains(
          ": can't write: the file was removed or cut off, and no other can be made: \(run)")
          == true)
      #expect(error?.description.hasSuffix("; 3 events will be tried again") == true)
      try FileManager.default.removeItem(atPath: run)
      try writer.flush()
      try writer.close()
      #expect(summarySteps(try readEvents(try eventFiles(in: run)[0]).events) == [0, 1, 2])

      let other = try SummaryWriter(directory: run)
      try FileManager.default.removeItem(atPath: run)
      try Data().write(to: URL(fileURLWithPath: run))
      for step in 0..<3 { try other.add(.scalar("a", 1), step: step) }
      let last = #expect(throws: SummaryWriterError.self) { try other.close() }
      #expect(last?.description.hasSuffix("; 3 events lost") == true)
      #expect(other.droppedEventCount == 3)
    }
  }

  @Test(arguments: [0, 1, 70, 130])
  func aFileThatIsCutFromOutsideIsFollowedByANewOne(size: Int) throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder)
      for step in 0..<3 { try writer.add(.scalar("a", 1), step: step) }
      try writer.flush()
      let first = writer.path
      let before = try Data(contentsOf: URL(fileURLWithPath: first))
      #expect(truncate(first, off_t(size)) == 0)
      for step in 3..<6 { try writer.add(.scalar("a", 1), step: step) }
      try writer.close()
      #expect(try eventFiles(in: folder) == [first, writer.path])
      #expect(try Data(contentsOf: URL(fileURLWithPath: first)) == before.prefix(size))
      let (events, rest) = try readEvents(writer.path)
      #expect(summarySteps(events) == [3, 4, 5])
      #expect(rest == 0)
      #expect(writer.droppedEventCount == 0)
    }
  }

  @Test func aFileThatCanNotBeBegunIsAnErrorOfTheInitializer() {
    let output = TestOutput()
    output.state.withLock { $0.room = 10 }
    #expect(throws: SummaryWriterError.self) { try SummaryWriter(output: output, path: "a") }
  }

  @Test(arguments: [
    (SummaryWriterError.closed(path: "a/b"), "a/b: nothing can be added, the writer is closed"),
    (
      .forked(path: "a/b"),
      "a/b: the file belongs to the process that this one was forked from; make a SummaryWriter "
        + "of its own here"
    ),
    (
      .notWritten(path: "a/b", reason: "No space left on device", waiting: 12, dropped: 0),
      "a/b: can't write: No space left on device; 12 events will be tried again"
    ),
    (
      .notWritten(path: "a/b", reason: "File too large", waiting: 0, dropped: 1),
      "a/b: can't write: File too large; 1 event lost"
    ),
    (
      .badWallTime(path: "a/b", -5),
      "a/b: the wall time of an event is -5.0, expected seconds since 1970"
    ),
    (.notWritten(path: "a/b", reason: nil, waiting: 0, dropped: 3), "a/b: 3 events lost"),
  ])
  func errorsAreSentences(error: SummaryWriterError, sentence: String) {
    #expect(error.description == sentence)
  }
}
