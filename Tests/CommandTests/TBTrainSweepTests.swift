import CommandSupport
import EventFiles
import Files
import Foundation
import ModelFiles
import NeuralNetworks
import Testing

@Suite struct TBTrainSweepTests {
  /// Two rules, two rates: four runs of a second or so, which test and save after 5 steps.
  private let sweep =
    "sweep rnn --hidden 8 --train-per-class 10 --test-per-class 5 --batch-size 20 --steps 60"
    + " --checkpoint-every 5 --optimizer adam,sgd --learning-rate 1e-2,1e-3"
  private let names = [
    "optimizer=adam,learning-rate=0.001", "optimizer=adam,learning-rate=0.01",
    "optimizer=sgd,learning-rate=0.001", "optimizer=sgd,learning-rate=0.01",
  ]

  private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

  private func tbtrain(
    _ arguments: String, in folder: String, environment: [String: String] = [:]
  ) throws -> Tool.Result {
    try Tool.tbtrain.run(words(arguments), in: folder, environment: environment)
  }

  private func runs(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder + "/logdir/sweep").sorted()
  }

  @Test func `every combination is trained once and told best first`() throws {
    try withTemporaryFolder { folder in
      let result = try tbtrain(sweep, in: folder)
      #expect(result.code == 0, "\(result.errors)")
      #expect(try runs(in: folder) == names)
      let rows = result.lines.dropFirst().prefix(4).map { $0.split(separator: " ") }
      #expect(rows.map { String($0[0]) }.sorted() == names)
      let accuracies = rows.map { Double($0[1]) ?? -1 }
      #expect(accuracies == accuracies.sorted(by: >))
      #expect(result.errors.split(separator: "\n").count == 4)

      // HParams has the flags that differ among its columns, and no text of all others.
      let run = try Run(directory: folder + "/logdir/sweep/" + names[3])
      #expect(
        try run.contents().experiment?.hyperparameters.map(\.name)
          == ["optimizer", "learning-rate", "cell", "hidden"])

      // Again: nothing is trained, nothing is changed.
      let events = try LoggedRun(folder: folder + "/logdir/sweep/" + names[0])
      let again = try tbtrain(sweep, in: folder)
      #expect(again.code == 0)
      #expect(again.lines.filter { $0.hasSuffix("was complete") }.count == 4)
      #expect(again.errors == "")
      let unchanged = try LoggedRun(folder: folder + "/logdir/sweep/" + names[0])
      #expect(unchanged.fileCount == 1)
      #expect(unchanged.differences(from: events) == [])

      // Longer, all go on; another batch size is another sweep.
      let longer = try tbtrain(
        sweep.replacingOccurrences(of: "--steps 60", with: "--steps 70") + " --format json",
        in: folder)
      #expect(longer.code == 0, "\(longer.errors)")
      for line in longer.lines {
        let object = try #require(
          try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect((object["result"] as? [String: Any])?["step"] as? Int == 70)
        #expect(object["state"] as? String == "finished")
      }
      let other = try tbtrain(
        sweep.replacingOccurrences(of: "--batch-size 20", with: "--batch-size 25"), in: folder)
      #expect(other.code == 1)
      #expect(
        other.errors.contains(
          "the run's --batch-size is 20, not 25; give the new sweep a --logdir of its own"))
    }
  }

  @Test func `killed twice and started again, it ends complete and each run once`() throws {
    try withTemporaryFolder { folder in
      let flags = sweep.replacingOccurrences(of: "--steps 60", with: "--steps 400")
      for _ in 0..<2 {
        let process = try Tool.tbtrain.start(words(flags + " --quiet"), in: folder)
        let wanted = try finished(in: folder) + 1
        try process.end(by: SIGKILL) { try finished(in: folder) >= wanted }
      }
      let last = try tbtrain(flags + " --quiet", in: folder)
      #expect(last.code == 0, "\(last.errors)")
      #expect(try runs(in: folder) == names)
      for name in names {
        let path = folder + "/logdir/sweep/" + name
        #expect(try Checkpoint(path: path).state?.step == 400)
        let run = try LoggedRun(folder: path)
        #expect(run.repeated == [], "\(name)")
        #expect(run.steps("loss/train").last == 400)
      }
    }
  }

  @Test func `a run that was killed behind its last checkpoint is brought to its end`() throws {
    try withTemporaryFolder { folder in
      #expect(try tbtrain(sweep + " --quiet", in: folder).code == 0)
      let result = folder + "/logdir/sweep/\(names[1])/result.json"
      let before = try Data(contentsOf: URL(fileURLWithPath: result))
      try FileManager.default.removeItem(atPath: result)
      let again = try tbtrain(sweep + " --quiet", in: folder)
      #expect(again.code == 0, "\(again.errors)")
      #expect(again.lines.filter { $0.hasSuffix("was complete") }.count == 3)
      func accuracy(_ data: Data) throws -> Double? {
        (try JSONSerialization.jsonObject(with: data) as? [String: Any])?["accuracy"] as? Double
      }
      let after = try Data(contentsOf: URL(fileURLWithPath: result))
      #expect(try accuracy(after) == accuracy(before))
      // Its end is logged once more, its curves aren't.
      let run = try LoggedRun(folder: folder + "/logdir/sweep/" + names[1])
      #expect(run.repeated.filter { !$0.contains("_hparams_") } == [])
    }
  }

  @Test func `a result whose checkpoint is older isn't trusted`() throws {
    try withTemporaryFolder { folder in
      // What a full disk leaves: the result of step 60, the checkpoint of step 20.
      let short = sweep.replacingOccurrences(of: "--steps 60", with: "--steps 20")
      let path = folder + "/logdir/sweep/" + names[2]
      #expect(try tbtrain(short + " --quiet", in: folder).code == 0)
      let kept = try FileManager.default.contentsOfDirectory(atPath: path)
        .filter { $0.hasSuffix(".safetensors") }
      for name in kept {
        try FileManager.default.moveItem(atPath: "\(path)/\(name)", toPath: "\(folder)/\(name)")
      }
      #expect(try tbtrain(sweep + " --quiet", in: folder).code == 0)
      for name in try FileManager.default.contentsOfDirectory(atPath: path)
      where name.hasSuffix(".safetensors") {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
      }
      for name in kept {
        try FileManager.default.moveItem(atPath: "\(folder)/\(name)", toPath: "\(path)/\(name)")
      }
      let again = try tbtrain(sweep, in: folder)
      #expect(again.code == 0, "\(again.errors)")
      #expect(again.lines.filter { $0.hasSuffix("was complete") }.count == 3)
      #expect(try Checkpoint(path: path).state?.step == 60)
    }
  }

  @Test func `a run that another program trains ends the sweep with 75`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/logdir/sweep/" + names[0]
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let lock = try OpenFile(appendingTo: path + "/.lock")
      #expect(try lock.lock())
      let result = try tbtrain(
        sweep.replacingOccurrences(of: "--steps 60", with: "--steps 5") + " --quiet", in: folder)
      withExtendedLifetime(lock) {}
      #expect(result.code == 75, "\(result.errors)")
      #expect(result.lines.filter { $0.hasSuffix("trained by another program") }.count == 1)
      #expect(try finished(in: folder) == 3)
    }
  }

  private func finished(in folder: String) throws -> Int {
    names.filter {
      FileManager.default.fileExists(atPath: folder + "/logdir/sweep/\($0)/result.json")
    }.count
  }

  @Test func `tasks at the same time share the runs among them`() throws {
    try withTemporaryFolder { folder in
      // The same folder of runs, from folders of their own; the third is everything once more.
      let processes = try ["--task 1/2", "--task 2/2", ""].enumerated().map { index, task in
        let own = folder + "/task\(index)"
        try FileManager.default.createDirectory(
          atPath: own, withIntermediateDirectories: false)
        return (
          try Tool.tbtrain.start(
            words(sweep + " --quiet --logdir \(folder)/logdir/sweep " + task), in: own), own
        )
      }
      for (process, own) in processes {
        process.waitUntilExit()
        let result = try Tool.tbtrain.result(of: process, in: own)
        // 75 where another task trains what is left.
        #expect([0, 75].contains(result.code), "\(result.errors)")
      }
      #expect(try runs(in: folder) == names)
      for name in names {
        let run = try LoggedRun(folder: folder + "/logdir/sweep/" + name)
        #expect(run.fileCount == 1, "\(name)")
        #expect(run.repeated == [])
      }
    }
  }

  @Test(arguments: [
    ("--task 1/2", [:], [0, 2]), ("--task 2/2", [:], [1, 3]), ("--task 3/3", [:], [2]),
    ("--task 9/9", [:], []), ("", [:], [0, 1, 2, 3]),
    ("", ["SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_TASK_COUNT": "2"], [0, 2]),
    (
      "",
      [
        "SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_MIN": "3",
        "SLURM_ARRAY_TASK_STEP": "2",
      ], [2]
    ),
    ("", ["JOB_COMPLETION_INDEX": "3"], [3]), ("", ["JOB_COMPLETION_INDEX": "4"], []),
    ("--task 1/4", ["JOB_COMPLETION_INDEX": "3", "SLURM_ARRAY_TASK_ID": "3"], [0]),
  ])
  func `a cluster's task has its share`(
    task: String, environment: [String: String], share: [Int]
  ) throws {
    try withTemporaryFolder { folder in
      let all = try tbtrain("\(sweep) --list", in: folder).lines
      #expect(all.count == 4)
      let listed = try tbtrain("\(sweep) --list \(task)", in: folder, environment: environment)
      #expect(listed.code == 0, "\(listed.errors)")
      #expect(listed.lines == share.map { all[$0] })
      #expect(!FileManager.default.fileExists(atPath: folder + "/logdir"))
    }
  }

  @Test func `folders of one name have runs of their own`() throws {
    try withTemporaryFolder { folder in
      for set in ["mine/set", "yours/set"] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(set)", withIntermediateDirectories: true)
      }
      let listed = try tbtrain(
        "sweep rnn --data mine/set,yours/set,digits --list", in: folder)
      #expect(listed.code == 0, "\(listed.errors)")
      #expect(
        listed.lines.map { words($0).last } == ["data=mine-set", "data=yours-set", "data=digits"])
    }
  }

  @Test func `a data set that isn't there leaves no folder behind`() throws {
    try withTemporaryFolder { folder in
      let result = try tbtrain("\(sweep) --data nowhere", in: folder)
      #expect(result.code == 1)
      #expect(result.errors.hasPrefix("tbtrain: nowhere: not found, expected a directory"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/logdir"))
    }
  }

  @Test func `one run's failure doesn't stop the others`() throws {
    try withTemporaryFolder { folder in
      // A file where a run's folder should be, and a rate that no number survives.
      try FileManager.default.createDirectory(
        atPath: folder + "/logdir/sweep", withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: folder + "/logdir/sweep/" + names[0]))
      let flags = sweep.replacingOccurrences(of: "1e-2,", with: "3e38,")
      let result = try tbtrain(flags + " --jobs 1", in: folder)
      #expect(result.code == 1)
      #expect(
        result.errors.contains("tbtrain: logdir/sweep/\(names[0]): can't make the directory: "))
      #expect(result.lines.contains { $0.contains("diverged") })
      #expect(
        result.lines.contains { $0.hasPrefix(names[2]) && !$0.contains("diverged") })
    }
  }

  @Test func `seeds of one setting are told as mean and deviation`() throws {
    try withTemporaryFolder { folder in
      let result = try tbtrain(
        "sweep rnn --hidden 4,8 --train-per-class 5 --test-per-class 5 --steps 5 --seed 3 --seeds 2",
        in: folder)
      #expect(result.code == 0)
      #expect(
        try runs(in: folder) == [
          "hidden=4,seed=3", "hidden=4,seed=4", "hidden=8,seed=3", "hidden=8,seed=4",
        ])
      let settings = result.lines.drop { !$0.hasPrefix("setting") }.dropFirst().prefix(2)
      #expect(Set(settings.map { $0.prefix { $0 != " " } }) == ["hidden=4", "hidden=8"])
      #expect(settings.allSatisfy { $0.hasSuffix(" 2") })
    }
  }
}
