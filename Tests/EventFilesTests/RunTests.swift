import EventFiles
import Foundation
import Testing

@Suite struct RunTests {
  private static let version = Event(
    wallTime: 1, content: .fileVersion(Event.currentFileVersion))

  private func scalar(_ tag: String, _ step: Int, _ value: Float) -> Event {
    Event(
      wallTime: Double(step), step: step,
      content: .summary(Summary(values: [.init(tag: tag, content: .scalar(value))])))
  }

  private func restart(at step: Int) -> Event {
    Event(wallTime: 99, step: step, content: .sessionLog(SessionLog(status: .start)))
  }

  private func bytes(_ events: [Event]) -> [UInt8] {
    var records = RecordBuffer()
    for event in events { records.append(event) }
    return records.bytes
  }

  private func withRun(
    _ files: [String: [UInt8]], _ body: (Run) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      for (name, bytes) in files { try write(bytes, to: "\(folder)/\(name)") }
      try body(Run(directory: folder, name: "run"))
    }
  }

  @Test func `files are read in the order of their names`() throws {
    try withRun([
      "a.tfevents.2": bytes([Self.version, scalar("t", 2, 20), scalar("u", 2, 5)]),
      "a.tfevents.1": bytes([Self.version, scalar("t", 1, 10)]),
      "notes.txt": [1, 2, 3],
    ]) { run in
      #expect(try run.scalars(tag: "t").map(\.value) == [10, 20])
      let tags = try run.contents().series.map(\.tag)
      #expect(tags == ["t", "u"])
      #expect(try run.scalars(tag: "none") == [])
    }
  }

  @Test func `a restart replaces the steps it repeats`() throws {
    let files = [
      "tfevents.1": bytes([Self.version] + (1...6).map { scalar("t", $0, Float($0)) }),
      "tfevents.2": bytes([Self.version, restart(at: 4)] + (4...7).map { scalar("t", $0, -1) }),
    ]
    try withRun(files) { run in
      let contents = try run.contents()
      #expect(contents.series(tag: "t")?.steps == [1, 2, 3, 4, 5, 6, 7])
      #expect(contents.series(tag: "t")?.numbers == [1, 2, 3, -1, -1, -1, -1])
      #expect(contents.series(tag: "t")?.supersededCount == 3)
      let all = try RunContents(of: run, appliesRestarts: false)
      #expect(all.series(tag: "t")?.count == 10)
    }
  }

  @Test func `without a version a step that goes down is a restart of its tag`() throws {
    try withRun([
      "tfevents": bytes([
        scalar("t", 1, 1), scalar("u", 2, 1), scalar("t", 5, 1), scalar("t", 3, 2),
      ])
    ]) { run in
      let contents = try run.contents()
      #expect(contents.series(tag: "t")?.steps == [1, 3])
      #expect(contents.series(tag: "u")?.steps == [2])
    }
  }

  @Test func `numbers are found in tensors of every type`() throws {
    let metadata = SummaryMetadata(pluginName: "scalars", dataClass: .scalar)
    let tensors: [TensorProto] = [
      TensorProto(dataType: .float, shape: [], scalars: .floats([2.5])),
      TensorProto(shape: [], scalars: [0.1]),
      TensorProto(dataType: .double, shape: [], scalars: .doubles([0.2])),
      TensorProto(dataType: .int64, shape: [], scalars: .integers([-7])),
      TensorProto(dataType: .float, shape: [1], scalars: .bytes([0, 0, 0x80, 0x3F])),
    ]
    let events = tensors.enumerated().map { index, tensor in
      Event(
        wallTime: 1, step: index,
        content: .summary(
          Summary(values: [
            .init(tag: "t", metadata: index == 0 ? metadata : nil, content: .tensor(tensor))
          ])))
    }
    try withRun(["tfevents": bytes([Self.version] + events)]) { run in
      let series = try #require(try run.contents().series(tag: "t"))
      #expect(series.kind == .scalar)
      #expect(series.numbers == [2.5, 0.1, 0.2, -7, 1])
      #expect(!series.isSinglePrecision)
    }
  }

  @Test func `nothing is kept of tags that aren't asked for`() throws {
    try withRun([
      "tfevents": bytes([Self.version, scalar("a", 1, 1), scalar("b", 1, 2)])
    ]) { run in
      let tags = try run.contents(tags: { $0 == "b" }).series.map(\.tag)
      #expect(tags == ["b"])
    }
  }

  @Test func `damage is told and what is whole behind it is read`() throws {
    let events = [Self.version] + (1...5).map { scalar("t", $0, Float($0)) }
    var file = bytes(events)
    let ends = events.indices.map { bytes(Array(events[...$0])).count }
    // A payload byte of the second event, the length of the fourth.
    file[ends[0] + 14] ^= 1
    file[ends[2] + 1] ^= 1
    try withRun(["tfevents": file]) { run in
      let contents = try run.contents()
      #expect(contents.series(tag: "t")?.steps == [2, 4, 5])
      let size = ends[1] - ends[0]
      #expect(
        contents.files[0].damage == [
          .damagedRecord(offset: ends[0], byteCount: size),
          .lost(offset: ends[2], byteCount: ends[3] - ends[2]),
        ])
      let (report, records) = try FileReport.wholeRecords(of: contents.files[0].path)
      #expect(report.eventCount == 4)
      #expect(records == bytes([events[0], events[2], events[4], events[5]]))
    }
  }

  @Test func `a growing run is read on`() throws {
    let first = bytes([Self.version, scalar("t", 1, 1)])
    let all = bytes([Self.version, scalar("t", 1, 1), scalar("t", 2, 2)])
    try withRun(["tfevents.1": Array(all[..<(first.count + 5)])]) { run in
      var contents = try run.contents()
      #expect(contents.series(tag: "t")?.steps == [1])
      #expect(contents.files[0].unfinishedByteCount == 5)
      try write(all, to: contents.files[0].path)
      try write(bytes([Self.version, scalar("t", 3, 3)]), to: run.directory + "/tfevents.2")
      try contents.readOn()
      #expect(contents.series(tag: "t")?.steps == [1, 2, 3])
      try contents.readOn()
      #expect(contents.series(tag: "t")?.count == 3)
    }
  }

  @Test func `runs are found below a log directory, and named as TensorBoard does`() throws {
    try withTemporaryFolder { folder in
      for name in ["b/c", "a", "."] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        try write(bytes([Self.version]), to: "\(folder)/\(name)/x.tfevents.y")
      }
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/a/circle", withDestinationPath: folder + "/a")
      let names = try Run.all(under: folder).map(\.name)
      #expect(names.starts(with: [".", "a"]) && names.contains("b/c"))
      #expect(throws: EventFileError.noEventFiles(path: folder + "/b")) {
        try Run(directory: folder + "/b")
      }
    }
  }

  @Test func `a file cut or flipped anywhere never harms and never lies`() throws {
    let events = [Self.version] + (1...3).map { scalar("tag/\($0)", $0, Float($0)) }
    let whole = bytes(events)
    try withTemporaryFolder { folder in
      let path = folder + "/tfevents"
      for at in whole.indices {
        try write(whole[..<at], to: path)
        let cut = try Run(directory: folder).contents()
        #expect(cut.files[0].damageCount == 0)
        var flipped = whole
        flipped[at] ^= 0x10
        try write(flipped, to: path)
        let contents = try Run(directory: folder).contents()
        #expect(contents.files[0].damageCount > 0 || contents.files[0].unfinishedByteCount > 0)
        for series in contents.series {
          #expect(series.numbers == [Double(series.tag.suffix(1)) ?? .nan], "\(at)")
        }
      }
    }
  }
}
