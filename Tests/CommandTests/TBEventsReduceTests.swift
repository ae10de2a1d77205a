import EventFiles
import Foundation
import TensorBoard
import Testing

@Suite struct TBEventsReduceTests {
  private func withRuns(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      for (lr, seed) in [(0.1, 1), (0.1, 2), (0.1, 3), (0.2, 1), (0.2, 2)] {
        let writer = try SummaryWriter(directory: "\(folder)/logdir/lr=\(lr),seed=\(seed)")
        try writer.add(
          .hyperparameters(["lr": .number(lr), "seed": .number(Double(seed))]), step: 0)
        for step in 0..<4 where step != seed {
          try writer.add(.scalar("loss", Double(step * seed)), step: step)
        }
        try writer.close()
      }
      try body(folder)
    }
  }

  private func run(_ arguments: String..., in folder: String) throws -> Tool.Result {
    try Tool.tbevents.run(["reduce"] + arguments, in: folder)
  }

  @Test func `runs of one setting become a run a statistic, and rows of a table`() throws {
    try withRuns { folder in
      let result = try run(
        "logdir", "--output", "out", "--csv", "all.csv", "--statistic", "mean", "--statistic",
        "std", "--min-runs", "2", in: folder)
      #expect(result.code == 0)
      #expect(result.lines.count == 2)
      #expect(result.lines[0] == "lr=0.1: 3 runs, 1 tag, 4 points to out/lr=0.1/{mean,std}")
      let runs = try Run.all(under: folder + "/out")
      #expect(runs.map(\.name) == ["lr=0.1/mean", "lr=0.1/std", "lr=0.2/mean", "lr=0.2/std"])
      #expect(try runs[0].scalars(tag: "loss").map(\.value) == [0, 2.5, 4, 4.5])
      #expect(try runs[0].contents().sessionStart?.hyperparameters == ["lr": 0.1])
      let rows = try String(contentsOfFile: folder + "/all.csv", encoding: .utf8)
        .split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
      #expect(rows[0] == ["group", "tag", "step", "wall_time", "runs", "mean", "std"])
      #expect(rows[2][0] == "lr=0.1" && Array(rows[2][4...]) == ["2", "2.5", "0.7071067811865476"])
      // Steps 1 and 2 are in one run of two, which is too few.
      #expect(rows.count == 1 + 4 + 2)
      #expect(result.errors.contains("lr=0.2: left out 2 steps that too few of its runs have"))
      let again = try run("logdir", "--output", "out", in: folder)
      #expect(again.code == 1 && again.errors.contains("exists already; --force replaces it"))
      #expect(try run("logdir", "--output", "out", "--force", in: folder).code == 0)
    }
  }

  @Test func `a run that isn't ours is never written into`() throws {
    try withRuns { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/out/lr=0.1", withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: folder + "/logdir/lr=0.1,seed=1", toPath: folder + "/out/lr=0.1/mean")
      let result = try run("logdir", "--output", "out", "--force", in: folder)
      #expect(result.code == 1 && result.errors.contains("is of another run"))
      #expect(try Run.all(under: folder + "/out").count == 1)
    }
  }

  @Test func `what can't be done is said`() throws {
    try withRuns { folder in
      #expect(try run("logdir", in: folder).code == 64)
      #expect(try run("logdir", "--csv", "-", "--statistic", "mode", in: folder).code == 64)
      #expect(try run("logdir", "--csv", "-", "--group-by", "(", in: folder).code == 64)
      #expect(try run("logdir", "--csv", "-", "--min-runs", "0", in: folder).code == 64)
      let alone = try run("logdir", "--csv", "-", "--run", "*seed=3", in: folder)
      #expect(alone.code == 1 && alone.errors.contains("--group-by says which belong together"))
      let all = try run("logdir", "--csv", "-", "--group-by", "^lr", in: folder)
      #expect(
        all.code == 0 && all.lines.allSatisfy { $0.hasPrefix("lr,") || $0.hasPrefix("group") })
      #expect(try run("--help", in: folder).code == 0)
    }
  }

  @Test func `plot and report draw groups`() throws {
    try withRuns { folder in
      let result = try Tool.tbevents.run(
        ["plot", "logdir", "--tag", "loss", "--mean", "--band", "range", "--output", "a.svg"],
        in: folder)
      #expect(result.code == 0 && result.output.contains("plotted 2 curves"))
      let svg = try String(contentsOfFile: folder + "/a.svg", encoding: .utf8)
      #expect(svg.contains("lr=0.1 (3 runs)") && svg.contains("fill-opacity=\".18\""))
      let one = try Tool.tbevents.run(
        ["plot", "logdir", "--tag", "loss", "--mean", "--group-by", "^"], in: folder)
      #expect(one.code == 0 && one.output.contains("all (5 runs)"))
      let none = try Tool.tbevents.run(
        ["report", "logdir", "--group-by", "epoch", "--output", "a.html"], in: folder)
      #expect(none.code == 1 && none.errors.contains("--group-by: no run's name"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/a.html"))
      let report = try Tool.tbevents.run(
        ["report", "logdir", "--group-by", "^lr", "--output", "a.html"], in: folder)
      #expect(report.code == 0)
      #expect(
        try String(contentsOfFile: folder + "/a.html", encoding: .utf8).contains(
          "Runs grouped by their names"))
    }
  }
}
