import EventFiles
import Foundation
import LogDirectories
import ProtobufWire
import Testing

/// Logs of other tools and drawn ones, rewritten, against what plain readers see in them.
@Suite struct RewriteTests {
  private static let writers = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "EventFilesTests/Fixtures/writers").path

  /// A value as it lies in a file.
  private struct Logged: Equatable {
    var tag: String
    var step: Int
    var wallTime: Double
    var content: Summary.Value.Content?

    static func == (one: Self, other: Self) -> Bool {
      one.tag.utf8.elementsEqual(other.tag.utf8) && one.step == other.step
        && one.wallTime == other.wallTime
        && String(describing: one.content) == String(describing: other.content)
    }
  }

  /// The values of a directory's files in their order, restarts not applied.
  private func values(in directory: String) throws -> [Logged] {
    try Run(directory: directory).eventFiles().flatMap { path in
      try Event.all(in: Array(Data(contentsOf: URL(fileURLWithPath: path)))).flatMap { event in
        guard case .summary(let summary) = event.content else { return [Logged]() }
        return summary.values.map {
          Logged(tag: $0.tag, step: event.step, wallTime: event.wallTime, content: $0.content)
        }
      }
    }
  }

  private func rewrite(
    _ directory: String, to output: String, inPlace: Bool = false, _ plan: RewritePlan
  ) throws {
    let rewriter = try LogDirectoryRewriter(
      Run.all(under: directory), to: output, inPlace: inPlace, plan: plan)
    #expect(try rewriter.put() == [])
  }

  /// A log of random values: several tags, kinds and files, restarts, values that share an event, fields
  /// that nobody knows.
  private func drawLog(
    in directory: String, using generator: inout SplitMix64, hasVersion: Bool = true
  ) throws {
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    var step = 0
    var described: Set<[UInt8]> = []
    for file in 0..<Int.random(in: 1...4, using: &generator) {
      var records = RecordBuffer()
      if hasVersion {
        records.append(
          Event(wallTime: 1, content: .fileVersion(Event.currentFileVersion), writer: "w"))
      }
      if file > 0 {
        step = max(0, step - Int.random(in: 0...8, using: &generator))
        if Bool.random(using: &generator) {
          records.append(
            Event(wallTime: 2, step: step, content: .sessionLog(SessionLog(status: .start))))
        }
      }
      for _ in 0..<Int.random(in: 0...30, using: &generator) {
        let tags = ["train/loss", "test/loss", "h", "e\u{301}", "\u{E9}"].filter { _ in
          Bool.random(using: &generator)
        }
        let values = tags.map { tag in
          let metadata =
            described.insert(Array(tag.utf8)).inserted && tag != "h"
            ? SummaryMetadata(pluginName: "scalars", dataClass: .scalar, displayName: "d") : nil
          let number = Float.random(in: -9...9, using: &generator)
          if tag == "h" {
            var histogram = HistogramProto()
            histogram.buckets = [Double(number)]
            return Summary.Value(tag: tag, content: .histogram(histogram))
          }
          return Summary.Value(tag: tag, metadata: metadata, content: .scalar(number))
        }
        let event = Event(
          wallTime: Double.random(in: 1e9...2e9, using: &generator), step: step,
          content: .summary(Summary(values: values)))
        var payload = event.wireBytes
        if Bool.random(using: &generator) { payload += [0xF8, 0x07, 0x05] }
        records.append(payload: payload)
        if !Int.random(in: 0...3, using: &generator).isMultiple(of: 4) { step += 1 }
      }
      try write(records.bytes, to: "\(directory)/events.out.tfevents.\(file)")
    }
  }

  @Test func `what is kept whole keeps its bytes`() throws {
    try withTemporaryFolder { folder in
      try rewrite(Self.writers, to: folder + "/new", RewritePlan())
      var files = 0
      for run in try Run.all(under: Self.writers) {
        for path in try run.eventFiles() {
          let new = folder + "/new" + path.dropFirst(Self.writers.count)
          #expect(
            try Data(contentsOf: URL(fileURLWithPath: new))
              == Data(contentsOf: URL(fileURLWithPath: path)))
          files += 1
        }
      }
      #expect(files == 7)
    }
  }

  @Test(
    arguments: [RewritePlan.Restarts.keep, .marked, .steps],
    [nil, .files, .step, .time] as [RewritePlan.Merge?])
  func `a drawn log holds what a plain reader leaves of it`(
    restarts: RewritePlan.Restarts, merge: RewritePlan.Merge?
  ) throws {
    var generator = SplitMix64(seed: 17)
    for round in 0..<20 {
      try withTemporaryFolder { folder in
        try drawLog(in: folder + "/old", using: &generator, hasVersion: round % 5 > 0)
        guard try !values(in: folder + "/old").isEmpty else { return }
        var plan = RewritePlan()
        plan.restarts = restarts
        plan.merge = merge
        plan.keeps = { tag, _ in tag != "test/loss" }
        plan.steps = 2...40
        plan.stepShift = 100
        plan.timeShift = -0.5
        plan.place = { tag in
          tag == "train/loss" ? .init(run: "train", tag: "loss") : .init(run: "", tag: tag + "2")
        }
        try rewrite(folder + "/old", to: folder + "/new", plan)

        let all = try values(in: folder + "/old")
        var wanted: [Logged] = []
        let contents = try Run(directory: folder + "/old").contents()
        for (index, value) in all.enumerated() {
          guard (2...40).contains(value.step), value.tag.unicodeScalars.count != 9 else { continue }
          if restarts == .steps {
            let later = all[(index + 1)...].filter {
              $0.tag.utf8.elementsEqual(value.tag.utf8)
            }
            if later.contains(where: { $0.step <= value.step }) { continue }
          }
          if restarts != .keep {
            let series = try #require(
              contents.series.first { $0.tag.utf8.elementsEqual(value.tag.utf8) })
            guard series.wallTimes.contains(value.wallTime) else { continue }
          }
          var moved = value
          moved.step += 100
          moved.wallTime -= 0.5
          moved.tag = value.tag == "train/loss" ? "loss" : value.tag + "2"
          wanted.append(moved)
        }
        // Stable, as the events lie.
        let ranked = wanted.enumerated()
        switch merge {
        case .step: wanted = ranked.sorted { ($0.1.step, $0.0) < ($1.1.step, $1.0) }.map(\.1)
        case .time:
          wanted = ranked.sorted { ($0.1.wallTime, $0.0) < ($1.1.wallTime, $1.0) }.map(\.1)
        case .files, nil: break
        }
        var got: [Logged] = []
        for run in (try? Run.all(under: folder + "/new")) ?? [] {
          got += try values(in: run.directory)
          let files = try run.eventFiles()
          if merge != nil { #expect(files.count == 1) }
          // The first value of a tag says what it is.
          for series in try run.contents().series where series.kind == .scalar {
            #expect(series.displayName == "d", "\(series.tag)")
          }
        }
        for tag in ["loss", "h2", "e\u{301}2", "\u{E9}2"] {
          func only(_ values: [Logged]) -> [Logged] {
            values.filter { $0.tag.utf8.elementsEqual(tag.utf8) }
          }
          #expect(only(got) == only(wanted), "\(tag) in round \(round)")
        }
        #expect(got.count == wanted.count)
      }
    }
  }

  @Test func `thinning keeps as many as it says, the last among them`() throws {
    for count in 1...40 {
      for number in 1...45 {
        func kept(_ thinning: RewritePlan.Thinning) throws -> [Int] {
          try withTemporaryFolder { folder in
            var records = RecordBuffer()
            for step in 0..<count {
              let value = Summary.Value(tag: "t", content: .scalar(Float(step)))
              records.append(
                Event(wallTime: 1, step: step, content: .summary(Summary(values: [value]))))
            }
            try write(records.bytes, to: folder + "/tfevents")
            var plan = RewritePlan()
            plan.thinning = thinning
            try rewrite(folder, to: folder + "/new", plan)
            return try values(in: folder + "/new").map(\.step)
          }
        }
        guard count.isMultiple(of: 7) || count < 4, number.isMultiple(of: 5) || number < 4 else {
          continue
        }
        #expect(
          try kept(.every(number))
            == (0..<count).filter { $0 % number == 0 || $0 == count - 1 })
        #expect(try kept(.last(number)) == Array((0..<count).suffix(number)))
        let even = try kept(.atMost(number))
        #expect(even.count == min(count, number) && even.last == count - 1)
        if number > 1 { #expect(even.first == 0) }
        let gaps = zip(even, even.dropFirst()).map { $1 - $0 }
        #expect((gaps.max() ?? 0) - (gaps.min() ?? 0) <= 1)
      }
    }
  }

  @Test func `a run is split into hundreds`() throws {
    try withTemporaryFolder { folder in
      let count = 300
      var records = RecordBuffer()
      for step in 0..<2 {
        let values = (0..<count).map { index in
          Summary.Value(tag: "\(index)", content: .scalar(Float(index + step)))
        }
        records.append(
          Event(wallTime: 1, step: step, content: .summary(Summary(values: values))))
      }
      try write(records.bytes, to: folder + "/tfevents")
      var plan = RewritePlan()
      plan.place = { .init(run: $0, tag: "t") }
      try rewrite(folder, to: folder + "/new", plan)
      let runs = try Run.all(under: folder + "/new")
      #expect(runs.count == count)
      for run in runs {
        let number = try #require(Double(run.name))
        #expect(try run.scalars(tag: "t").map(\.value) == [number, number + 1])
      }
    }
  }

  @Test func `in place, nothing is lost wherever it ends`() throws {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<6 {
      try withTemporaryFolder { folder in
        try drawLog(in: folder + "/old", using: &generator)
        let before = try values(in: folder + "/old")
        guard !before.isEmpty else { return }
        var plan = RewritePlan()
        plan.merge = .files
        plan.place = { .init(run: $0 == "h" ? "below" : "", tag: $0) }
        var stopped = 0
        while true {
          let copy = folder + "/copy\(stopped)"
          try FileManager.default.copyItem(atPath: folder + "/old", toPath: copy)
          let run = try Run(directory: copy)
          var rewriter: RunRewriter? = try RunRewriter(
            [(run, run.eventFiles())], to: copy, plan: plan)
          let steps = try rewriter?.steps(inPlace: true) ?? []
          for step in steps.prefix(stopped) { try rewriter?.take(step) }
          rewriter = nil
          var found = try Run.all(under: copy).flatMap { try values(in: $0.directory) }
          // Between the steps a value may be there twice, but never not at all.
          for value in before {
            let index = try #require(found.firstIndex(of: value), "\(stopped) of \(steps.count)")
            found.remove(at: index)
          }
          if stopped == steps.count {
            #expect(found.isEmpty)
            #expect(
              try FileManager.default.contentsOfDirectory(atPath: copy)
                .allSatisfy { !$0.hasPrefix(".") })
            break
          }
          stopped += 1
        }
      }
    }
  }

  @Test func `in place, damaged and growing files stay as they are`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/tfevents"
      let fixtures = URL(fileURLWithPath: Self.writers).deletingLastPathComponent()
      let bytes = Array(
        try Data(contentsOf: fixtures.appending(path: "events.out.tfevents")))
      var plan = RewritePlan()
      plan.keeps = { _, kind in kind != .scalars }
      for damaged in [Array(bytes.dropLast(3)), bytes.enumerated().map { $0 == 40 ? ~$1 : $1 }] {
        try write(damaged, to: path)
        let rewriter = try LogDirectoryRewriter(
          Run.all(under: folder), to: folder, inPlace: true, plan: plan)
        #expect(try rewriter.put() == ["."])
        #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == damaged)
      }
      try write(bytes, to: path)
      let rewriter = try LogDirectoryRewriter(
        Run.all(under: folder), to: folder, inPlace: true, plan: plan)
      try write(bytes + bytes, to: path)
      #expect(throws: RewriteError.changedMeanwhile(path: path)) { try rewriter.put() }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 2 * bytes.count)
      try rewrite(folder, to: folder, inPlace: true, plan)
      #expect(try Run(directory: folder).contents().series.allSatisfy { $0.kind != .scalar })
    }
  }

  @Test(arguments: [
    (
      RewriteError.sameTag(run: "r", tag: "a", other: "b", new: "c"),
      "r: the tags a and b would both be called c"
    ),
    (.sameRun(run: "a", other: "b", new: "c"), "the runs a and b would both be called c"),
    (
      .badRunName("../x"),
      "a run can't be called \"../x\": its name is a path below the log directory"
    ),
    (
      .stepOutOfRange(run: "r", step: 5, shift: .max),
      "r: step 5 can't be shifted by 9223372036854775807: it would have more than 64 bits"
    ),
    (
      .rewrittenOtherwise(path: "a/b"),
      "a/b: what was written isn't what was read; nothing was replaced"
    ),
    (.nameTaken(path: "a/b"), "a/b: another file has this name already"),
    (
      .changedMeanwhile(path: "a/b"),
      "a/b: was changed meanwhile, so it stays as it is; is its training still running?"
    ),
  ])
  func errorsAreSentences(error: RewriteError, sentence: String) {
    #expect(error.description == sentence)
  }

  @Test func `names that collide or lead away are refused`() throws {
    try withTemporaryFolder { folder in
      var plan = RewritePlan()
      plan.place = { _ in .init(run: "", tag: "one") }
      #expect(throws: RewriteError.self) {
        try rewrite(Self.writers + "/torch", to: folder + "/a", plan)
      }
      for name in ["..", "a/../../b", "/a", ""] {
        #expect(throws: RewriteError.badRunName(name)) {
          _ = try LogDirectoryRewriter(
            Run.all(under: Self.writers), to: folder + "/b", inPlace: false, plan: RewritePlan()
          ) { _ in name }
        }
      }
      #expect(throws: RewriteError.self) {
        _ = try LogDirectoryRewriter(
          Run.all(under: Self.writers), to: folder + "/b", inPlace: false, plan: RewritePlan()
        ) { _ in "one" }
      }
      var shift = RewritePlan()
      shift.stepShift = .max
      #expect(
        throws: RewriteError.stepOutOfRange(run: "torch", step: 50, shift: .max).self
      ) {
        let run = try Run(directory: Self.writers + "/torch")
        _ = try RunRewriter([(run, run.eventFiles())], to: folder + "/c", plan: shift)
      }
      let left = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
      #expect(left.allSatisfy { !$0.contains("tfevents") && !$0.contains("temporary") })
    }
  }
}

/// Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
private struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
