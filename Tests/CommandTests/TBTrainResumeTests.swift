import Foundation
import ModelFiles
import NeuralNetworks
import Tensors
import Testing

@testable import tbtrain

/// One seed gives the same run: on any number of threads, and however often it is interrupted.
@Suite struct TBTrainResumeTests {
  private let settings = "lenet \(TBTrainTests.tiny) --steps 60 --quiet"

  private func arguments(_ text: String) -> [String] {
    text.split(separator: " ").map(String.init)
  }

  private func haveEqualParameters(
    _ one: String, _ other: String, in folder: String
  ) throws -> Bool {
    let tensors = try [one, other].map {
      try Checkpoint(path: "\(folder)/logdir/\($0)").makeModel().parameters
    }
    return tensors[0] == tensors[1]
  }

  private func differences(_ one: String, _ other: String, in folder: String) throws -> [String] {
    try LoggedRun(folder: "\(folder)/logdir/\(one)").differences(
      from: LoggedRun(folder: "\(folder)/logdir/\(other)"))
  }

  /// Starts a run, waits for its first checkpoint, which it saves after an epoch of 10 steps, and
  /// sends it a signal.
  private func startAndStop(
    _ run: String, with signal: Int32, in folder: String
  ) throws -> (process: Process, result: Tool.Result) {
    let process = try Tool.tbtrain.start(
      arguments("\(settings) --run \(run)"), in: folder)
    let checkpoint = "\(folder)/logdir/\(run)/\(Checkpoint.fileName)"
    process.end(by: signal) { FileManager.default.fileExists(atPath: checkpoint) }
    return (process, try Tool.tbtrain.result(of: process, in: folder))
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    try withTemporaryFolder { folder in
      for threads in 1...2 {
        let run = "--run on\(threads) --threads \(threads)"
        let result = try Tool.tbtrain.run(arguments("\(settings) \(run)"), in: folder)
        #expect(result.code == 0)
      }
      #expect(try differences("on1", "on2", in: folder) == [])
      #expect(try haveEqualParameters("on1", "on2", in: folder))
    }
  }

