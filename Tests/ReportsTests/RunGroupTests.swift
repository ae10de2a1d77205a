import EventFiles
import TensorBoard
import Testing

@testable import Reports

@Suite struct RunGroupTests {
  private func groups(
    _ runs: [(name: String, settings: [String: HyperparameterValue])]
  ) throws -> [String: [String]] {
    try withTemporaryFolder { folder in
      for (name, settings) in runs {
        let writer = try SummaryWriter(directory: "\(folder)/\(name)")
        if !settings.isEmpty { try writer.add(.hyperparameters(settings), step: 0) }
        try writer.add(.scalar("loss", 1), step: 1)
        try writer.close()
      }
      let all = ReportRun.all(in: try Run.all(under: folder).map { try $0.contents() })
      return Dictionary(
        uniqueKeysWithValues: RunGroup.groups(of: all).map { ($0.name, $0.runs.map(\.name)) })
    }
  }

  @Test func `runs of the same settings but for the seed are a group, whatever they are called`()
    throws
  {
    let found = try groups([
      ("x1", ["lr": 0.1, "random_seed": 1, "note": "lr 0.1, random_seed 1"]),
      ("x2", ["lr": 0.1, "random_seed": 2, "note": "lr 0.1, random_seed 2"]),
      ("y1", ["lr": 0.2, "random_seed": 1]), ("y2", ["lr": 0.2, "random_seed": 2]),
      ("z", ["lr": 0.3, "random_seed": 2]),
    ])
    #expect(found["z"] == ["z"])
    #expect(Set(found.values) == [["x1", "x2"], ["y1", "y2"], ["z"]])
    #expect(found["lr=0.2"] == ["y1", "y2"])
  }

  @Test func `without hyperparameters names without their seed are a group's`() throws {
    let found = try groups([
      ("net-adam-seed1", [:]), ("net-adam-seed2", [:]), ("net-sgd,seed=1", [:]), ("other", [:]),
      ("s/seed1", [:]), ("s/seed2", [:]),
    ])
    #expect(
      found == [
        "net-adam": ["net-adam-seed1", "net-adam-seed2"], "net-sgd,seed=1": ["net-sgd,seed=1"],
        "other": ["other"], "s": ["s/seed1", "s/seed2"],
      ])
  }

  @Test func `Keras's train and validation stay apart`() throws {
    let found = try groups([
      ("a-seed1", ["units": 4, "seed": 1]), ("a-seed1/train", [:]), ("a-seed1/validation", [:]),
      ("a-seed2", ["units": 4, "seed": 2]), ("a-seed2/train", [:]), ("a-seed2/validation", [:]),
    ])
    #expect(found["a/train"] == ["a-seed1/train", "a-seed2/train"])
    #expect(found["a/validation"] == ["a-seed1/validation", "a-seed2/validation"])
  }

  @Test func `a pattern's parentheses, or all it matches, make groups`() throws {
    let runs = ["a-1", "a-2", "b-1", "c"].map {
      ReportRun(
        name: $0, contents: [], hyperparameters: [:], nameBelowSettings: "", sessionEnd: nil)
    }
    let (groups, others) = RunGroup.groups(of: runs, by: try Regex("^(.)-"))
    #expect(groups.map(\.name) == ["a", "b"] && groups.map(\.runs.count) == [2, 1])
    #expect(others.map(\.name) == ["c"])
    #expect(RunGroup.groups(of: runs, by: try Regex("^")).groups.map(\.name) == ["all"])
  }

  @Test(arguments: [
    ("lenet-seed1", "lenet"), ("lenet-lr=1,seed=12", "lenet-lr=1"), ("seed_3-lenet", "lenet"),
    ("a/random_seed7/b", "a/b"), ("Seed4", ""), ("seedling", "seedling"),
  ]) func `a name loses its seed`(name: String, without: String) {
    #expect(RunGroup.withoutSeed(name) == without)
  }

  @Test(arguments: ["seed", "random_seed", "dataSeed", "random_state"])
  func `what is called a seed`(name: String) { #expect(RunGroup.isSeed(name)) }

  @Test(arguments: ["seedling", "lr", "state"])
  func `what isn't called a seed`(name: String) { #expect(!RunGroup.isSeed(name)) }
}
