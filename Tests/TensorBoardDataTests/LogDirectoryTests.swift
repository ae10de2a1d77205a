import EventFiles
import Foundation
import TensorBoardData
import Testing

@Suite struct LogDirectoryTests {
  @Test func runsAreListedByTheirFirstEvent() throws {
    let logdir = Logdir()
    try logdir.append([event(0, scalar("loss", 1), wallTime: 30)], to: "tfevents")
    try logdir.append([event(0, scalar("loss", 2), wallTime: 20)], to: "a/b/tfevents")
    try logdir.append([event(0, scalar("loss", 3), wallTime: 10)], to: "z/my.tfevents.v2")
    try logdir.append([], to: "no events yet/tfevents")
    try logdir.append(bytes: [1], to: "notes/readme")
    let directory = try logdir.loaded()
    #expect(try directory.runNames == ["z", "a/b", "."])
    #expect(try directory.scalars().map(\.numbers) == [[1], [2], [3]])
  }

  @Test func aDirectoryThatIsNotThereYetIsEmpty() throws {
    let logdir = Logdir()
    let directory = LogDirectory(path: logdir.path, samples: try counts(""))
    let report = directory.reload()
    #expect(report.warnings.isEmpty && report.runCount == 0)
    try logdir.append([event(1, scalar("loss", 1))], to: "a/tfevents")
    #expect(directory.reload().eventCount == 1)
    #expect(try directory.runNames == ["a"])
  }

  @Test func onlyWhatIsNewIsRead() throws {
    let logdir = Logdir()
    try logdir.append((0..<10).map { event($0, scalar("loss", Float($0))) }, to: "a/tfevents.1")
    let directory = try logdir.loaded()
    #expect(directory.reload().eventCount == 0)
    try logdir.append([event(10, scalar("loss", 10))], to: "a/tfevents.1")
    try logdir.append([event(11, scalar("loss", 11))], to: "a/tfevents.2")
    #expect(directory.reload().eventCount == 2)
    #expect(try directory.scalars()[0].steps == Array(0..<12))
  }

  @Test func aRestartDropsWhatItRepeats() throws {
    let logdir = Logdir()
    try logdir.append((0..<6).map { event($0, scalar("loss", 1)) }, to: "a/tfevents.1")
    try logdir.append((3..<5).map { event($0, scalar("loss", 2)) }, to: "a/tfevents.2")
    let points = try #require(try logdir.loaded().scalars().first)
    #expect(points.steps == [0, 1, 2, 3, 4])
    #expect(points.numbers == [1, 1, 1, 2, 2])
    #expect(points.wallTimes == [100, 101, 102, 103, 104])
  }

  @Test func aRecordThatIsNotWholeIsWaitedFor() throws {
    let logdir = Logdir()
    var records = RecordBuffer()
    records.append(event(0, scalar("loss", 1)))
    records.append(event(1, scalar("loss", 2)))
    try logdir.append(bytes: Array(records.bytes.dropLast(5)), to: "a/tfevents")
    let directory = try logdir.loaded()
    #expect(try directory.scalars()[0].steps == [0])
    try logdir.append(bytes: Array(records.bytes.suffix(5)), to: "a/tfevents")
    _ = directory.reload()
    #expect(try directory.scalars()[0].steps == [0, 1])
  }

  @Test func damageIsToldOnceAndReadPast() throws {
    let logdir = Logdir()
    var records = RecordBuffer()
    for step in 0..<9 { records.append(event(step, scalar("loss", 1))) }
    var bytes = records.bytes
    bytes[bytes.count / 9 * 4 + 20] ^= 1
    try logdir.append(bytes: bytes, to: "a/tfevents")
    let directory = LogDirectory(path: logdir.path, samples: try counts(""))
    let warnings = directory.reload().warnings
    #expect(warnings.count == 1 && warnings[0].contains("a/tfevents: the record at byte"))
    #expect(directory.reload().warnings.isEmpty)
    #expect(try directory.scalars()[0].steps == [0, 1, 2, 3, 5, 6, 7, 8])
  }

  @Test func aFileThatWasReplacedIsReadAnew() throws {
    let logdir = Logdir()
    try logdir.append((0..<9).map { event($0, scalar("loss", 1)) }, to: "a/tfevents")
    let directory = try logdir.loaded()
    try FileManager.default.removeItem(at: logdir.url("a/tfevents"))
    try logdir.append((0..<3).map { event($0, scalar("other", 2)) }, to: "a/tfevents")
    _ = directory.reload()
    #expect(try directory.scalars().map(\.tag) == ["other"])
  }

  @Test func whatIsGoneIsGone() throws {
    let logdir = Logdir()
    for run in ["a", "b"] {
      try logdir.append([event(0, scalar("loss", 1))], to: "\(run)/tfevents.1")
      try logdir.append([event(1, scalar("loss", 1))], to: "\(run)/tfevents.2")
    }
    let directory = try logdir.loaded()
    try FileManager.default.removeItem(at: logdir.url("a"))
    try FileManager.default.removeItem(at: logdir.url("b/tfevents.1"))
    _ = directory.reload()
    // A run goes with its last file; a file's points stay while the run is there.
    #expect(try directory.scalars().map(\.run) == ["b"])
    #expect(try directory.scalars()[0].steps == [0, 1])
    try FileManager.default.removeItem(atPath: logdir.path)
    _ = directory.reload()
    #expect(try directory.runNames.isEmpty)
  }

