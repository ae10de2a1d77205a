import EventFiles
import Foundation
import Images
import TensorBoard
import Testing

@Suite struct TBEventsTests {
  /// A log directory with two runs: curves, a histogram, an image and a text.
  private func writeRuns(in folder: String) throws {
    for (run, offset) in [("a-seed1", 0.0), ("a-seed2", 2.0)] {
      let writer = try SummaryWriter(directory: "\(folder)/logdir/\(run)")
      for step in 1...5 {
        try writer.add(.scalar("loss/train", Double(step) + offset), step: step)
      }
      try writer.add(.scalar("odd,\"tag\"", Double.nan), step: 1)
      try writer.add(.histogram("weights", [0, 1, 1, 2] as [Float]), step: 3)
      try writer.add(
        .image("image", Image(width: 2, height: 1, channels: 1, pixels: [0, 255])), step: 4)
      try writer.add(.text("notes", "two\nlines"), step: 5)
      try writer.close()
    }
  }

  private func run(_ arguments: String..., in folder: String) throws -> Tool.Result {
    try Tool.tbevents.run(arguments, in: folder)
  }

  private func withRuns(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try writeRuns(in: folder)
      try body(folder)
    }
  }

  /// The path of a run's only event file.
  private func eventFile(of run: String, in folder: String) throws -> String {
    try Run(directory: "\(folder)/logdir/\(run)").eventFiles()[0]
  }

  @Test func `inspect lists tags, points and steps`() throws {
    try withRuns { folder in
      let result = try run("inspect", "logdir", in: folder)
      #expect(result.code == 0)
      #expect(result.lines[0].hasPrefix("run a-seed1: 1 file, "))
      let row = try #require(result.lines.first { $0.contains("loss/train") })
      #expect(row.split(separator: " ").prefix(5) == ["loss/train", "scalar", "5", "1", "5"])
      let json = try run("inspect", "logdir", "--run", "*2", "--format", "json", in: folder)
      let runs = try LabNetwork.objects(json.output)
      #expect(runs.map { $0["run"] as? String } == ["a-seed2"])
      let tags = try #require(runs[0]["tags"] as? [[String: Any]])
      let kinds = tags.map { "\($0["tag"] ?? "") \($0["kind"] ?? "")" }
      #expect(
        kinds == [
          "loss/train scalar", "odd,\"tag\" scalar", "weights histogram", "image image",
          "notes text",
        ])
    }
  }

  @Test func `every point is exported, long and wide`() throws {
    try withRuns { folder in
      let long = try run("export", "logdir", "--tag", "loss/*", in: folder)
      #expect(long.code == 0)
      #expect(long.lines[0] == "run,tag,step,wall_time,value")
      let rows = long.lines.dropFirst().map { $0.split(separator: ",") }
      #expect(rows.map { String($0[4]) } == (1...5).map { "\($0)" } + (3...7).map { "\($0)" })
      #expect(rows.allSatisfy { Double($0[3]) ?? 0 > 1e9 })
      let odd = try run("export", "logdir", "--run", "a-seed1", "--tag", "odd*", in: folder)
      #expect(odd.lines[1].hasPrefix("a-seed1,\"odd,\"\"tag\"\"\",1,"))
      #expect(odd.lines[1].hasSuffix(",nan"))
      let wide = try run("export", "logdir", "--wide", "--output", "out/wide.csv", in: folder)
      #expect(wide.code == 0 && wide.output.isEmpty)
      let text = try String(contentsOfFile: folder + "/out/wide.csv", encoding: .utf8)
      #expect(
        text.split(separator: "\n").prefix(3) == [
          "run,step,loss/train,\"odd,\"\"tag\"\"\"", "a-seed1,1,1,nan", "a-seed1,2,2,",
        ])
      let again = try run("export", "logdir", "--output", "out/wide.csv", in: folder)
      #expect(again.code == 1 && again.errors.contains("exists already; --force replaces it"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/out").count == 1)
    }
  }

  @Test func `JSON holds the same points`() throws {
    try withRuns { folder in
      let json = try run("export", "logdir", "--format", "json", in: folder)
      let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
      let series = try #require(object as? [[String: Any]])
      #expect(series.count == 4)
      #expect(series[0]["values"] as? [Double] == [1, 2, 3, 4, 5])
      #expect(series[1]["values"] as? [String] == ["NaN"])
      let lines = try run(
        "export", "logdir", "--format", "jsonl", "--kind", "text", "--run", "a-seed1", in: folder)
      let line = try JSONSerialization.jsonObject(with: Data(lines.output.utf8))
      let point = try #require(line as? [String: Any])
      #expect(point["value"] as? String == "two\nlines")
      let histogram = try run(
        "export", "logdir", "--kind", "histograms", "--run", "a-seed1", in: folder)
      let counts = histogram.lines.dropFirst().compactMap { $0.split(separator: ",").last }
        .compactMap { Double($0) }
      #expect(counts.reduce(0, +) == 4)
    }
  }

  @Test func `images and arrays become files`() throws {
    try withRuns { folder in
      let images = try run(
        "export", "logdir", "--kind", "images", "--output", "out", in: folder)
      #expect(images.output == "wrote 2 files to out\n")
      let image = try Image(contentsOf: folder + "/out/a-seed1/image/4.png")
      #expect(image.pixels == [0, 255])
      let arrays = try run(
        "export", "logdir", "--format", "npy", "--tag", "loss/train", "--output", "npy", in: folder)
      #expect(arrays.code == 0)
      let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/npy/a-seed2/loss/train.npy"))
      #expect(data.count == 128 + 5 * 3 * 8)
      let refused = try run("export", "logdir", "--kind", "images", in: folder)
      #expect(refused.code == 64)
    }
  }

  @Test func `curves are plotted, and a mean over seeds`() throws {
    try withRuns { folder in
      let terminal = try run("plot", "logdir", "--tag", "loss/train", in: folder)
      #expect(terminal.code == 0 && terminal.output.contains("a-seed2"))
      for name in ["p.svg", "p.png"] {
        let result = try run(
          "plot", "logdir", "--tag", "loss/train", "--mean", "--output", name, in: folder)
        #expect(result.output == "plotted 1 curve to \(name)\n")
      }
      let svg = try String(contentsOfFile: folder + "/p.svg", encoding: .utf8)
      #expect(svg.contains("a (2 runs)"))
      #expect(try Image(contentsOf: folder + "/p.png").width == 1200)
      #expect(try run("plot", "logdir", in: folder).code == 64)
      let none = try run("plot", "logdir", "--tag", "nothing", in: folder)
      #expect(
        none.errors
          == "tbevents: logdir: no tag is called nothing; tbevents inspect lists them\n")
    }
  }

  @Test func `a damaged file is found, told and repaired`() throws {
    try withRuns { folder in
      let path = try eventFile(of: "a-seed1", in: folder)
      #expect(try run("verify", "logdir", in: folder).code == 0)
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      bytes[bytes.count / 2] ^= 1
      bytes.removeLast(3)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let verified = try run("verify", "logdir", in: folder)
      #expect(verified.code == 65)
      #expect(verified.output.contains("tbevents repair saves them"))
      let exported = try run("export", "logdir", in: folder)
      #expect(exported.code == 65 && exported.errors.contains("what is whole was read"))
      let repaired = try run("repair", path, "--output", "new.tfevents", in: folder)
      #expect(repaired.code == 0)
      #expect(repaired.lines.filter { $0.hasPrefix("dropped") }.count == 2)
      #expect(try run("verify", "new.tfevents", in: folder).code == 0)
      #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) == bytes)
    }
  }

  @Test(.timeLimit(.minutes(2))) func `tail shows the newest values and follows`() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder + "/logdir/live")
      try writer.add(.scalar("loss", 1), step: 1)
      try writer.flush()
      let shown = try run("tail", "logdir", in: folder)
      #expect(shown.lines.count == 1 && shown.lines[0].hasSuffix("live  step 1  loss  1.000"))
      let output = Pipe()
      let process = try Tool.tbevents.start(
        ["tail", "-f", "logdir", "--interval", "0.1"], in: folder, output: output)
      defer { process.terminate() }
      // What never comes ends the wait below: the output is closed then.
      let deadline = DispatchWorkItem { process.terminate() }
      DispatchQueue.global().asyncAfter(deadline: .now() + 20, execute: deadline)
      defer { deadline.cancel() }
      var seen = ""
      func wait(for text: String) throws {
        while !seen.contains(text) {
          // Waits until there is some; none is the end.
          let data = output.fileHandleForReading.availableData
          try #require(!data.isEmpty)
          seen += String(decoding: data, as: UTF8.self)
        }
      }
      try wait(for: "step 1  loss")
      try writer.add(.scalar("loss", 0.5), step: 2)
      try writer.flush()
      try wait(for: "step 2  loss  0.5000")
      let other = try SummaryWriter(directory: folder + "/logdir/other")
      try other.add(.scalar("new", 3), step: 9)
      try other.close()
      try wait(for: "other  step 9  new")
      try writer.close()
    }
  }

  @Test func `what isn't there is told`() throws {
    try withTemporaryFolder { folder in
      let missing = try run("inspect", "nowhere", in: folder)
      #expect(missing.code == 1)
      #expect(
        missing.errors == "tbevents: nowhere: can't list the directory: No such file or directory\n"
      )
      try FileManager.default.createDirectory(
        atPath: folder + "/empty", withIntermediateDirectories: true)
      let empty = try run("export", "empty", in: folder)
      #expect(empty.errors == "tbevents: empty: has no event files in it or below\n")
      try writeRuns(in: folder)
      let name = try run("inspect", "logdir", "--run", "b*", in: folder)
      #expect(
        name.errors == "tbevents: logdir: no run is called b*; there are a-seed1, a-seed2\n")
      let kind = try run("export", "logdir", "--kind", "audio", "--output", "x", in: folder)
      #expect(kind.errors.contains("holds no audio, only histogram, image, scalar, text"))
    }
  }
}
