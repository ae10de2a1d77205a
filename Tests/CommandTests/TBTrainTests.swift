import Foundation
import ModelFiles
import NeuralNetworks
import Testing

@Suite struct TBTrainTests {
  /// Settings of a run that takes a second or two.
  static let tiny = "--train-per-class 20 --test-per-class 5 --batch-size 20"

  private func tbtrain(
    _ arguments: String, in folder: String, environment: [String: String] = [:]
  ) throws -> Tool.Result {
    try Tool.tbtrain.run(
      arguments.split(separator: " ").map(String.init), in: folder, environment: environment)
  }

  @Test func aRunIsTrainedLoggedSavedAndTold() throws {
    try withTemporaryFolder { folder in
      let result = try tbtrain("lenet \(Self.tiny) --steps 60", in: folder)
      #expect(result.code == 0)
      #expect(
        // Whether the best test was the last is a matter of luck.
        result.lines.map { $0.prefix { $0 != " " } }.filter { $0 != "best" } == [
          "test", "test", "dead", "time", "run", "look", "",
        ])
      #expect(result.lines.contains("run            logdir/lenet-1"))
      #expect(result.lines.last?.hasSuffix("deconv project --layer 2 --filter 7") == true)
      // Where stderr is no terminal, a line an evaluation: each fifth epoch here, and the end.
      let progress = result.errors.split(separator: "\n")
      #expect(progress.map { $0.prefix(11) } == ["step 50/60 ", "step 60/60 "])
      #expect(!result.errors.contains("\u{1B}"))

      let run = try LoggedRun(folder: folder + "/logdir/lenet-1")
      #expect(run.fileCount == 1)
      #expect(run.repeated == [])
      for tag in ["loss/train", "accuracy/train", "learning_rate", "images_per_second"] {
        #expect(run.steps(tag) == [1, 10, 20, 30, 40, 50, 60], "\(tag)")
      }
      for tag in ["loss/test", "accuracy/test", "dead_filters/conv1", "W1/filters"] {
        #expect(run.steps(tag) == [50, 60], "\(tag)")
      }
      for name in ["W1", "W2", "W3", "W4", "b1", "b4", "activation1", "activation2"] {
        for part in ["mean", "std", "variance", "min", "max", "histogram"] {
          #expect(run.steps("\(name)_SUMMARY/\(part)") == [50, 60], "\(name) \(part)")
        }
      }
      let checkpoint = try Checkpoint(path: folder + "/logdir/lenet-1")
      #expect(checkpoint.state?.step == 60)
      #expect(checkpoint.state?.recipe["batch-size"] == "20")
      #expect(try checkpoint.makeModel().outputShape(for: [28, 28, 1]) == [10])

      // What the table says to type next works as it stands.
      let projected = try Tool.deconv.run(
        ["project", "--layer", "1", "--filter", "0"], in: folder)
      #expect(projected.code == 0 || projected.errors.contains("is dead"))
    }
  }

  @Test func runsGetNamesOfTheirOwnAndQuietIsQuiet() throws {
    try withTemporaryFolder { folder in
      for number in 1...2 {
        let result = try tbtrain("lenet \(Self.tiny) --steps 1 --quiet", in: folder)
        #expect(result.code == 0)
        #expect(result.errors == "")
        #expect(result.lines.contains("run            logdir/lenet-\(number)"))
      }
      let named = try tbtrain("lenet \(Self.tiny) --steps 1 --run a/b --logdir l", in: folder)
      #expect(named.lines.contains("run            l/a/b"))
    }
  }

  @Test(arguments: [
    ("lenet --data nowhere", "nowhere: not found, expected a folder"),
    (
      "lenet --data file",
      "file: is a file, expected a folder (an archive has to be unpacked first)"
    ),
    ("lenet --data empty", "empty: is no data set: expected Train and Test with a folder"),
    ("lenet --steps 1 --logdir file", "file: can't be made: "),
    (
      "lenet --resume",
      "logdir: no run below this folder has a checkpoint; tbtrain lenet makes one"
    ),
    ("lenet --resume --run nope", "logdir/nope: no checkpoint is there"),
    (
      "lenet --steps 100 --optimizer sgd --learning-rate 3e38",
      "the loss is no longer a number at step "
    ),
  ])
  func whatCantBeDoneIsToldInWords(arguments: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/file"))
      try FileManager.default.createDirectory(
        atPath: folder + "/empty", withIntermediateDirectories: false)
      let result = try tbtrain("\(arguments) \(Self.tiny) --quiet", in: folder)
      #expect(result.code == 1)
      #expect(result.output == "")
      #expect(result.errors.hasPrefix("tbtrain: \(sentence)"), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func aRunThatIsThereIsNeitherReplacedNorChanged() throws {
    try withTemporaryFolder { folder in
      let first = try tbtrain("lenet \(Self.tiny) --steps 2 --run a --quiet", in: folder)
      #expect(first.code == 0)
      for (arguments, sentence) in [
        (
          "--run a \(Self.tiny)",
          "logdir/a: exists already; --resume goes on with it, another --run starts a new one"
        ),
        (
          "--run a --resume",
          """
          logdir/a: is complete at step 2; raise --steps, --epochs or --iterations to train it further
          """
        ),
        (
          "--run a --resume --steps 4 --batch-size 30",
          """
          logdir/a/checkpoint.safetensors: the run's --batch-size is 20, not 30; leave the flag out \
          to go on, or leave out --resume to start a new run
          """
        ),
      ] {
        let result = try tbtrain("lenet \(arguments)", in: folder)
        #expect(result.code == 1)
        #expect(result.errors == "tbtrain: \(sentence)\n")
      }
    }
  }

  @Test func aCheckpointOfAnotherToolCantBeResumed() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/logdir/a"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try Data("nothing".utf8).write(
        to: URL(fileURLWithPath: path + "/checkpoint.safetensors"))
      let result = try tbtrain("lenet --resume", in: folder)
      #expect(result.code == 1)
      #expect(result.errors.contains("checkpoint.safetensors: "))
      #expect(result.errors.split(separator: "\n").count == 1)
    }
  }

  @Test(arguments: [
    ("--steps 0", "--steps is at least 1"), ("--epochs 0", "--epochs is at least 1"),
    (
      "--steps 5 --epochs 2",
      "--steps, --epochs and --iterations all say how long; give one of them"
    ),
    ("--batch-size 0", "--batch-size is at least 1"),
    ("--learning-rate 0", "--learning-rate is a number above 0"),
    ("--learning-rate nan", "--learning-rate is a number above 0"),
    ("--learning-rate=-1", "--learning-rate is a number above 0"),
    ("--epochs 9223372036854775807", "--epochs is at least 1, at most 1000000"),
    ("--steps 9223372036854775807", "--steps is at least 1, at most 1000000000"),
    ("--warmup-epochs 1e30", "--warmup-epochs is a number, 0 or more, at most 1000000"),
    ("--momentum 1", "--momentum lies in 0 ..< 1"),
    ("--warmup-epochs=-1", "--warmup-epochs is a number, 0 or more"),
    ("--dropout 1", "--dropout lies in 0 ..< 1"),
    ("--train-per-class 0", "--train-per-class is at least 1"),
    ("--test-per-class 0", "--test-per-class is at least 1"),
    ("--threads 0", "--threads is at least 1, not 0"),
    ("--run ../a", "--run is a name inside --logdir, not \"../a\""),
    ("--run /a", "--run is a name inside --logdir, not \"/a\""),
    ("--optimizer adamw", "The value 'adamw' is invalid for '--optimizer <rule>'"),
    ("--schedule linear", "The value 'linear' is invalid for '--schedule <shape>'"),
    ("--activation gelu", "The value 'gelu' is invalid for '--activation <activation>'"),
    ("--init zeros", "The value 'zeros' is invalid for '--init <weights>'"),
    ("--augment rotate", "The value 'rotate' is invalid for '--augment <how>'"),
    ("--pixels 0..255", "The value '0..255' is invalid for '--pixels <pixels>'"),
    ("--seed x", "The value 'x' is invalid for '--seed <seed>'"),
    ("--steps 9999999999999999999", "The value '9999999999999999999' is invalid"),
    ("--nonsense", "Unknown option '--nonsense'"), ("extra", "Unexpected argument 'extra'"),
  ])
  func wrongUsageEndsWith64(flags: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let result = try tbtrain("lenet \(flags)", in: folder)
      #expect(result.code == 64)
      #expect(result.output == "")
      #expect(result.errors.hasPrefix("tbtrain: \(sentence)"), "\(result.errors)")
      #expect(result.errors.contains("tbtrain lenet --help"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/logdir"))
    }
  }

  @Test(arguments: ["", "lenet "])
  func helpTellsTheExitCodes(command: String) throws {
    try withTemporaryFolder { folder in
      let result = try tbtrain("\(command)--help", in: folder)
      #expect(result.code == 0)
      #expect(result.errors == "")
      let words = result.output.split { $0.isWhitespace }.joined(separator: " ")
      #expect(
        words.contains(
          "Exit codes: 0 done, 1 failed, 64 wrong usage, 65 finished but some input was damaged, "
            + "130 interrupted."))
    }
  }

  @Test func helpOfLeNetNamesEveryFlagWithItsDefault() throws {
    try withTemporaryFolder { folder in
      let help = try tbtrain("lenet --help", in: folder, environment: ["COLUMNS": "200"]).output
      let words = help.split { $0.isWhitespace }.joined(separator: " ")
      for (flag, value) in [
        ("--data", "shapes"), ("--logdir", "logdir"),
        ("--run", "what is trained and a number: lenet-1, rnn-1"),
        ("--epochs", "10"), ("--batch-size", "64"), ("--optimizer", "adam"),
        ("--learning-rate", "0.001"), ("--momentum", "0.9"), ("--schedule", "cosine"),
        ("--warmup-epochs", "3"), ("--activation", "relu"), ("--init", "he"),
        ("--dropout", "0.5"), ("--augment", "auto"), ("--pixels", "-1..1"),
        ("--train-per-class", "all"), ("--test-per-class", "all"), ("--seed", "1"),
        ("--threads", "one a core"),
      ] {
        guard let start = words.range(of: "\(flag) <") else {
          Issue.record("\(flag) isn't in --help")
          continue
        }
        let rest = words[start.upperBound...].prefix(110)
        #expect(rest.contains("(default: \(value)"), "\(flag): \(rest)")
      }
      for flag in ["--steps <steps>", "--resume", "--quiet"] { #expect(words.contains(flag)) }
    }
  }
}
