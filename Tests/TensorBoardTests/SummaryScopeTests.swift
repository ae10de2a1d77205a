import EventFiles
import Foundation
import TensorBoard
import Testing

/// Prefixes, steps and intervals in the call.
@Suite struct SummaryScopeTests {
  /// The steps and tags of what a body logs.
  private func logged(_ body: (SummaryWriter) throws -> Void) throws -> [String] {
    let log = InMemoryLog()
    let writer = try SummaryWriter(log)
    try body(writer)
    try writer.close()
    return try log.events().compactMap { event in
      guard case .summary(let summary)? = event.content else { return nil }
      return "\(event.step) " + summary.values.map(\.tag).joined(separator: ",")
    }
  }

  @Test func `a scope puts its prefix before tags and has a step`() throws {
    let lines = try logged { writer in
      let train = writer.scoped("train", step: UInt8(3))
      try train.add(.scalar("loss", 1), .scalar("accuracy", 0.5))
      try train.add([.scalar("rate", 1e-3)], step: 4)
      try train.scoped("layer1").add(.histogram("weight", [1, 2]))
      try train.scoped("layer1", step: Int32(9)).add(.scalar("norm", 2))
      try writer.scoped("test").add(.scalar("loss", 1), step: 5)
    }
    #expect(
      lines == [
        "3 train/loss,train/accuracy", "4 train/rate", "3 train/layer1/weight",
        "9 train/layer1/norm", "5 test/loss",
      ])
  }

  @Test func `tags that TensorBoard looks for stay, and a mesh is found by its new name`() throws {
    let log = InMemoryLog()
    let writer = try SummaryWriter(log)
    let scope = writer.scoped("a/b", step: 0)
    try scope.add(
      .hyperparameters(["rate": 0.1]), .runEnded(.success),
      .mesh("m_x", vertices: [SIMD3<Float>(0, 0, 1)], colors: [SIMD3(1, 2, 3)]))
    try writer.add(
      .mesh("a/b/m_x", vertices: [SIMD3<Float>(0, 0, 1)], colors: [SIMD3(1, 2, 3)]), step: 1)
    let events = try log.events()
    guard case .summary(let scoped)? = events[1].content,
      case .summary(let plain)? = events[2].content
    else { throw Unexpected(found: "\(events)") }
    #expect(
      scoped.values.prefix(2).map(\.tag) == [
        "_hparams_/session_start_info", "_hparams_/session_end_info",
      ])
    #expect(Array(scoped.values.dropFirst(2)) == plain.values)
  }

  @Test func `an interval of steps holds for each line, and at its step for every layer`() throws {
    var computed = 0
    func value() -> Double {
      computed += 1
      return 1
    }
    let lines = try logged { writer in
      for step in 0..<25 {
        for layer in ["a", "b"] {
          try writer.add(.scalar(layer, value()), step: step, every: .steps(10))
        }
        try writer.scoped("s").add(.scalar("c", value()), step: step, every: .steps(20))
      }
    }
    #expect(lines == ["0 a", "0 b", "0 s/c", "10 a", "10 b", "20 a", "20 b", "20 s/c"])
    #expect(computed == lines.count)
  }

  @Test func `an interval of time lets the first through and not the next`() throws {
    let lines = try logged { writer in
      for step in 0..<3 {
        try writer.add(.scalar("hour", 1), step: step, every: .time(.seconds(3600)))
        try writer.add(.scalar("second", 1), step: step, every: .seconds(3600))
        try writer.add(.scalar("always", 1), step: step, every: .seconds(0))
      }
    }
    #expect(lines == ["0 hour", "0 second", "0 always", "1 always", "2 always"])
  }

  @Test func `a writer in scope is closed, after an error too`() throws {
    struct Stop: Error {}
    try withTemporaryFolder { folder in
      var kept: SummaryWriter?
      let count = try withSummaryWriter(directory: folder + "/a") { writer in
        kept = writer
        try writer.add(.scalar("a", 1), step: 1)
        return 7
      }
      #expect(count == 7)
      #expect(throws: SummaryWriterError.self) { try kept?.add(.scalar("a", 1), step: 2) }
      #expect(try summarySteps(readEvents(eventFiles(in: folder + "/a")[0]).events) == [1])
      #expect(throws: Stop.self) {
        try withSummaryWriter(directory: folder + "/b") { writer in
          try writer.add(.scalar("a", 1), step: 1)
          throw Stop()
        }
      }
      #expect(try summarySteps(readEvents(eventFiles(in: folder + "/b")[0]).events) == [1])
    }
  }

  @Test func `waiting for the file keeps no thread`() async throws {
    let log = InMemoryLog()
    let writer = try SummaryWriter(log)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<100 {
        group.addTask {
          try? writer.add(.scalar("a", number), step: number)
          try? await writer.flush()
        }
      }
    }
    try await writer.close()
    try await writer.close()
    #expect(try log.scalars(tag: "a").map(\.step).sorted() == Array(0..<100))
    await #expect(throws: SummaryWriterError.closed(path: "memory")) {
      try writer.add(.scalar("a", 1), step: 1)
      try await writer.flush()
    }
  }

  @Test func `an asynchronous writer in scope is closed`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "tensorboard-\(UUID().uuidString)"
    ).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await withSummaryWriter(directory: folder) { writer in
      try writer.add(.scalar("a", 1), step: 1)
      try await writer.flush()
      try writer.add(.scalar("a", 1), step: 2)
    }
    #expect(try summarySteps(readEvents(eventFiles(in: folder)[0]).events) == [1, 2])
  }
}
