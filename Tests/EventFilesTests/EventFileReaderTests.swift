import EventFiles
import ProtobufWire
import Testing

@Suite struct EventFileReaderTests {
  private let events = (0..<6).map { step in
    Event(
      wallTime: 1.5e9 + Double(step), step: step,
      content: .summary(
        Summary(values: [.init(tag: String(repeating: "t", count: step), content: .scalar(1))])))
  }

  /// The events' records, and where each ends.
  private func file() -> (bytes: [UInt8], ends: [Int]) {
    var records = RecordBuffer()
    let ends = events.map { event in
      records.append(event)
      return records.byteCount
    }
    return (records.bytes, ends)
  }

  private func readAll(_ reader: inout EventFileReader) throws -> [Event] {
    var events: [Event] = []
    while let event = try reader.next() { events.append(event) }
    return events
  }

  @Test func aFileOfTensorBoardIsReadWhole() throws {
    try withTemporaryFolder { folder in
      let bytes = try fixture("events.out.tfevents")
      try write(bytes, to: folder + "/a")
      var reader = try EventFileReader(path: folder + "/a")
      #expect(try readAll(&reader).count == 11)
      #expect(reader.offset == bytes.count)
      #expect(try reader.remainingByteCount == 0)
    }
  }

  @Test func aFileCutAnywhereGivesTheWholeEventsAndLaterTheRest() throws {
    let (bytes, ends) = file()
    try withTemporaryFolder { folder in
      for cut in 0...bytes.count {
        try write(bytes[..<cut], to: folder + "/a")
        var reader = try EventFileReader(path: folder + "/a")
        let whole = ends.count { $0 <= cut }
        #expect(try readAll(&reader) == Array(events[..<whole]))
        #expect(try reader.next() == nil)
        #expect(try reader.remainingByteCount == cut - (ends.last { $0 <= cut } ?? 0))
        try write(bytes, to: folder + "/a")
        #expect(try readAll(&reader) == Array(events[whole...]))
      }
    }
  }

  @Test func aFileThatGrowsByteByByteGivesEachEventOnce() throws {
    let (bytes, _) = file()
    try withTemporaryFolder { folder in
      try write([], to: folder + "/a")
      var reader = try EventFileReader(path: folder + "/a")
      var read: [Event] = []
      for end in 1...bytes.count {
        try write(bytes[..<end], to: folder + "/a")
        read += try readAll(&reader)
      }
      #expect(read == events)
    }
  }

  @Test func aRecordThatItsWriterTookBackIsForgotten() throws {
    let (bytes, ends) = file()
    try withTemporaryFolder { folder in
      try write(bytes[..<ends[0]] + [UInt8](repeating: 0xEE, count: 11), to: folder + "/a")
      var reader = try EventFileReader(path: folder + "/a")
      #expect(try readAll(&reader) == [events[0]])
      try write(bytes, to: folder + "/a")
      #expect(try readAll(&reader) == Array(events[1...]))
    }
  }

