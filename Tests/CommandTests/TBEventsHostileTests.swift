import EventFiles
import Foundation
import Testing

/// Log directories that harm, and that change while `tbevents` looks.
@Suite struct TBEventsHostileTests {
  private func scalar(_ tag: String, _ step: Int, _ value: Float = 1) -> Event {
    Event(
      wallTime: 1e9 + Double(step), step: step,
      content: .summary(Summary(values: [.init(tag: tag, content: .scalar(value))])))
  }

  private func bytes(_ events: [Event]) -> Data {
    var records = RecordBuffer()
    records.append(Event(wallTime: 1, content: .fileVersion(Event.currentFileVersion)))
    for event in events { records.append(event) }
    return Data(records.bytes)
  }

  /// Writes an event file, and the folders above it.
  @discardableResult
  private func write(_ events: [Event], to path: String, in folder: String) throws -> String {
    let url = URL(fileURLWithPath: folder).appending(path: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes(events).write(to: url)
    return url.path
  }

  private func run(_ arguments: String..., in folder: String) throws -> Tool.Result {
    try Tool.tbevents.run(arguments, in: folder)
  }

  // MARK: What can't be read

  @Test func `what can't be read is named and the rest is done`() throws {
    try withTemporaryFolder { folder in
      try write([scalar("loss", 1)], to: "logdir/good/a.tfevents", in: folder)
      try write([scalar("loss", 2)], to: "logdir/bad/b.tfevents", in: folder)
      #expect(mkfifo(folder + "/logdir/bad/a.tfevents", 0o600) == 0)
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/logdir/bad/c.tfevents", withDestinationPath: "/dev/zero")
      for command in [
        ["inspect"], ["export"], ["tail"], ["plot", "--tag", "loss"], ["verify"],
        ["report", "--force"],
      ] {
        let result = try Tool.tbevents.run(
          [command[0], "logdir"] + command.dropFirst(), in: folder)
        #expect(result.code == 65, "\(command)")
        #expect(result.errors.contains("a.tfevents: can't open it: it is a FIFO"), "\(command)")
        #expect(result.errors.contains("c.tfevents: can't open it: it is a device"), "\(command)")
        #expect(
          result.output.contains(command[0] == "report" ? "2 runs" : "good"), "\(command)")
      }
    }
  }

  @Test func `verify passes nothing that it couldn't look at`() throws {
    try withTemporaryFolder { folder in
      let good = try write([scalar("loss", 1)], to: "logdir/a.tfevents", in: folder)
      try FileManager.default.createDirectory(
        atPath: folder + "/empty", withIntermediateDirectories: true)
      let both = try run("verify", "nowhere", "empty", good, in: folder)
      #expect(both.code == 65)
      #expect(both.output.contains("a.tfevents: whole, 2 events"))
      #expect(both.errors.contains("nowhere: can't open it: No such file or directory"))
      #expect(both.errors.contains("empty: has no event files in it or below"))
      #expect(try run("verify", "nowhere", in: folder).code == 1)
      #expect(try run("verify", good, "--quiet", in: folder).output.isEmpty)
      var timeless = scalar("loss", 2)
      timeless.wallTime = .nan
      try write([scalar("loss", 1), timeless], to: "logdir/a.tfevents", in: folder)
      let strange = try run("verify", "logdir", in: folder)
      #expect(strange.code == 65)
      #expect(strange.output.contains("1 event without a finite time, the first at byte"))
      #expect(try run("inspect", "logdir", in: folder).errors.contains("without a finite time"))
    }
  }

