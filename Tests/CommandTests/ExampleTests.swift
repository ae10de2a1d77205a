import EventFiles
import Foundation
import Testing

@Suite struct ExampleTests {
  private func run(_ name: String, _ body: (String, Tool.Result) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let result = try Tool(name: "example-\(name)").run([], in: folder)
      #expect(result.code == 0, "\(result.errors)")
      try body(folder, result)
    }
  }

  @Test func `a loop of one's own fits its line`() throws {
    try run("own-loop") { folder, _ in
      let run = try Run(directory: folder + "/logdir/own-loop")
      let losses = try run.scalars(tag: "loss")
      #expect(losses.map(\.step) == Array(1...200))
      #expect((losses.last?.value ?? 1) < 0.02)
      #expect(try run.contents().series(tag: "errors")?.count == 10)
    }
  }

  @Test func `nine runs of other hyperparameters`() throws {
    try run("hyperparameters") { folder, result in
      #expect(result.lines.count == 9)
      let runs = try Run.all(under: folder + "/logdir")
      #expect(runs.count == 9)
      for run in runs {
        #expect(try run.scalars(tag: "value").count == 50)
        #expect(try run.contents().series(tag: "_hparams_/session_start_info") != nil)
      }
    }
  }

  @Test func `vectors for the projector`() throws {
    try run("projector") { folder, _ in
      let configuration = try String(
        contentsOfFile: folder + "/logdir/projector/projector_config.pbtxt", encoding: .utf8)
      #expect(configuration.contains("bars"))
    }
  }

  @Test func `measurements at each step`() throws {
    try run("metrics") { folder, _ in
      let run = try Run(directory: folder + "/logdir/metrics")
      #expect(try run.scalars(tag: "requests/path=/search").count == 50)
      #expect(try run.scalars(tag: "latency/mean").allSatisfy { (0.001...0.02).contains($0.value) })
    }
  }
}