  @Test func everyFlippedBitIsFoundWhereItIs() throws {
    let (bytes, ends) = file()
    try withTemporaryFolder { folder in
      for index in bytes.indices {
        var changed = bytes
        changed[index] ^= 1 << UInt8(index % 8)
        try write(changed, to: folder + "/a")
        var reader = try EventFileReader(path: folder + "/a")
        let damaged = ends.count { $0 <= index }
        let start = damaged == 0 ? 0 : ends[damaged - 1]
        var read: [Event] = []
        let error = #expect(throws: EventFileError.self) {
          while let event = try reader.next() { read.append(event) }
        }
        #expect(read == Array(events[..<damaged]))
        #expect(reader.offset == start)
        switch error {
        case .damagedLength(_, let offset, _, _):
          #expect(offset == start && index < start + 12)
          #expect(throws: EventFileError.self) { try reader.skipRecord() }
        case .damagedRecord(_, let offset, _, _):
          #expect(offset == start && index >= start + 12)
          #expect(try reader.skipRecord() == ends[damaged] - start)
          #expect(try readAll(&reader) == Array(events[(damaged + 1)...]))
        default:
          Issue.record("another error: \(String(describing: error))")
        }
      }
    }
  }

  @Test func aRecordThatIsNoEventCanBeSteppedOver() throws {
    try withTemporaryFolder { folder in
      var records = RecordBuffer()
      records.append(events[0])
      let start = records.byteCount
      records.append(payload: [0x0b])
      records.append(payload: [])
      try write(records.bytes, to: folder + "/a")
      var reader = try EventFileReader(path: folder + "/a")
      #expect(try reader.next() == events[0])
      let reason = "the group at byte 0 of the message lacks its start or end"
      let error = EventFileError.malformedEvent(path: folder + "/a", offset: start, reason: reason)
      #expect(throws: error) { try reader.next() }
      #expect(throws: error) { try reader.next() }
      #expect(try reader.skipRecord() == 17)
      #expect(try reader.next() == Event(wallTime: 0))
      #expect(try reader.skipRecord() == nil)
    }
  }

  @Test func aLengthBeyondTheLimitIsRefusedWithoutAskingForTheMemory() throws {
    // 2^62 bytes, with the right checksum.
    let length = (0..<8).map { UInt8($0 == 7 ? 0x40 : 0) }
    let sum = length.withUnsafeBytes { MaskedCRC.of($0) }
    let header = length + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
    try withTemporaryFolder { folder in
      try write(header, to: folder + "/a")
      var reader = try EventFileReader(path: folder + "/a")
      #expect(
        throws: EventFileError.recordTooLong(
          path: folder + "/a", offset: 0, length: 1 << 62, limit: 256 << 20)
      ) { try reader.next() }
      var trusting = try EventFileReader(path: folder + "/a", maximumRecordLength: 1 << 62)
      #expect(try trusting.next() == nil)
    }
  }

  @Test func recordsLargerThanAChunkAndManySmallOnesAreRead() throws {
    try withTemporaryFolder { folder in
      var records = RecordBuffer()
      let large = [UInt8](repeating: 5, count: 700_000)
      for step in 0..<20_000 {
        records.append(Event(wallTime: 1, step: step, content: .fileVersion("x")))
        if step.isMultiple(of: 7_000) {
          records.append(Event(wallTime: 1, step: step, content: .graphDefinition(large)))
        }
      }
      try write(records.bytes, to: folder + "/a")
      var reader = try EventFileReader(path: folder + "/a")
      let steps = try readAll(&reader).map(\.step)
      #expect(steps.count == 20_003)
      #expect(steps == steps.sorted())
    }
  }

  @Test func copiesGoOnByThemselves() throws {
    try withTemporaryFolder { folder in
      try write(file().bytes, to: folder + "/a")
      var first = try EventFileReader(path: folder + "/a")
      _ = try first.next()
      var second = first
      #expect(try readAll(&first) == Array(events[1...]))
      #expect(try readAll(&second) == Array(events[1...]))
    }
  }

  @Test func aMissingFileIsToldByName() {
    #expect(
      throws: EventFileError.system(
        path: "no/such/file", action: "open it", reason: "No such file or directory")
    ) { try EventFileReader(path: "no/such/file") }
  }

  @Test(arguments: [
    (
      EventFileError.system(path: "a/b", action: "open it", reason: "Permission denied"),
      "a/b: can't open it: Permission denied"
    ),
    (
      .damagedLength(path: "a/b", offset: 24, got: 0x1b, wanted: 0x7f00_0000),
      "a/b: the length of the record at byte 24 is damaged: checksum 0x0000001b instead of "
        + "0x7f000000; nothing after it can be read"
    ),
    (
      .damagedRecord(path: "a/b", offset: 8192, got: 0x1b2c_3d4e, wanted: 0),
      "a/b: the record at byte 8192 is damaged: checksum 0x1b2c3d4e instead of 0x00000000"
    ),
    (
      .malformedEvent(path: "a/b", offset: 8, reason: "why"),
      "a/b: the record at byte 8 is no event: why"
    ),
    (
      .recordTooLong(path: "a/b", offset: 8, length: 100, limit: 10),
      "a/b: the record at byte 8 has 100 bytes, more than the limit of 10"
    ),
    (
      .badFileNameSuffix("/x"),
      "a file name can't end in \"/x\": it has a slash or a zero byte in it"
    ),
  ])
  func errorsAreSentences(error: EventFileError, sentence: String) {
    #expect(error.description == sentence)
  }
}
