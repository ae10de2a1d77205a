import EventFiles
import Foundation
import ModelFiles
import NeuralNetworks
import Tensors
import Testing

/// `tbtrain vgg`, colours, and what is done to training images.
@Suite struct TBTrainVGGTests {
  private func tbtrain(_ arguments: String, in folder: String) throws -> Tool.Result {
    try Tool.tbtrain.run(arguments.split(separator: " ").map(String.init), in: folder)
  }

  /// CIFAR-10's binary files, so many images each, that only colours tell apart: a class has one of red,
  /// green and blue raised on a noisy ground.
  private func writeColors(_ perFile: Int, in folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder + "/colors", withIntermediateDirectories: false)
    for (file, name) in ((1...5).map { "data_batch_\($0)" } + ["test_batch"]).enumerated() {
      var generator = SeededGenerator(seed: 3, file)
      var bytes: [UInt8] = []
      for image in 0..<perFile {
        let label = image % 3
        bytes.append(UInt8(label))
        for channel in 0..<3 {
          for _ in 0..<1024 {
            let noise = UInt8(generator.next() >> 57)
            bytes.append(noise + (channel == label ? 100 : 40))
          }
        }
      }
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/colors/\(name).bin"))
    }
  }

  private let augmented =
    "vgg --data colors --width 4 --batch-size 10 --optimizer adamw --learning-rate 2e-2 "
    + "--schedule one-cycle --label-smoothing 0.1 --augment flip --crop 4 --cutout 8 --quiet"

  @Test func `VGG learns colours, is logged, tested and looked into`() throws {
    try withTemporaryFolder { folder in
      try writeColors(18, in: folder)
      let trained = try tbtrain("\(augmented) --epochs 8 --test-training --run a", in: folder)
      #expect(trained.code == 0, "\(trained.errors)")
      let run = try LoggedRun(folder: folder + "/logdir/a")
      #expect(run.repeated == [])
      #expect(run.steps("accuracy/training_set") == run.steps("accuracy/test"))
      for tag in [
        "activation6_SUMMARY/variance", "activation6/maps", "W7_SUMMARY/mean", "b7_SUMMARY/max",
        "norm1.running_mean_SUMMARY/std", "norm6.weight_SUMMARY/min", "W1/filters",
        "dead_filters/conv6", "loss/training_set",
      ] {
        #expect(run.steps(tag).last == 72, "\(tag)")
      }
      guard case .scalar(let accuracy)? = run.values["accuracy/test"]?[72] else {
        Issue.record("no test at step 72")
        return
      }
      #expect(accuracy > 0.9, "colours are all that there is to see")

      let checkpoint = try Checkpoint(path: folder + "/logdir/a")
      #expect(checkpoint.model.inputShape == [32, 32, 3])
      let parameters = try checkpoint.makeModel().parameters
      let means = try #require(parameters["norm1.running_mean"]?.scalars)
      #expect(means.contains { $0 != 0 })
      #expect(parameters["conv1.bias"] == nil)

      // CIFAR-10's files are read in colour again, by themselves.
      let line = try #require(trained.lines.first { $0.hasPrefix("test accuracy") })
      let evaluated = try tbtrain("evaluate --checkpoint logdir/a --quiet", in: folder)
      #expect(evaluated.code == 0 && evaluated.lines.contains(line), "\(evaluated.errors)")
      for command in ["layers", "project --layer 4 --filter 1", "maximize --class bird --steps 3"] {
        let looked = try Tool.deconv.run(
          (command + " --checkpoint logdir/a --quiet").split(separator: " ").map(String.init),
          in: folder)
        #expect(looked.code == 0, "\(command): \(looked.errors)")
      }
    }
  }

  @Test(arguments: [
    "vgg --data colors --width 2 --batch-size 10 --schedule one-cycle --crop 3 --cutout 9",
    "lenet --train-per-class 10 --test-per-class 5 --batch-size 20 --augment flip --crop 2 "
      + "--cutout 6 --label-smoothing 0.2",
  ])
  func `augmented runs go on bit for bit, on any number of threads`(flags: String) throws {
    try withTemporaryFolder { folder in
      try writeColors(6, in: folder)
      let shape = "--schedule constant --warmup-epochs 0 --quiet"
      let whole = try tbtrain("\(flags) \(shape) --steps 8 --threads 1 --run whole", in: folder)
      #expect(whole.code == 0, "\(whole.errors)")
      let half = try tbtrain("\(flags) \(shape) --steps 3 --threads 2 --run half", in: folder)
      #expect(half.code == 0)
      let name = flags.hasPrefix("vgg") ? "vgg" : "lenet"
      let rest = try tbtrain("\(name) --resume --run half --steps 8 --quiet", in: folder)
      #expect(rest.code == 0, "\(rest.errors)")
      let models = try ["whole", "half"].map {
        try Checkpoint(path: folder + "/logdir/\($0)").makeModel().parameters
      }
      #expect(models[0] == models[1])
      let other = try tbtrain("\(name) --resume --run half --steps 9 --crop 1", in: folder)
      #expect(other.code == 1)
      #expect(other.errors.contains("the run's --crop is \(name == "vgg" ? 3 : 2), not 1"))
    }
  }

  @Test func `CIFAR-10 is gray for LeNet unless it is asked for in colour`() throws {
    try withTemporaryFolder { folder in
      try writeColors(6, in: folder)
      for (flags, shape) in [("", [28, 28, 1]), ("--cifar10 rgb", [32, 32, 3])] {
        let run = "run\(shape[2])"
        let result = try tbtrain(
          "lenet --data colors --steps 1 --quiet --run \(run) \(flags) --class-names cifar10",
          in: folder)
        #expect(result.code == 0, "\(result.errors)")
        let checkpoint = try Checkpoint(path: folder + "/logdir/\(run)")
        #expect(checkpoint.model.inputShape == shape)
        #expect(checkpoint.state?.data?.classNames[3] == "cat")
      }
    }
  }
}