  @Test func tagsAreKnownByTheirBytes() throws {
    let logdir = Logdir()
    try logdir.append([event(0, scalar("\u{E9}", 1), scalar("e\u{301}", 2))], to: "tfevents")
    let directory = try logdir.loaded()
    #expect(try directory.scalars().map(\.numbers) == [[1], [2]])
    #expect(try directory.scalars(tags: ["e\u{301}"]).map(\.numbers) == [[2]])
  }

  @Test func eventsWithoutATimeAreLeftOut() throws {
    let logdir = Logdir()
    try logdir.append(
      [
        event(0, scalar("loss", 1)), event(1, scalar("loss", 2), wallTime: .nan),
        event(2, scalar("loss", 3), wallTime: .infinity), event(3, scalar("loss", 4)),
      ], to: "tfevents")
    #expect(try logdir.loaded().scalars()[0].steps == [0, 3])
  }

  /// Whoever asks while a directory is loaded gets an answer of what is there, and points only grow.
  @Test func whatIsLoadedIsShownMeanwhile() async throws {
    let logdir = Logdir()
    for run in 0..<20 {
      try logdir.append((0..<2_000).map { event($0, scalar("loss", 1)) }, to: "\(run)/tfevents")
    }
    let directory = LogDirectory(path: logdir.path, samples: try counts("scalars=all"))
    let loading = Task.detached { directory.reload().eventCount }
    var last = 0
    repeat {
      let count = try directory.scalars().reduce(0) { $0 + $1.steps.count }
      #expect(count >= last)
      last = count
      await Task.yield()
    } while last < 40_000
    #expect(await loading.value == 40_000)
  }

  @Test func severalDirectoriesAreServedSideBySide() throws {
    let logdir = Logdir()
    try logdir.append([event(0, scalar("loss", 1))], to: "x/tfevents")
    try logdir.append([event(0, scalar("loss", 2))], to: "x/a/tfevents")
    try logdir.append([event(0, scalar("loss", 3))], to: "y/a/tfevents")
    let sources = try LogSource.all(["\(logdir.path)/x", "mine=\(logdir.path)/y"])
    let directory = LogDirectory(sources, samples: try counts(""))
    #expect(directory.reload().runCount == 3)
    #expect(try directory.scalars().map(\.run) == ["mine/a", "x", "x/a"])
    #expect(try directory.scalars().map(\.numbers) == [[3], [1], [2]])
    #expect(
      try directory.answer(.getExperiment).texts(1)
        == ["x:\(logdir.path)/x,mine:\(logdir.path)/y"])
    // What is gone of one directory leaves the other as it is.
    try FileManager.default.removeItem(at: logdir.url("x"))
    _ = directory.reload()
    #expect(try directory.scalars().map(\.run) == ["mine/a"])
  }

  @Test(
    arguments: [
      (["a"], [nil: "a"]), (["n=/no/such"], ["n": "/no/such"]),
      (["/no/n=such"], [nil: "/no/n=such"]),
      (["=a"], [nil: "=a"]), (["n=a=b"], ["n": "a=b"]),
      (["/x/a/", "/y/b"], ["a": "/x/a/", "b": "/y/b"]),
    ] as [([String], [String?: String])])
  func argumentsAreDirectories(arguments: [String], directories: [String?: String]) throws {
    let sources = try LogSource.all(arguments)
    #expect(Dictionary(uniqueKeysWithValues: sources.map { ($0.name, $0.path) }) == directories)
  }

  @Test func aPathWithAnEqualsSignIsOneWhereItLeadsSomewhere() throws {
    let logdir = Logdir()
    try logdir.append([event(0, scalar("loss", 1))], to: "lr=0.1/tfevents")
    let path = "\(logdir.path)/lr=0.1"
    #expect(try LogSource.all([path]).map(\.path) == [path])
  }

  @Test func twoDirectoriesOfOneNameAreRefused() {
    #expect(
      throws: SourceError(
        description: "two directories are called b; give one a name: other=/a/b")
    ) { try LogSource.all(["/x/b", "/a/b"]) }
    #expect(throws: SourceError(description: "\"mine=\": there is no path in it")) {
      try LogSource.all(["mine="])
    }
  }

  @Test func countsAreWrittenForPrometheus() throws {
    let logdir = Logdir()
    try logdir.append((0..<3).map { event($0, scalar("loss", 1)) }, to: "a/tfevents")
    let directory = try logdir.loaded()
    let provider = DataProvider(directory)
    _ = try provider.answer(.listRuns, to: [])
    #expect(throws: DataProvider.Failure.self) { try provider.answer(.readScalars, to: []) }
    let lines = provider.statistics.text(directory.contents).split(separator: "\n")
    for line in [
      "# TYPE tensorboard_data_server_runs gauge", "tensorboard_data_server_runs 1",
      "tensorboard_data_server_series 1", "tensorboard_data_server_points 3",
      "tensorboard_data_server_events_total 3", "tensorboard_data_server_loads_total 1",
      "tensorboard_data_server_answers_total{method=\"ListRuns\"} 1",
      "tensorboard_data_server_answers_refused_total{method=\"ReadScalars\"} 1",
    ] {
      #expect(lines.contains { $0 == line }, "\(line)")
    }
    #expect(provider.statistics.line().hasPrefix("2 answers, the longest since the last look "))
  }
}
