import Foundation
import ModelFiles
import NeuralNetworks
import Tensors
import Testing

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
    while !FileManager.default.fileExists(atPath: checkpoint), process.isRunning {
      usleep(1000)
    }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
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
      for (run, signal) in [("killed", SIGKILL), ("interrupted", SIGINT), ("ended", SIGTERM)] {
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
}
