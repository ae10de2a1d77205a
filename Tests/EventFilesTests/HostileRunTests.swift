import EventFiles
import Foundation
import ProtobufWire
import Testing

/// What is in a log directory that no training put there, and files that change while they are read.
@Suite struct HostileRunTests {
  private let version = Event(wallTime: 1, content: .fileVersion(Event.currentFileVersion))

  private func event(_ step: Int, _ values: Summary.Value..., wallTime: Double? = nil) -> Event {
    Event(
      wallTime: wallTime ?? Double(step), step: step, content: .summary(Summary(values: values)))
  }

  private func scalar(_ tag: String, _ value: Float = 1) -> Summary.Value {
    .init(tag: tag, content: .scalar(value))
  }

  private func text(_ tag: String, _ text: String) -> Summary.Value {
    .init(
      tag: tag, metadata: SummaryMetadata(pluginName: "text", dataClass: .tensor),
      content: .tensor(TensorProto(shape: [], strings: [text])))
  }

  private func bytes(_ events: [Event]) -> [UInt8] {
    var records = RecordBuffer()
    for event in events { records.append(event) }
    return records.bytes
  }

  private func scalars(_ steps: ClosedRange<Int>, from value: Float = 0) -> [Event] {
    [version] + steps.map { event($0, scalar("t", value + Float($0))) }
  }

  // MARK: What can't be read

