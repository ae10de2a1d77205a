import EventFiles
import Foundation
import Images
import TensorBoard
import Testing

@Suite struct TBEventsReportTests {
  /// A log directory with two runs of everything that a report shows.
  private func writeRuns(in folder: String) throws {
    for (run, rate) in [("fast", 0.5), ("slow", 0.125)] {
      let writer = try SummaryWriter(directory: "\(folder)/logdir/\(run)")
      try writer.add(.hyperparameters(["learning-rate": .number(rate)]), step: 0)
      for step in 1...5 {
        try writer.add(
          .scalar("accuracy/test", rate * Double(step)), .scalar("W1_SUMMARY/mean", 0.5),
          .scalar("W1_SUMMARY/std", 0.25), .scalar("rate", rate), step: step)
        try writer.add(.histogram("weights", [0, 1, 1, 2] as [Float]), step: step)
      }
      try writer.add(
        .image("image", Image(width: 2, height: 1, channels: 1, pixels: [0, 255])), step: 4)
      try writer.add(.text("notes", "**two** lines"), step: 5)
      try writer.close()
    }
  }

  private func run(_ arguments: String..., in folder: String) throws -> Tool.Result {
    try Tool.tbevents.run(["report"] + arguments, in: folder)
  }

  private func withRuns(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try writeRuns(in: folder)
      try body(folder)
    }
  }

  private func page(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func `help tells flags, defaults and exit codes`() throws {
    try withTemporaryFolder { folder in
      let help = try run("--help", in: folder)
      #expect(help.code == 0)
      for text in [
        "(default: report.html)", "(default: 0.6)", "--title", "--run <pattern>", "--tag <pattern>",
        "--force", "--quiet", "Exit codes:",
      ] {
        #expect(help.output.contains(text), "\(text)")
      }
    }
  }

  @Test func `a log directory becomes one page`() throws {
    try withRuns { folder in
      let result = try run("logdir", "--title", "Two <rates>", in: folder)
      #expect(result.code == 0 && result.errors.isEmpty)
      #expect(
        result.output.wholeMatch(
          of: /wrote report\.html: 2 runs, 40 scalar points, [0-9.]+ kB\n/) != nil)
      let page = try page("\(folder)/report.html")
      #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
      #expect(page.contains("<title>Two &lt;rates&gt;</title>"))
      for section in ["runs", "metrics", "scalars", "statistics", "histograms", "images", "text"] {
        #expect(page.contains("<section id=\"\(section)\">"))
      }
      #expect(page.contains("<dd>2.500<small>fast, step 5</small></dd>"))
      // Nothing beside the page is left.
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(Set(names).subtracting([".stdout", ".stderr"]) == ["logdir", "report.html"])
    }
  }

  @Test func `runs and tags are chosen, hyperparameters stay`() throws {
    try withRuns { folder in
      let result = try run(
        "logdir", "--run", "f*", "--tag", "accuracy/*", "--output", "out/a.html", in: folder)
      #expect(result.code == 0)
      let page = try page("\(folder)/out/a.html")
      #expect(page.contains("<h1>Report: logdir</h1>"))
      #expect(page.contains("learning-rate <code>0.5</code>") && !page.contains("slow"))
      #expect(!page.contains("weights") && !page.contains("id=\"images\""))
    }
  }

  @Test func `a page is replaced only with --force`() throws {
    try withRuns { folder in
      #expect(try run("logdir", "--title", "one", in: folder).code == 0)
      let again = try run("logdir", "--title", "two", in: folder)
      #expect(again.code == 1)
      #expect(again.errors == "tbevents: report.html: exists already; --force replaces it\n")
      #expect(try page("\(folder)/report.html").contains("<h1>one</h1>"))
      #expect(try run("logdir", "--title", "two", "--force", in: folder).code == 0)
      #expect(try page("\(folder)/report.html").contains("<h1>two</h1>"))
    }
  }

  @Test func `a damaged file is told, and the rest is in the page`() throws {
    try withRuns { folder in
      let path = try Run(directory: "\(folder)/logdir/slow").eventFiles()[0]
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      bytes[bytes.count - 6] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path))
      let result = try run("logdir", in: folder)
      #expect(result.code == 65)
      #expect(result.errors.contains("doesn't fit its checksum; what is whole was read"))
      let page = try page("\(folder)/report.html")
      #expect(page.contains("Damaged files") && page.contains("fast"))
    }
  }

  @Test(
    arguments: [
      (["nowhere"], 1, "nowhere: can't list the directory"),
      (["logdir", "--run", "x"], 1, "logdir: no run is called x; there are fast, slow"),
      (["logdir", "--smoothing", "1"], 64, "for '--smoothing <weight>': it must lie in 0 ..< 1"),
      (["logdir", "--title", ""], 64, "--title has no letters"),
      (["logdir", "--output", "logdir"], 1, "logdir: is a directory; give the name of a file"),
      ([], 64, "Missing expected argument"),
    ] as [([String], Int32, String)])
  func `wrong input gives one sentence`(
    arguments: [String], code: Int32, sentence: String
  ) throws {
    try withRuns { folder in
      let result = try Tool.tbevents.run(["report"] + arguments, in: folder)
      #expect(result.code == code)
      #expect(result.errors.contains(sentence), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/report.html"))
    }
  }

  @Test func `a tag that nothing has is told`() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: "\(folder)/logdir/a")
      try writer.add(.scalar("x", 1), step: 1)
      try writer.close()
      let result = try run("logdir", "--tag", "nothing", in: folder)
      #expect(result.code == 1)
      #expect(
        result.errors
          == "tbevents: logdir: no tag is called nothing; tbevents inspect lists them\n")
    }
  }
}
