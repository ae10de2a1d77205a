import EventFiles
import Foundation
import Images
import TensorBoard
import Testing

/// `tbevents rewrite`, `rm`, `du` and `diff`, run as their users run them.
@Suite struct TBEventsSurgeryTests {
  private func withRuns(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      for (run, rate) in [("a", 0.1), ("b", 0.2)] {
        let writer = try SummaryWriter(directory: "\(folder)/logdir/\(run)")
        try writer.add(.hyperparameters(["rate": .number(rate)]), step: 0)
        for step in 1...6 {
          try writer.add(.scalar("train/loss", Double(step) * rate), step: step)
        }
        try writer.add(.scalar("test/loss", 5), step: 3)
        try writer.add(
          .image("image", Image(width: 2, height: 1, channels: 1, pixels: [0, 255])), step: 4)
        try writer.close()
      }
      try body(folder)
    }
  }

  private func run(_ arguments: String, in folder: String) throws -> Tool.Result {
    try Tool.tbevents.run(arguments.split(separator: " ").map(String.init), in: folder)
  }

  private func scalars(_ directory: String, _ tag: String) throws -> [Int] {
    try Run(directory: directory).scalars(tag: tag).map(\.step)
  }

  private func objects(_ output: String) throws -> [[String: Any]] {
    try output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  /// The bytes of all files in a directory and below, by their paths.
  private func files(in folder: String) throws -> [String: Data] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder)
    return Dictionary(
      uniqueKeysWithValues: paths.compactMap { path in
        (try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)"))).map { (path, $0) }
      })
  }

  @Test func `rewrite renames, splits, thins and says what it did`() throws {
    try withRuns { folder in
      let before = try files(in: folder + "/logdir")
      let result = try run(
        "rewrite logdir --output new --drop-kind images --every 2 --split train "
          + "--rename-tag ^test/(.)oss=eval/$1 --rename-run ^=run- --format json", in: folder)
      #expect(result.code == 0 && result.errors.isEmpty)
      #expect(try scalars(folder + "/new/run-a/train", "loss") == [1, 3, 5, 6])
      #expect(try scalars(folder + "/new/run-a", "eval/l") == [3])
      let settings = try Run(directory: folder + "/new/run-b").contents().sessionStart
      #expect(settings?.hyperparameters["rate"] == .number(0.2))
      let rows = try objects(result.output)
      let row = try #require(rows.first { $0["tag"] as? String == "train/loss" })
      #expect(row["values"] as? Int == 6 && row["kept"] as? Int == 4)
      #expect(row["new_run"] as? String == "run-a/train" && row["new_tag"] as? String == "loss")
      #expect(try files(in: folder + "/logdir") == before)
      let again = try run("rewrite logdir --output new", in: folder)
      #expect(again.code == 1 && again.errors.contains("exists already and isn't empty"))
      let same = try run("rewrite logdir --output same", in: folder)
      #expect(same.output.contains("read back and equal, in same"))
      #expect(try files(in: folder + "/same") == before)
    }
  }

  @Test func `rewrite leaves nothing behind where it fails`() throws {
    try withRuns { folder in
      let collision = try run("rewrite logdir --output new --rename-tag .*=x", in: folder)
      #expect(collision.code == 1 && collision.errors.contains("would both be called x"))
      let merged = try run("rewrite logdir --output new --rename-run .*=x", in: folder)
      #expect(merged.errors.contains("the runs a and b would both be called x"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/new"))
      let dry = try run("rewrite logdir --dry-run --last 1", in: folder)
      #expect(dry.code == 0 && dry.output.contains("would be kept"))
    }
  }

  @Test(arguments: [
    ("rewrite logdir", "--output names the directory to write"),
    ("rewrite logdir --output a --in-place", "exclude each other"),
    ("rewrite logdir --output a --every 0", "it must be at least 1"),
    ("rewrite logdir --output a --every 2 --last 1", "--every and --last exclude each other"),
    ("rewrite logdir --output a --thin images", "--thin says which kinds"),
    ("rewrite logdir --output a --rename-tag (=x", "'(=x' is invalid"),
    ("rewrite logdir --output a --rename-tag a=$1", "'a=$1' is invalid"),
    ("rewrite logdir --output a --rename-tag abc", "'abc' is invalid"),
    ("rewrite logdir --output a --steps 9..1", "'9..1' is invalid"),
    ("rewrite logdir --output a --shift-time nan", "--shift-time is a finite number"),
    ("rewrite logdir --output a --kind pictures", "'pictures' is invalid"),
    ("rm logdir", "--run, --tag or --kind says what goes"),
    ("diff a", "Missing expected argument"),
    ("diff a b --tolerance -1", "it must be at least 0"),
    ("du logdir --by size", "'size' is invalid"),
  ])
  func `wrong usage is refused`(arguments: String, sentence: String) throws {
    let answer = try #require(Tool.tbevents.answer(arguments))
    #expect(answer.code == 64 && answer.errors.contains(sentence), "\(answer.errors)")
  }

  @Test(arguments: ["rewrite", "rm", "du", "diff"])
  func `help names the exit codes`(command: String) {
    #expect(Tool.tbevents.help(command).contains("Exit codes: 0 done"))
  }

  @Test func `damaged input is read past, told, and stays in place`() throws {
    try withRuns { folder in
      let path = try Run(directory: folder + "/logdir/a").eventFiles()[0]
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path))
      let copy = try run("rewrite logdir --output new", in: folder)
      #expect(copy.code == 65 && copy.errors.contains("what is whole was read"))
      #expect(try run("verify new", in: folder).code == 0)
      let inPlace = try run("rewrite logdir --in-place --last 1", in: folder)
      #expect(inPlace.code == 65 && inPlace.errors.contains("a: stays as it is"))
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
      #expect(try scalars(folder + "/logdir/b", "train/loss") == [6])
    }
  }

  @Test func `in place, a program that is killed loses nothing`() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder + "/logdir")
      for step in 0..<20_000 { try writer.add(.scalar("loss", Double(step)), step: step) }
      try writer.close()
      var wait = Duration.zero
      for _ in 0..<12 {
        let start = ContinuousClock.now
        let process = try Tool.tbevents.start(
          [
            "rewrite", "logdir", "--in-place", "--shift-steps", "0", "--rename-tag", "^loss$=l0ss",
            "--rename-tag", "^l0ss$=loss", "--merge", "step",
          ], in: folder)
        process.end(by: SIGKILL) { start.duration(to: .now) >= wait }
        #expect(try scalars(folder + "/logdir", "loss") == Array(0..<20_000))
        wait += .milliseconds(50)
      }
    }
  }

  @Test func `on a full disk all stays as it was`() throws {
    try withTemporaryFolder { folder in
      let script = """
        mkdir small && mount -t tmpfs -o size=96k none small || exit 77
        cp -r logdir small/ && head -c 40k /dev/zero >small/fill
        '\(Tool.tbevents.path)' rewrite small/logdir --in-place --shift-steps 1 >out 2>errors; code=$?
        diff -r logdir small/logdir || code=99
        umount small; exit $code
        """
      let writer = try SummaryWriter(directory: folder + "/logdir")
      for step in 0..<800 { try writer.add(.scalar("loss", Double(step)), step: step) }
      try writer.close()
      let (code, errors) = try Tool.runOnSmallDisk(script, in: folder)
      #expect(code == 1)
      #expect(errors.contains("tfevents") && errors.contains("No space left on device"))
    }
  }

  @Test func `rm removes runs, and contents of runs`() throws {
    try withRuns { folder in
      let before = try files(in: folder + "/logdir")
      for arguments in ["--run a", "--tag *loss", "--kind images"] {
        let dry = try run("rm logdir \(arguments) --dry-run", in: folder)
        #expect(dry.code == 0 && dry.output.contains("would be"))
      }
      #expect(try files(in: folder + "/logdir") == before)
      #expect(try run("rm logdir --kind images --run a", in: folder).code == 0)
      #expect(try run("rm logdir --tag train*", in: folder).code == 0)
      let kinds = try Run.all(under: folder + "/logdir").map { run in
        try run.contents().series.map(\.tag).filter { !$0.hasPrefix("_hparams_") }
      }
      #expect(kinds == [["test/loss"], ["test/loss", "image"]])
      #expect(try Run(directory: folder + "/logdir/a").contents().sessionStart != nil)
      try Data().write(to: URL(fileURLWithPath: folder + "/logdir/b/model.pt"))
      let gone = try run("rm logdir --run *", in: folder)
      #expect(gone.output.contains("2 runs") && gone.errors.contains("stays, with model.pt in it"))
      #expect(try files(in: folder + "/logdir").keys.sorted() == ["b/model.pt"])
    }
  }

  @Test(arguments: ["tag", "kind", "run"])
  func `du adds up to the sizes of the files`(grouping: String) throws {
    try withRuns { folder in
      let path = try Run(directory: folder + "/logdir/b").eventFiles()[0]
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      bytes[100] ^= 1
      bytes.removeLast(3)
      try bytes.write(to: URL(fileURLWithPath: path))
      let total = try files(in: folder + "/logdir").values.reduce(0) { $0 + $1.count }
      let result = try run("du logdir --by \(grouping) --format json", in: folder)
      #expect(result.code == 65)
      let sizes = try objects(result.output).compactMap { $0["bytes"] as? Int }
      #expect(sizes.reduce(0, +) == total && sizes == sizes.sorted(by: >))
      let text = try run("du logdir --by \(grouping)", in: folder)
      #expect(text.lines.last?.hasSuffix("bytes in 2 files of 2 runs") == true)
      if grouping == "kind" {
        let kinds = Set(try objects(result.output).compactMap { $0["kind"] as? String })
        #expect(kinds.isSuperset(of: ["scalars", "images", "framing", "damaged", "unfinished"]))
      }
    }
  }

  @Test func `diff tells settings, tags and where curves part`() throws {
    try withRuns { folder in
      #expect(try run("diff logdir logdir", in: folder).code == 0)
      let runs = try run("diff logdir/a logdir/b --format json", in: folder)
      #expect(runs.code == 1)
      let rows = try objects(runs.output)
      #expect(rows.map { $0["name"] as? String } == ["rate", "train/loss"])
      #expect(rows[0]["first"] as? String == "0.1" && rows[0]["second"] as? String == "0.2")
      #expect(rows[1]["common_steps"] as? Int == 6 && rows[1]["first_step"] as? Int == 1)
      #expect(abs((rows[1]["max_difference"] as? Double ?? 0) - 0.6) < 1e-6)
      #expect(abs((rows[1]["mean_difference"] as? Double ?? 0) - 0.35) < 1e-6)
      let near = try run("diff logdir/a logdir/b --tag train* --tolerance 0.35", in: folder)
      #expect(near.lines.contains { $0.contains("train/loss") && $0.contains(" 4 ") })
      let equal = try run(
        "diff logdir/a logdir/b --tag train* --relative-tolerance 0.51 --all", in: folder)
      #expect(equal.code == 0 && equal.output.contains("no difference in 1 setting"))
      #expect(equal.output.contains("train/loss"))
      #expect(try run("rewrite logdir --output new --drop-kind images", in: folder).code == 0)
      let tags = try run("diff logdir new", in: folder)
      #expect(tags.code == 1 && tags.lines.count { $0.contains("image") } == 2)
      let failed = try run("diff logdir nowhere", in: folder)
      #expect(failed.code == 1 && failed.errors.contains("nowhere"))
    }
  }
}
