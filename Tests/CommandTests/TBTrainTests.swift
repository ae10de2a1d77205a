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
      #expect(checkpoint.state?.settings?.contains(#""batch_size":20"#) == true)
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
    ("lenet --data nowhere", "nowhere: not found, expected a directory"),
    (
      "lenet --data file",
      "file: is a file, expected a directory (an archive has to be unpacked first)"
    ),
    ("lenet --data empty", "empty: is no data set: expected Train and Test with a directory"),
    ("lenet --steps 1 --logdir file", "file: can't make the directory: "),
    (
      "lenet --resume",
      "logdir: no run below this directory has a checkpoint; tbtrain lenet makes one"
    ),
    ("lenet --resume --run nope", "logdir/nope: no checkpoint is there"),
    (
      "lenet --steps 100 --optimizer sgd --learning-rate 3e38",
      "the training has diverged at step "
    ),
    // ReLUs make zeros of what is no number: the loss stays finite.
    (
      "lenet --steps 100 --learning-rate 1e30 --warmup-epochs 0",
      "the training has diverged at step "
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
          logdir/a: is complete at step 2; raise --steps, --epochs or --images to train it further
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

  @Test func `tests may come at any step, and show all of it at epochs' ends`() throws {
    try withTemporaryFolder { folder in
      let result = try tbtrain("lenet \(Self.tiny) --steps 60 --test-every 25", in: folder)
      #expect(result.code == 0)
      let run = try LoggedRun(folder: folder + "/logdir/lenet-1")
      #expect(run.repeated == [])
      #expect(run.steps("accuracy/test") == [25, 50, 60])
      #expect(run.steps("activation1_SUMMARY/max") == [50, 60])
      #expect(result.lines.contains { $0.hasPrefix("dead filters") })
    }
  }

  @Test func `activations behind the dense layer are chosen apart`() throws {
    try withTemporaryFolder { folder in
      let flags = "lenet \(Self.tiny) --steps 1 --quiet --dense-activation tanh"
      #expect(try tbtrain(flags, in: folder).code == 0)
      let model = try Checkpoint(path: folder + "/logdir/lenet-1").makeModel()
      #expect(
        model.layers.map(\.name) == [
          "conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "fc1", "tanh3",
          "dropout", "fc2",
        ])
    }
  }
}