  @Test func whatCannotBeReadIsNamedAndTheRestIsRead() throws {
    try withTemporaryFolder { folder in
      try write(bytes(scalars(1...3)), to: folder + "/b.tfevents")
      #expect(mkfifo(folder + "/a.tfevents", 0o600) == 0)
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/c.tfevents", withDestinationPath: "/dev/zero")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/d.tfevents", withDestinationPath: "nowhere")
      let run = try Run(directory: folder, name: "run")
      let contents = try run.contents()
      #expect(contents.series(tag: "t")?.steps == [1, 2, 3])
      #expect(
        contents.files.map { $0.failure?.description } == [
          "\(folder)/a.tfevents: can't open it: it is a FIFO, not a regular file", nil,
          "\(folder)/c.tfevents: can't open it: it is a device, not a regular file",
          "\(folder)/d.tfevents: can't open it: No such file or directory",
        ])
      #expect(contents.files.map(\.isWhole) == [false, true, false, false])
      // Whoever asks for a curve alone never gets half of it unsaid.
      #expect(throws: EventFileError.self) { try run.scalars(tag: "t") }
    }
  }

  @Test func eachRunIsFoundOnceWhateverLinksThereAre() throws {
    try withTemporaryFolder { folder in
      for name in ["a", "b/c"] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        try write(bytes([version]), to: "\(folder)/\(name)/x.tfevents")
      }
      for (link, target) in [("1", "."), ("2", "."), ("a/up", ".."), ("b/c/a", "../../a")] {
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder)/\(link)", withDestinationPath: target)
      }
      let found = try Run.find(under: folder)
      #expect(found.runs.map(\.name) == ["a", "b/c"])
      #expect(found.failures.isEmpty)
    }
  }

  @Test func anEventWithoutAFiniteTimeIsCounted() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.tfevents"
      let first = bytes([version, event(1, scalar("t"))])
      let events = [
        version, event(1, scalar("t")), event(2, scalar("t"), wallTime: .nan),
        event(3, scalar("t"), wallTime: .infinity),
      ]
      try write(bytes(events), to: path)
      for report in [
        try Run(directory: folder).contents().files[0], try FileReport(checking: path),
      ] {
        #expect(report.timelessEventCount == 2)
        #expect(report.firstTimelessEvent == first.count)
        #expect(!report.isWhole && report.damageCount == 0)
      }
    }
  }

  // MARK: Tags

  @Test func aTagIsItsBytes() throws {
    let (composed, decomposed) = ("\u{E9}", "e\u{301}")
    try withTemporaryFolder { folder in
      try write(
        bytes([version, event(1, scalar(composed, 1)), event(1, scalar(decomposed, 2))]),
        to: folder + "/tfevents")
      let run = try Run(directory: folder)
      let contents = try run.contents()
      #expect(
        contents.series.map { Array($0.tag.utf8) } == [composed, decomposed].map { Array($0.utf8) })
      #expect(try run.scalars(tag: composed).map(\.value) == [1])
      #expect(try run.scalars(tag: decomposed).map(\.value) == [2])
    }
  }

  @Test func valuesOfAnotherKindMakeASeriesOfTheirOwn() throws {
    var buckets = HistogramProto()
    (buckets.bucketLimits, buckets.buckets) = ([1], [1])
    let histogram = Summary.Value(tag: "a", content: .histogram(buckets))
    try withTemporaryFolder { folder in
      try write(
        bytes([
          version, event(1, scalar("a", 7), text("b", "x"), scalar("c")),
          event(2, histogram, scalar("b", 5)), event(3, scalar("a", 8), text("b", "y")),
        ]), to: folder + "/tfevents")
      let contents = try Run(directory: folder).contents()
      #expect(contents.tagsOfSeveralKinds == ["a", "b"])
      #expect(contents.series(tag: "a", kind: .scalar)?.numbers == [7, 8])
      #expect(contents.series(tag: "a", kind: .histogram)?.steps == [2])
      #expect(contents.series(tag: "b", kind: .scalar)?.numbers == [5])
      let texts = try #require(contents.series(tag: "b"))
      #expect(texts.kind == .text && texts.steps == [1, 3])
      #expect(try contents.texts(1, of: texts) == ["y"])
    }
  }

  // MARK: Restarts

  /// A restart drops what came before it and nothing else, whatever the order: as a slow reader that
  /// looks at all values at each restart.
  @Test(arguments: 0..<40) func restartsEqualThoseAppliedOneByOne(seed: Int) throws {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1
      return Int(state >> 33) % below
    }
    let hasVersion = seed % 2 == 0
    var events: [Event] = hasVersion ? [version] : []
    var expected: [String: [Int]] = [:]
    var last = 0
    for _ in 0..<60 {
      let (step, tag) = (random(12), "t\(random(3))")
      if hasVersion, random(4) == 0 {
        events.append(
          Event(wallTime: 1, step: step, content: .sessionLog(SessionLog(status: .start))))
        for tag in expected.keys { expected[tag]?.removeAll { $0 >= step } }
      } else {
        events.append(event(step, scalar(tag)))
        if !hasVersion, step < last { expected[tag]?.removeAll { $0 >= step } }
        expected[tag, default: []].append(step)
        last = step
      }
    }
    try withTemporaryFolder { folder in
      let (path, whole) = (folder + "/tfevents", bytes(events))
      try write(whole[..<(whole.count / 3)], to: path)
      var contents = try Run(directory: folder).contents()
      // Applied in parts, as a run that is followed has it, and at once.
      for end in [whole.count / 2, whole.count] {
        try write(whole[..<end], to: path)
        try contents.readOn()
      }
      for contents in [contents, try Run(directory: folder).contents()] {
        for (tag, steps) in expected {
          #expect(contents.series(tag: tag)?.steps ?? [] == steps, "\(tag)")
        }
        let values = contents.series.reduce(0) { $0 + $1.count + $1.supersededCount }
        #expect(
          values
            == events.count {
              $0.content.map { if case .summary = $0 { true } else { false } } ?? false
            })
      }
    }
  }

  // MARK: Files that change

  @Test func damageInTheMiddleOfAGrowingFileHidesNothingBehindIt() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/tfevents"
      let first = bytes(scalars(1...2))
      let garbage = [UInt8](repeating: 0xAB, count: 100)
      try write(first + garbage, to: path)
      var contents = try Run(directory: folder).contents()
      #expect(contents.series(tag: "t")?.steps == [1, 2])
      #expect(contents.files[0].damage == [.lost(offset: first.count, byteCount: 100)])
      let more = bytes([event(3, scalar("t"))])
      // Half of the record behind it first.
      for end in [more.count / 2, more.count] {
        try write(first + garbage + more[..<end], to: path)
        try contents.readOn()
      }
      #expect(contents.series(tag: "t")?.steps == [1, 2, 3])
      #expect(contents.files[0].damage == [.lost(offset: first.count, byteCount: 100)])
      try write(first + garbage + more + bytes([event(4, scalar("t"))]), to: path)
      try contents.readOn()
      #expect(contents.series(tag: "t")?.steps == [1, 2, 3, 4])
    }
  }

  /// What a program leaves that goes on writing behind a cut: a hole of zeros.
  @Test func aHoleIsToldWithItsSize() throws {
    try withTemporaryFolder { folder in
      let (first, second) = (bytes(scalars(1...2)), bytes([event(3, scalar("t"))]))
      try write(first + [UInt8](repeating: 0, count: 500) + second, to: folder + "/tfevents")
      let contents = try Run(directory: folder).contents()
      #expect(contents.series(tag: "t")?.steps == [1, 2, 3])
      #expect(contents.files[0].damage == [.lost(offset: first.count, byteCount: 500)])
    }
  }

  @Test func aFileThatIsReplacedByALongerFormOfItIsReadOn() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/tfevents"
      try write(bytes(scalars(1...5)), to: path)
      var contents = try Run(directory: folder).contents()
      // As rsync does it.
      try write(bytes(scalars(1...50)), to: folder + "/new")
      #expect(rename(folder + "/new", path) == 0)
      try contents.readOn()
      #expect(contents.series(tag: "t")?.steps == Array(1...50))
      #expect(contents.replacementCount == 0)
    }
  }

  @Test(arguments: [1...50, 1...5, 1...2]) func aFileThatIsReplacedByAnotherIsReadAnew(
    steps: ClosedRange<Int>
  ) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/tfevents"
      try write(bytes(scalars(1...5)), to: path)
      var contents = try Run(directory: folder).contents()
      for (count, isRemoved) in [(1, false), (2, true)] {
        let value = Float(100 * count)
        if isRemoved {
          try FileManager.default.removeItem(atPath: path)
          try contents.readOn()
          #expect(contents.series(tag: "t")?.count == steps.count, "what was read stays")
        }
        try write(bytes(scalars(steps, from: value)), to: folder + "/new")
        #expect(rename(folder + "/new", path) == 0)
        try contents.readOn()
        #expect(contents.series(tag: "t")?.numbers == steps.map { Double($0) + Double(value) })
        #expect(contents.replacementCount == count)
      }
    }
  }

  @Test func aFileThatCouldNotBeOpenedIsReadOnceItCan() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/tfevents"
      #expect(mkfifo(path, 0o600) == 0)
      var contents = try Run(directory: folder).contents()
      #expect(contents.files[0].failure != nil)
      try contents.readOn()
      #expect(contents.files[0].failure != nil)
      try FileManager.default.removeItem(atPath: path)
      try write(bytes(scalars(1...5)), to: path)
      try contents.readOn()
      #expect(contents.files[0].failure == nil)
      #expect(contents.series(tag: "t")?.count == 5)
    }
  }

  /// More runs than a program may have files open at once.
  @Test func manyRunsAreReadWithFewOpenFiles() throws {
    try withTemporaryFolder { folder in
      let file = bytes(scalars(1...2))
      var all: [RunContents] = []
      for index in 0..<1_200 {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(index)", withIntermediateDirectories: false)
        try write(file, to: "\(folder)/\(index)/tfevents")
        all.append(try Run(directory: "\(folder)/\(index)").contents())
      }
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
      #expect(open < 600)
      #expect(all.allSatisfy { $0.series.count == 1 })
    }
  }
}
