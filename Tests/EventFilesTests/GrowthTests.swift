import EventFiles
import Foundation
import ProtobufWire
import Testing

/// What reading costs when a file doubles: inputs that were made so that each step looks back at all
/// before it.
@Suite(.serialized) struct GrowthTests {
  private static let version = Event(
    wallTime: 1, content: .fileVersion(Event.currentFileVersion))

  /// Checks that four times the input takes less than 2.6² times the time: a reader that looks back
  /// takes sixteen times. The least of several turns counts, so that other programs don't.
  private func expectLinear(
    _ size: Int, making make: (Int) -> [UInt8], reading read: (String) throws -> Void
  ) throws {
    let times = try [size, 4 * size].map { size in
      try withTemporaryFolder { folder in
        try write(make(size), to: folder + "/a.tfevents")
        return try (0..<4).map { _ in
          let start = processorTime()
          try read(folder)
          return processorTime() - start
        }.min() ?? 0
      }
    }
    #expect(times[1] < 2.6 * 2.6 * times[0] + 0.01, "\(times) seconds")
  }

  private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private func contents(of folder: String) throws -> RunContents {
    try Run(directory: folder, name: "run").contents()
  }

  private func scalar(_ tag: String) -> Summary.Value { .init(tag: tag, content: .scalar(1)) }

  private func bytes(_ events: some Sequence<Event>) -> [UInt8] {
    var records = RecordBuffer()
    for event in events { records.append(event) }
    return records.bytes
  }

  /// Each of many lengths fits its checksum, and claims half of the file.
  @Test func lengthsThatClaimMuchAreNotAllBelieved() throws {
    try expectLinear(1 << 18) { size in
      var header = (0..<8).map { UInt8(truncatingIfNeeded: (size / 2) >> (8 * $0)) }
      let sum = header.withUnsafeBytes { MaskedCRC.of($0) }
      header += (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt32($0))) }
      return [UInt8](repeating: 0, count: 16)
        + (0..<size / 12).flatMap { _ in header }
    } reading: { folder in
      let (run, file) = (
        try contents(of: folder), try FileReport(checking: folder + "/a.tfevents")
      )
      #expect(run.files[0].damageCount == 1 && file.damageCount == 1)
    }
  }

  /// Every second event goes a step back, behind values that all stay.
  @Test func restartsOfATagCostNoMoreThanItsValues() throws {
    try expectLinear(5_000) { size in
      bytes(
        (0..<2 * size).map { index in
          let step = index < size ? index : size + 10 - (index & 1)
          return Event(
            wallTime: 1, step: step, content: .summary(Summary(values: [scalar("a")])))
        })
    } reading: { folder in
      let steps = try contents(of: folder).series.first?.steps
      #expect(steps?.count ?? 0 > 5_000)
    }
  }

  /// As many tags as restarts of the whole run.
  @Test func restartsOfARunCostNoMoreThanItsValues() throws {
    try expectLinear(2_000) { size in
      let tags = Event(
        wallTime: 1, step: 5,
        content: .summary(Summary(values: (0..<size).map { scalar("t\($0)") })))
      let restart = Event(
        wallTime: 1, step: 1_000_000, content: .sessionLog(SessionLog(status: .start)))
      return bytes([Self.version, tags] + (0..<size).map { _ in restart })
    } reading: { folder in
      let contents = try contents(of: folder)
      #expect(contents.series.allSatisfy { $0.count == 1 })
    }
  }

  /// A record of many texts isn't decoded again for each of them.
  @Test func valuesOfARecordAreReadEachByItself() throws {
    try expectLinear(1_000) { size in
      let texts = (0..<size).map { index in
        Summary.Value(
          tag: "note", metadata: SummaryMetadata(pluginName: "text", dataClass: .tensor),
          content: .tensor(
            TensorProto(shape: [], strings: ["t\(index)"])))
      }
      return bytes([
        Self.version, Event(wallTime: 1, step: 1, content: .summary(Summary(values: texts))),
      ])
    } reading: { folder in
      let contents = try contents(of: folder)
      let series = try #require(contents.series.first)
      for index in 0..<series.count {
        #expect(try contents.texts(index, of: series) == ["t\(index)"])
      }
    }
  }

  @Test func manyTagsAndFilesCostNoMoreThanTheirNumber() throws {
    try expectLinear(4_000) { size in
      bytes(
        (1...2).map { step in
          Event(
            wallTime: 1, step: step,
            content: .summary(Summary(values: (0..<size).map { scalar("t\($0)") })))
        })
    } reading: { folder in
      let contents = try contents(of: folder)
      #expect(contents.series.allSatisfy { $0.count == 2 })
    }
  }
}