  @Test func aRunThatWasStoppedGoesOnAsIfNothingHadHappened() throws {
    try withTemporaryFolder { folder in
      let whole = try Tool.tbtrain.run(arguments("\(settings) --run whole"), in: folder)
      #expect(whole.code == 0)
      for (run, signal) in [
        ("killed", SIGKILL), ("interrupted", SIGINT), ("ended", SIGTERM), ("hung-up", SIGHUP),
        ("warned", SIGUSR1),
      ] {
        let (process, result) = try startAndStop(run, with: signal, in: folder)
        let step = try Checkpoint(path: folder + "/logdir/\(run)").state?.step ?? 0
        #expect((10..<60).contains(step))
        #expect(result.output == "")
        if signal == SIGKILL {
          #expect(process.terminationReason == .uncaughtSignal)
        } else {
          #expect(process.terminationReason == .exit)
          #expect(result.code == 130)
          #expect(
            result.errors == """
              tbtrain: stopped at step \(step) of 60, everything saved; go on with \
              tbtrain lenet --resume --run \(run)

              """)
        }

        // Without --run, the newest goes on.
        let resumed = try Tool.tbtrain.run(arguments("lenet --resume --quiet"), in: folder)
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(resumed.lines.contains { $0.hasPrefix("run ") && $0.hasSuffix("logdir/\(run)") })
        #expect(try haveEqualParameters(run, "whole", in: folder))
        let logged = try LoggedRun(folder: folder + "/logdir/\(run)")
        #expect(logged.fileCount == 2)
        #expect(logged.repeated == [])
        #expect(try differences(run, "whole", in: folder) == [])
      }
    }
  }

  @Test func `the seconds of all parts add up`() throws {
    try withTemporaryFolder { folder in
      let flags = "rnn --hidden 4 --train-per-class 10 --test-per-class 5 --run a --quiet"
      func seconds() throws -> Double {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/logdir/a/result.json"))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return try #require(object?["seconds"] as? Double)
      }
      #expect(try Tool.tbtrain.run(arguments("\(flags) --steps 300"), in: folder).code == 0)
      let first = try seconds()
      let rest = try Tool.tbtrain.run(arguments("rnn --resume --quiet --steps 301"), in: folder)
      #expect(rest.code == 0)
      #expect(try seconds() > first)
      #expect(try Checkpoint(path: folder + "/logdir/a").state?.seconds ?? 0 > first)
    }
  }

  // MARK: Checkpoints of others

  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/version-0.1").path

  /// A run that version 0.1 was killed in after 15 of 30 updates.
  private func makeOldRun(_ name: String, in folder: String) throws -> String {
    let run = "\(folder)/logdir/\(name)"
    try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
    for file in ["checkpoint.safetensors", "optimizer-15.safetensors"] {
      try FileManager.default.copyItem(
        atPath: "\(Self.fixtures)/\(file)", toPath: "\(run)/\(file)")
    }
    return run
  }

  @Test func `a run of version 0.1 goes on as it would have there`() throws {
    try withTemporaryFolder { folder in
      // It counted images by --iterations and noted a momentum that its RMSProp didn't have.
      let run = try makeOldRun("old", in: folder)
      let settings = try TrainingSettings(recordedIn: Checkpoint(path: run))
      #expect(settings.images == 591 && settings.steps == nil && settings.epochs == nil)
      #expect(settings.optimizer == .rmsprop && settings.momentum == 0 && settings.clipNorm == 2)
      #expect(settings.warmupEpochs == 1 && settings.checkpointEvery == 15)
      let result = try Tool.tbtrain.run(arguments("rnn --resume --quiet"), in: folder)
      #expect(result.code == 0, "\(result.errors)")
      let ended = try Checkpoint(path: run)
      #expect(ended.state?.step == 30)
      // Bit for bit with 0.1's kernels, which others may round otherwise.
      let theirs = try Checkpoint(path: "\(Self.fixtures)/ended.safetensors").makeModel()
      for (ours, theirs) in zip(try ended.makeModel().parameters, theirs.parameters) {
        #expect(ours.name == theirs.name)
        let pairs = zip(ours.tensor.scalars, theirs.tensor.scalars)
        #expect(pairs.allSatisfy { abs($0 - $1) < 1e-4 }, "\(ours.name)")
      }
      // From now on it is a run of today, with the same settings.
      #expect(try TrainingSettings(recordedIn: ended) == settings)
      #expect(ended.state?.settings?.contains(#""images":591"#) == true)
    }
  }

  @Test(arguments: [
    ("step", "9223372036854775807", "isn't a number of updates: 9223372036854775807"),
    ("step", "-5", "isn't a number of updates: -5"),
    ("data.test_per_class", "0", "isn't a number of images of a class: 0"),
    ("data.train_per_class", "-1", "isn't a number of images of a class: -1"),
    // Texts, as version 0.1 wrote them, and numbers, as they are today.
    ("recipe.steps", "\"9223372036854775807\"", "--steps must lie in 1 ... 1000000000, not 9223"),
    ("recipe.batch-size", "\"0\"", "--batch-size must lie in 1 ... 1000000, not 0"),
    ("recipe.batch-size", "\"9223372036854775807\"", "--batch-size must lie in 1 ... 1000000, not"),
    ("recipe.warmup-epochs", "\"1e300\"", "--warmup-epochs must lie in 0 ... 1000000, not inf"),
    ("recipe.learning-rate", "\"nan\"", "--learning-rate must be above 0, not nan"),
    ("recipe.hidden", "\"4,8\"", "--hidden can't be 4,8"),
    ("recipe.help", "\"1\"", "no training has a flag --help"),
    (
      "recipe", #"{"network":"rnn","batch_size":-1}"#,
      "--batch-size must lie in 1 ... 1000000, not -1"
    ),
    ("recipe", #"{"network":"rnn","batch_size":1e300}"#, "its settings can't be used: "),
    ("recipe", #"{"network":"rnn","seed":"x"}"#, "its settings can't be used: "),
    (
      "recipe", #"{"network":"rnn","beta1":0.5,"optimizer":"sgd"}"#,
      "--beta1 has no meaning for sgd"
    ),
    (
      "recipe", #"{"network":"rnn","steps":5,"epochs":1}"#, "--steps, --epochs and --images all say"
    ),
    (
      "recipe", #"{"network":"rnn","keep_checkpoints":[2,1]}"#,
      "--keep-checkpoints must rise from 1, not 2,1"
    ),
    ("recipe", #"{"network":"alexnet"}"#, "isn't a checkpoint of tbtrain, so it can't be resumed"),
    ("recipe", "[", "isn't a checkpoint of tbtrain, so it can't be resumed"),
  ])
  func `what a checkpoint says is checked like flags`(
    key: String, value: String, sentence: String
  ) throws {
    try withTemporaryFolder { folder in
      let path = try makeOldRun("r", in: folder) + "/checkpoint.safetensors"
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      let size = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      var header = try #require(
        try JSONSerialization.jsonObject(with: bytes[8..<8 + size]) as? [String: Any])
      var metadata = try #require(header["__metadata__"] as? [String: String])
      let parts = key.split(separator: ".").map(String.init)
      if parts.count == 2 {
        var object = try #require(
          try JSONSerialization.jsonObject(with: Data((metadata[parts[0]] ?? "").utf8))
            as? [String: Any])
        object[parts[1]] = try JSONSerialization.jsonObject(
          with: Data(value.utf8), options: .fragmentsAllowed)
        if parts[1] == "steps" { object["iterations"] = nil }
        metadata[parts[0]] = String(
          decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
      } else {
        metadata[key] = value
      }
      header["__metadata__"] = metadata
      let changed = try JSONSerialization.data(withJSONObject: header)
      let length = (0..<8).map { UInt8(truncatingIfNeeded: changed.count >> (8 * $0)) }
      bytes = Data(length) + changed + bytes.dropFirst(8 + size)
      try bytes.write(to: URL(fileURLWithPath: path))
      let error = try #require(throws: (any Error).self) {
        try TrainingSettings(recordedIn: Checkpoint(path: path))
      }
      #expect("\(error)".hasPrefix("\(path): "))
      #expect("\(error)".contains(sentence), "\(error)")
      #expect("\(error)".split(separator: "\n").count == 1)
    }
  }
}
