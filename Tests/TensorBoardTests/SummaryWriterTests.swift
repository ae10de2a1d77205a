import EventFiles
import Foundation
import Synchronization
import Testing

@testable import TensorBoard

@Suite struct SummaryWriterTests {
  @Test func aNewFileBeginsWithItsVersionAndWriterAtOnce() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder + "/deep/er/run")
      let events = try readEvents(writer.path).events
      #expect(events.map(\.content) == [.fileVersion("brain.Event:2")])
      #expect(events[0].writer == "swift-tensorboard")
      #expect(abs(events[0].wallTime - Date().timeIntervalSince1970) < 3600)
      #expect(writer.path.hasPrefix(folder + "/deep/er/run/events.out.tfevents."))
      try writer.close()
    }
  }

  @Test func flushIsABarrier() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder, flushInterval: .seconds(3600))
      for step in 0..<100 {
        try writer.add(.scalar("a", step), step: step)
        try writer.flush()
        #expect(summarySteps(try readEvents(writer.path).events) == Array(0...step))
      }
      try writer.close()
    }
  }

  @Test func closeIsFinal() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder, flushInterval: .seconds(3600))
      try writer.add(.scalar("a", 1), step: 1)
      try writer.close()
      #expect(throws: SummaryWriterError.closed(path: writer.path)) {
        try writer.add(.scalar("a", 2), step: 2)
      }
      try writer.close()
      try writer.flush()
      #expect(summarySteps(try readEvents(writer.path).events) == [1])
    }
  }

  @Test func theLastReferenceClosesTheFile() throws {
    try withTemporaryFolder { folder in
      var writer: SummaryWriter? = try SummaryWriter(
        directory: folder, flushInterval: .seconds(3600))
      try writer?.add(.scalar("a", 1), step: 7)
      writer = nil
      #expect(summarySteps(try readEvents(try eventFiles(in: folder)[0]).events) == [7])
    }
  }

  /// Waits for the file itself to change: without a barrier, only the writer's thread can do that.
  @Test func theThreadWritesWithoutBeingAsked() throws {
    let output = TestOutput()
    let writer = try SummaryWriter(output: output, path: "a", flushInterval: .milliseconds(1))
    let before = output.bytes.count
    try writer.add(.scalar("a", 1), step: 1)
    while output.bytes.count == before { sched_yield() }
    #expect(summarySteps(try readEvents(output.bytes).events) == [1])
  }

  @Test func aLargeBufferIsWrittenBeforeTheIntervalIsOver() throws {
    let output = TestOutput()
    let writer = try SummaryWriter(output: output, path: "a", maximumBufferedBytes: 1_000)
    for step in 0..<10_000 { try writer.add(.scalar("a", step), step: step) }
    #expect(output.bytes.count > 9_000 * 40)
    try writer.close()
    #expect(summarySteps(try readEvents(output.bytes).events) == Array(0..<10_000))
    #expect(writer.droppedEventCount == 0)
  }

  @Test func manyThreadsLoseNothingAndKeepTheirOrder() throws {
    let output = TestOutput()
    let writer = try SummaryWriter(output: output, path: "a", maximumBufferedBytes: 10_000)
    DispatchQueue.concurrentPerform(iterations: 64) { thread in
      for step in 0..<500 {
        try? writer.add(.scalar("\(thread)", thread), step: step)
        if step.isMultiple(of: 97) { try? writer.flush() }
      }
    }
    try writer.close()
    var steps: [String: [Int]] = [:]
    for event in try readEvents(output.bytes).events {
      guard case .summary(let summary) = event.content else { continue }
      steps[summary.values[0].tag, default: []].append(event.step)
    }
    #expect(steps.count == 64)
    #expect(steps.values.allSatisfy { $0 == Array(0..<500) })
  }

  @Test func writersOfOneSecondHaveNamesInTheOrderOfTheirCreation() throws {
    try withTemporaryFolder { folder in
      var paths: [String] = []
      for _ in 0..<12 {
        let writer = try SummaryWriter(directory: folder)
        paths.append(writer.path)
        try writer.close()
      }
      #expect(try eventFiles(in: folder) == paths)
    }
  }

  @Test func writersMadeAtOnceHaveFilesOfTheirOwn() throws {
    try withTemporaryFolder { folder in
      let paths = Mutex<Set<String>>([])
      DispatchQueue.concurrentPerform(iterations: 32) { number in
        guard let writer = try? SummaryWriter(directory: folder) else { return }
        try? writer.add(.scalar("number", number), step: number)
        try? writer.close()
        paths.withLock { _ = $0.insert(writer.path) }
      }
      #expect(paths.withLock(\.count) == 32)
      let steps = try eventFiles(in: folder).flatMap { summarySteps(try readEvents($0).events) }
      #expect(steps.sorted() == Array(0..<32))
    }
  }

  @Test func resumingWritesItsStartTwice() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder, resumingAt: 30)
      let events = try readEvents(writer.path).events
      #expect(events.map(\.step) == [0, 30, 30])
      #expect(
        events.dropFirst().allSatisfy { $0.content == .sessionLog(SessionLog(status: .start)) })
      try writer.close()
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, -5])
  func aWallTimeThatIsNoneIsRefused(time: Double) throws {
    let output = TestOutput()
    let writer = try SummaryWriter(output: output, path: "a")
    let error = #expect(throws: SummaryWriterError.self) {
      try writer.add(.scalar("a", 1), step: 1, wallTime: time)
    }
    #expect(
      error?.description
        == "a: the wall time of an event is \(time), expected seconds since 1970")
    try writer.add(.scalar("a", 1), step: 2, wallTime: 12.5)
    try writer.add(.scalar("a", 1), step: 3)
    try writer.close()
    let events = try readEvents(output.bytes).events
    #expect(events.map(\.step) == [0, 2, 3])
    #expect(events[1].wallTime == 12.5)
    #expect(abs(events[2].wallTime - Date().timeIntervalSince1970) < 3600)
  }

  @Test func summariesOfOneAddAreOneEvent() throws {
    let output = TestOutput()
    let writer = try SummaryWriter(output: output, path: "a")
    try writer.add(.scalar("a", 1), .scalar("b", 2 as Float), .text("c", "d"), step: 1)
    try writer.add(["e", "f"].map { Summary.scalar($0, 0.5) }, step: 2)
    try writer.add([], step: 3)
    try writer.close()
    let tags = try readEvents(output.bytes).events.compactMap { event -> [String]? in
      guard case .summary(let summary) = event.content else { return nil }
      return summary.values.map(\.tag)
    }
    #expect(tags == [["a", "b", "c"], ["e", "f"]])
  }

  @Test func aDirectoryThatCanNotBeMadeIsToldByName() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/file"
      try Data().write(to: URL(fileURLWithPath: file))
      #expect(
        throws: EventFileError.system(
          path: file + "/run", action: "make the directory", reason: "Not a directory")
      ) { try SummaryWriter(directory: file + "/run") }
      let error = #expect(throws: EventFileError.self) { try SummaryWriter(directory: file) }
      #expect(error?.description.hasSuffix("can't make the directory: File exists") == true)
      #expect(throws: EventFileError.badFileNameSuffix("/x")) {
        try SummaryWriter(directory: folder, fileNameSuffix: "/x")
      }
    }
  }

  @Test func aSuffixEndsTheName() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder + "/", fileNameSuffix: ".v2")
      #expect(writer.path.hasSuffix(".v2") && !writer.path.contains("//"))
      try writer.close()
    }
  }
}