  @Test func `links list each run once`() throws {
    try withTemporaryFolder { folder in
      try write([scalar("loss", 1)], to: "logdir/r/a.tfevents", in: folder)
      for link in ["one", "two"] {
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder)/logdir/\(link)", withDestinationPath: ".")
      }
      let result = try run("inspect", "logdir", in: folder)
      #expect(result.lines.filter { $0.hasPrefix("run ") }.count == 1)
      #expect(result.lines[0].hasPrefix("run r: "))
    }
  }

  @Test func `repair saves nothing where there are no values`() throws {
    try withTemporaryFolder { folder in
      let path = try write([], to: "a.tfevents", in: folder)
      let result = try run("repair", path, in: folder)
      #expect(result.code == 1 && result.errors.contains("there is nothing to save"))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(!names.contains { $0.hasPrefix("repaired") })
    }
  }

  // MARK: Text

  @Test func `control characters become visible`() throws {
    try withTemporaryFolder { folder in
      let tag = "loss\u{1B}[31m\u{7}\n\u{9B}2J"
      try write([scalar(tag, 1)], to: "logdir/r\u{1B}[2J/a.tfevents", in: folder)
      try write([scalar("x", 1)], to: "logdir/other/a\u{1B}]0;x.tfevents", in: folder)
      for command in [
        ["inspect"], ["inspect", "--format", "json"], ["tail"], ["verify"],
        ["plot", "--tag", "*"], ["export"], ["export", "--wide"], ["export", "--format", "json"],
        ["export", "--format", "jsonl"],
      ] {
        let result = try Tool.tbevents.run(
          [command[0], "logdir"] + command.dropFirst(), in: folder)
        #expect(result.code == 0, "\(command)")
        for text in [result.output, result.errors] {
          let controls = text.unicodeScalars.filter {
            $0 != "\n" && ($0.value < 32 || (127...159).contains($0.value))
          }
          #expect(controls.isEmpty, "\(command)")
        }
      }
      #expect(
        try run("tail", "logdir", in: folder).output.contains(#"loss\u{1b}[31m\u{7}\n\u{9b}2J"#))
    }
  }

  @Test func `cells that begin a formula are text, and numbers stay numbers`() throws {
    try withTemporaryFolder { folder in
      try write(
        [scalar("=cmd()", 1, -2.5), scalar("+a", 1), scalar("@a", 1), scalar("-a", 1)],
        to: "logdir/a.tfevents", in: folder)
      let rows = try run("export", "logdir", in: folder).lines.dropFirst()
      let tags = rows.map { String($0.split(separator: ",")[1]) }
      #expect(tags == ["'=cmd()", "'+a", "'@a", "'-a"])
      #expect(rows.first?.hasSuffix(",-2.5") == true)
      let head = try run("export", "logdir", "--wide", in: folder).lines[0]
      #expect(head == "run,step,'=cmd(),'+a,'@a,'-a")
    }
  }

  @Test func `tags that differ in normal form alone stay two`() throws {
    try withTemporaryFolder { folder in
      let tags = ["\u{E9}", "e\u{301}"]
      try write(
        [scalar(tags[0], 1, 1), scalar(tags[1], 1, 2)], to: "logdir/a.tfevents", in: folder)
      let wide = try run("export", "logdir", "--wide", in: folder)
      #expect(wide.lines.last == ".,1,1,2")
      for (tag, value) in zip(tags, ["1", "2"]) {
        let rows = try run("export", "logdir", "--tag", tag, in: folder).lines.dropFirst()
        #expect(rows.map { $0.split(separator: ",").last.map(String.init) } == [value])
      }
      let files = try run(
        "export", "logdir", "--format", "npy", "--output", "out", in: folder)
      #expect(files.output == "wrote 2 files to out\n")
    }
  }

  @Test func `a tag of two kinds makes two series, and that is told`() throws {
    try withTemporaryFolder { folder in
      let text = Event(
        wallTime: 2, step: 2,
        content: .summary(
          Summary(values: [
            .init(
              tag: "a", metadata: SummaryMetadata(pluginName: "text", dataClass: .tensor),
              content: .tensor(TensorProto(shape: [], strings: ["words"])))
          ])))
      try write([text, scalar("a", 1, 7)], to: "logdir/a.tfevents", in: folder)
      let scalars = try run("export", "logdir", in: folder)
      #expect(scalars.code == 0 && scalars.lines.count == 2 && scalars.lines[1].hasSuffix(",7"))
      #expect(scalars.errors.contains("the tag a has values of several kinds"))
      let texts = try run("export", "logdir", "--kind", "text", in: folder)
      #expect(texts.lines.count == 2 && texts.lines[1].hasSuffix(",words"))
    }
  }

  @Test func `a long tag is shortened, in tables and as a file's name`() throws {
    try withTemporaryFolder { folder in
      let tags = ["a", "b"].map { String(repeating: "long", count: 2_500) + $0 }
      try write(
        [scalar(tags[0], 1, 1), scalar(tags[1], 1, 2), scalar("short", 1, 3)],
        to: "logdir/a.tfevents", in: folder)
      let table = try run("inspect", "logdir", in: folder)
      #expect(table.lines.allSatisfy { $0.count < 200 })
      let result = try run(
        "export", "logdir", "--format", "npy", "--output", "out", in: folder)
      #expect(result.code == 0 && result.output == "wrote 3 files to out\n")
      #expect(result.errors.split(separator: "\n").count == 2)
      #expect(result.errors.contains("is too long for a file's name; it is in out/run/longlong"))
    }
  }

  // MARK: Outputs

  @Test func `a dash is standard output, and no folder is made unasked`() throws {
    try withTemporaryFolder { folder in
      try write([scalar("loss", 1)], to: "logdir/a.tfevents", in: folder)
      let export = try run("export", "logdir", "--output", "-", in: folder)
      #expect(export.code == 0 && export.lines.count == 2)
      let report = try run("report", "logdir", "--output", "-", in: folder)
      #expect(report.code == 0 && report.output.hasPrefix("<!DOCTYPE html>"))
      #expect(
        try run("export", "logdir", "--format", "npy", "--output", "-", in: folder).code == 64)
      let plot = try run("plot", "logdir", "--tag", "loss", "--output", "no/x.svg", in: folder)
      #expect(plot.code == 1)
      #expect(plot.errors == "tbevents: no/x.svg: its directory isn't there\n")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.filter { !$0.hasPrefix(".") } == ["logdir"])
    }
  }

  @Test func `a run that has only a graph counts`() throws {
    try withTemporaryFolder { folder in
      try write([scalar("loss", 1)], to: "logdir/a/a.tfevents", in: folder)
      try write(
        [Event(wallTime: 1, content: .graphDefinition([]))], to: "logdir/b/a.tfevents", in: folder)
      let result = try run("report", "logdir", in: folder)
      #expect(result.output.contains("2 runs"))
    }
  }

  // MARK: Following

  /// `tbevents tail -f`, and what it said so far.
  private func follow(
    _ folder: String, _ body: (Process, _ wait: (String) throws -> Void) throws -> Void
  ) throws {
    let process = try Tool.tbevents.start(
      ["tail", "-f", "logdir", "--interval", "0.05", "-n", "1000"], in: folder)
    defer { if process.isRunning { process.terminate() } }
    try body(process) { text in
      let deadline = ContinuousClock.now + .seconds(60)
      var said = ""
      repeat {
        said = try [".stdout", ".stderr"].map {
          try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
        }.joined()
        if said.contains(text) { return }
        sched_yield()
      } while ContinuousClock.now < deadline && process.isRunning
      Issue.record("\(text) never came: \(said)")
    }
  }

  private func lines(_ folder: String) throws -> [Substring] {
    try String(contentsOfFile: folder + "/.stdout", encoding: .utf8).split(separator: "\n")
  }

  @Test func `tail follows a directory that isn't there yet, goes and comes again`() throws {
    try withTemporaryFolder { folder in
      try follow(folder) { _, wait in
        try wait("logdir: can't list the directory: No such file or directory; waiting for it")
        try write([scalar("loss", 1, 0.1)], to: "logdir/r/a.tfevents", in: folder)
        try wait("step 1  loss  0.1000")
        try FileManager.default.removeItem(atPath: folder + "/logdir")
        try wait("r: can't list the directory: No such file or directory; waiting for it")
        try write(
          [scalar("loss", 1, 0.2), scalar("loss", 2)], to: "logdir/r/a.tfevents", in: folder)
        try wait("step 2  loss")
        #expect(try lines(folder).count == 3)
      }
    }
  }

  @Test func `tail shows what a replaced file has more, and another one anew`() throws {
    try withTemporaryFolder { folder in
      let events = (1...50).map { scalar("loss", $0) }
      let path = try write(Array(events[..<5]), to: "logdir/a.tfevents", in: folder)
      try follow(folder) { _, wait in
        try wait("step 5  loss")
        try write(events, to: "new", in: folder)
        #expect(rename(folder + "/new", path) == 0)
        try wait("step 50  loss")
        #expect(try lines(folder).count == 50)
        try write([scalar("loss", 7, 3), scalar("loss", 8, 3)], to: "new", in: folder)
        #expect(rename(folder + "/new", path) == 0)
        try wait("step 8  loss  3.000")
        #expect(try lines(folder).count == 52)
      }
    }
  }

  @Test func `tail goes on behind damage and says what it skipped`() throws {
    try withTemporaryFolder { folder in
      let first = bytes([scalar("loss", 1)])
      let path = try write([scalar("loss", 1)], to: "logdir/a.tfevents", in: folder)
      try follow(folder) { _, wait in
        try wait("step 1  loss")
        let garbage = Data(repeating: 0x5A, count: 99)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: garbage)
        try wait("byte \(first.count) is damaged: 99 bytes are lost")
        try handle.write(contentsOf: bytes([scalar("loss", 2)]))
        try wait("step 2  loss")
        try handle.close()
      }
    }
  }

  @Test(arguments: [SIGINT, SIGTERM]) func `a signal ends tail at once`(number: Int32) throws {
    try withTemporaryFolder { folder in
      try write([scalar("loss", 1)], to: "logdir/a.tfevents", in: folder)
      // Hours between looks: the signal alone can end it.
      let process = try Tool.tbevents.start(
        ["tail", "-f", "logdir", "--interval", "9999"], in: folder)
      defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
      let deadline = ContinuousClock.now + .seconds(60)
      while try lines(folder).isEmpty, ContinuousClock.now < deadline { sched_yield() }
      kill(process.processIdentifier, number)
      process.waitUntilExit()
      #expect(process.terminationStatus == 130 && process.terminationReason == .exit)
    }
  }

  /// Wide tables once looked through all columns for each: four times the tags, sixteen times the work.
  @Test func `a wide table grows with its size`() throws {
    var times: [Double] = []
    for size in [1_000, 4_000] {
      try withTemporaryFolder { folder in
        let events = (1...2).map { step in
          Event(
            wallTime: 1, step: step,
            content: .summary(
              Summary(values: (0..<size).map { .init(tag: "t\($0)", content: .scalar(1)) })))
        }
        try write(events, to: "logdir/a.tfevents", in: folder)
        let runs = try (0..<3).map { _ in
          try processorTime(of: "export", "logdir", "--wide", in: folder)
        }
        times.append(runs.min() ?? 0)
      }
    }
    #expect(times[1] < 2.6 * 2.6 * times[0] + 0.05, "\(times) seconds")
  }

  /// The processor time that a run of the program takes, in seconds, as its shell counts it.
  private func processorTime(of arguments: String..., in folder: String) throws -> Double {
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments =
      ["-c", "\"$0\" \"$@\" > /dev/null && times", Tool.tbevents.path] + arguments
    shell.currentDirectoryURL = URL(fileURLWithPath: folder)
    let pipe = Pipe()
    shell.standardOutput = pipe
    try shell.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    shell.waitUntilExit()
    // Two lines, the shell's own and its children's: `0m0.12s 0m0.01s`.
    let parts = output.split { " \n".contains($0) }
    try #require(shell.terminationStatus == 0 && parts.count == 4, "\(output)")
    return try parts[2...].reduce(0) { sum, part in
      let numbers = part.dropLast().split(separator: "m").compactMap { Double($0) }
      try #require(numbers.count == 2)
      return sum + numbers[0] * 60 + numbers[1]
    }
  }
}
