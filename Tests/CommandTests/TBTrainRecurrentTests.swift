import Foundation
import ModelFiles
import NeuralNetworks
import Testing

@testable import tbtrain

/// `tbtrain rnn`, and what every training can do besides.
@Suite struct TBTrainRecurrentTests {
  /// Settings of a run that takes a second or two.
  private let tiny = "--train-per-class 10 --test-per-class 5 --batch-size 20"

  private func tbtrain(_ arguments: String, in folder: String) throws -> Tool.Result {
    try Tool.tbtrain.run(arguments.split(separator: " ").map(String.init), in: folder)
  }

  @Test(arguments: ["rnn", "lstm", "gru"])
  func `a run is trained, logged, saved and goes on bit for bit`(cell: String) throws {
    try withTemporaryFolder { folder in
      let flags = "--cell \(cell) --hidden 12 \(tiny) --clip-norm 0.5"
      let whole = try tbtrain("rnn \(flags) --steps 30 --run whole", in: folder)
      #expect(whole.code == 0, "\(whole.errors)")
      #expect(
        whole.lines.map { $0.prefix { $0 != " " } }.filter { $0 != "best" } == [
          "test", "test", "time", "run", "look", "",
        ])
      let run = try LoggedRun(folder: folder + "/logdir/whole")
      for tag in [
        "loss/train", "gradient_norm/all", "gradient_norm/\(cell).weight_hh_l0",
        "gradient_norm/fc.bias",
      ] {
        #expect(run.steps(tag) == [1, 10, 20, 30], "\(tag)")
      }
      for name in ["W_ih", "W_hh", "b_ih", "b_hh", "W1", "b1", "states"] {
        for part in ["mean", "std", "variance", "min", "max", "histogram"] {
          #expect(run.steps("\(name)_SUMMARY/\(part)") == [30], "\(name) \(part)")
        }
      }
      #expect(run.steps("states/maps") == [30])

      // Half of it, by the number of images this time, and the rest: the same network.
      let half = try tbtrain(
        "rnn \(flags) --steps 15 --run half --schedule constant --warmup-epochs 0", in: folder)
      #expect(half.code == 0)
      let rest = try tbtrain("rnn --resume --run half --images 591", in: folder)
      #expect(rest.code == 0, "\(rest.errors)")
      #expect(try Checkpoint(path: folder + "/logdir/half").state?.step == 30)
      let straight = try tbtrain(
        "rnn \(flags) --images 600 --run straight --schedule constant --warmup-epochs 0",
        in: folder)
      #expect(straight.code == 0)
      let models = try ["half", "straight"].map {
        try Checkpoint(path: folder + "/logdir/\($0)").makeModel().parameters
      }
      #expect(models[0] == models[1])

      let evaluated = try tbtrain("evaluate --checkpoint logdir/whole", in: folder)
      #expect(evaluated.code == 0, "\(evaluated.errors)")
      #expect(evaluated.output.contains("test accuracy"))
    }
  }

  @Test func `a run of one network isn't resumed as another's`() throws {
    try withTemporaryFolder { folder in
      #expect(try tbtrain("rnn --hidden 4 \(tiny) --steps 2 --quiet", in: folder).code == 0)
      let result = try tbtrain("lenet --resume", in: folder)
      #expect(result.code == 1)
      #expect(
        result.errors == """
          tbtrain: logdir/rnn-1/checkpoint.safetensors: is a run of tbtrain rnn, which continues it

          """)
    }
  }

  @Test func `networks of some epochs and the best one are kept`() throws {
    try withTemporaryFolder { folder in
      let flags = "rnn --hidden 8 \(tiny) --epochs 12 --keep-checkpoints 1,3,12 --keep-best"
      #expect(try tbtrain("\(flags) --checkpoint-every 7", in: folder).code == 0)
      let run = folder + "/logdir/rnn-1"
      let kept = try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints").sorted()
      #expect(kept == ["step-15.safetensors", "step-5.safetensors", "step-60.safetensors"])
      #expect(try Checkpoint(path: run + "/checkpoints/step-15.safetensors").state?.step == 15)
      let last = try Checkpoint(path: run + "/checkpoints/step-60.safetensors").makeModel()
      #expect(try last.parameters == Checkpoint(path: run).makeModel().parameters)
      let best = try #require(try Checkpoint(path: run).state?.best)
      #expect(try Checkpoint(path: run + "/best.safetensors").state?.step == best.step)
      #expect([50, 60].contains(best.step))
    }
  }

  @Test func `a run that no longer gets better stops, if asked`() throws {
    try withTemporaryFolder { folder in
      // With a rate of nearly 0, no test is better than the first.
      let flags = "rnn --hidden 4 \(tiny) --steps 1000 --learning-rate 1e-12 --patience 2"
      let result = try tbtrain(flags, in: folder)
      #expect(result.code == 0)
      #expect(result.lines.contains("stopped early  at step 150"))
      #expect(result.lines.contains { $0.hasPrefix("best test") && $0.hasSuffix("at step 50") })
      let again = try tbtrain("rnn --resume", in: folder)
      #expect(again.code == 1)
      #expect(
        again.errors == """
          tbtrain: logdir/rnn-1: stopped early at step 150, 2 tests after the best one; a higher \
          --patience trains it further

          """)
      let more = try tbtrain("rnn --resume --patience 3 --quiet", in: folder)
      #expect(more.lines.contains("stopped early  at step 200"))
    }
  }

  @Test func `one folder is trained by one program at a time`() throws {
    try withTemporaryFolder { folder in
      let flags = "rnn --hidden 16 \(tiny) --steps 100000 --checkpoint-every 1 --run a --quiet"
      let process = try Tool.tbtrain.start(flags.split(separator: " ").map(String.init), in: folder)
      let checkpoint = folder + "/logdir/a/" + Checkpoint.fileName
      process.wait { FileManager.default.fileExists(atPath: checkpoint) }
      try FileManager.default.createDirectory(
        atPath: folder + "/b", withIntermediateDirectories: false)
      let other = try Tool.tbtrain.run(
        ["rnn", "--resume", "--logdir", "../logdir", "--run", "a"], in: folder + "/b")
      process.interrupt()
      process.waitUntilExit()
      #expect(other.code == 75)
      #expect(other.errors == "tbtrain: ../logdir/a: is being trained by another program\n")
    }
  }

  @Test func `recipes are listed, shown and trained`() throws {
    try withTemporaryFolder { folder in
      let list = try tbtrain("recipes", in: folder)
      #expect(list.lines.count == Recipe.all.count + 1)
      let shown = try tbtrain("recipe relu --show --dropout 0.25 --epochs 3", in: folder)
      #expect(
        shown.output.contains("--dropout 0.25 --init truncated-normal --data shapes --epochs 3"))
      let run = try tbtrain(
        "recipe gru-32 --train-per-class 10 --test-per-class 5 --steps 3 --quiet", in: folder)
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.lines.contains("run            logdir/gru-32-1"))
      let settings = try TrainingSettings(
        recordedIn: Checkpoint(path: folder + "/logdir/gru-32-1"))
      #expect(settings.cell == .gru && settings.hidden == 32 && settings.steps == 3)
      #expect(settings.epochs == nil && settings.batchSize == 100)
      let unknown = try tbtrain("recipe nonesuch", in: folder)
      #expect(unknown.code == 1)
      #expect(
        unknown.errors
          == "tbtrain: no recipe is called \"nonesuch\"; tbtrain recipes lists them\n")
    }
  }
}
