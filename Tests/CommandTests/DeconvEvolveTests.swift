import Foundation
import Images
import ModelFiles
import NeuralNetworks
import Tensors
import Testing

@Suite struct DeconvEvolveTests {
  /// Saves a run that kept three checkpoints: the first two are of one network, filter 2 of the second
  /// layer dies with the third.
  private func saveRun(in folder: String, input: [Int] = [28, 28, 1]) throws {
    let data = DataDescription(
      source: "shapes", classNames: (0..<10).map { "\($0)" }, pixels: "-1..1",
      trainingPerClass: 2, testPerClass: 2)
    func save(step: Int, seed: Int, in run: String) throws {
      var model = Sequential.leNet5(input: input, seed: seed)
      model.visitParameters { name, parameter in
        if name == "conv2.bias", step > 10 { parameter[2] = -1000 }
      }
      try Checkpoint.save(
        model, inputShape: input, state: TrainingState(step: step, seed: 1, data: data),
        optimizer: nil, in: run)
    }
    let kept = folder + "/logdir/run/checkpoints"
    for (step, seed) in [(1, 1), (10, 1), (100, 2)] {
      try save(step: step, seed: seed, in: folder + "/one")
      try FileManager.default.createDirectory(
        atPath: kept, withIntermediateDirectories: true)
      try FileManager.default.moveItem(
        atPath: folder + "/one/checkpoint.safetensors", toPath: kept + "/step-\(step).safetensors")
    }
    try save(step: 100, seed: 2, in: folder + "/logdir/run")
  }

  @Test func aRunIsShownStepByStep() throws {
    try withTemporaryFolder { folder in
      try saveRun(in: folder)
      let result = try Tool.deconv.run(
        ["evolve", "--layer", "2", "--filter", "0-3", "--gif", "steps.gif"], in: folder)
      #expect(result.code == 0)
      #expect(result.errors == "")
      #expect(
        result.lines[0] == """
          checkpoints  3, logdir/run/checkpoints/step-1.safetensors to \
          logdir/run/checkpoints/step-100.safetensors
          """)
      #expect(result.lines[3] == "images       20 train images of shapes")
      #expect(result.lines[4].hasPrefix("steps        1: largest activation "))
      #expect(
        result.lines[5].hasPrefix(
          "             10: all from the same image as before, largest activation "))
      #expect(result.lines[6].contains("             100: "))
      #expect(result.lines[6].contains("1 of 4 dead"))
      #expect(result.lines.contains("output       layer2-evolution.png"))
      #expect(result.lines.contains("animation    steps.gif"))
      let sheet = try Image(contentsOf: folder + "/layer2-evolution.png")
      #expect(sheet.width > 200 && sheet.height > 250)
      let gif = try Data(contentsOf: URL(fileURLWithPath: folder + "/steps.gif"))
      #expect(gif.starts(with: Array("GIF89a".utf8)))
    }
  }

  @Test func numbersOfEachFilterAndStep() throws {
    try withTemporaryFolder { folder in
      try saveRun(in: folder)
      let kept = [10, 100].map { "logdir/run/checkpoints/step-\($0).safetensors" }
      let result = try Tool.deconv.run(
        ["evolve"] + kept
          + [
            "--layer", "2", "--filter", "2,5", "--format", "json", "--npy", "raw", "--split",
            "test", "--logdir", "log", "--quiet",
          ], in: folder)
      #expect(result.code == 0, "\(result.errors)")
      let objects = try LabNetwork.objects(result.output)
      #expect(objects.map { $0["filter"] as? Int } == [2, 2, 5, 5])
      #expect(objects.map { $0["step"] as? Int } == [10, 100, 10, 100])
      #expect(objects.map { $0["dead"] as? Bool } == [false, true, false, false])
      #expect(objects[1]["image"] == nil)
      #expect(
        objects[3]["jump"] as? Bool
          == ((objects[3]["image"] as? Int) != (objects[2]["image"] as? Int)))
      #expect(
        try LabNetwork.header(folder + "/raw/projection.npy").contains(
          "'shape': (2, 2, 14, 14, 1)"))
      #expect(try LabNetwork.header(folder + "/raw/step.npy").contains("'shape': (2,)"))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/log/deconv")
      #expect(files.count == 1 && files[0].contains("tfevents"))
    }
  }

  @Test func oneCheckpointIsNoEvolution() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      for arguments in ["evolve --layer 2", "evolve logdir/run --layer 2"] {
        let result = try lab.deconv(arguments)
        #expect(result.code == 1)
        #expect(
          result.errors == """
            deconv: logdir/run: holds one checkpoint, and evolution takes two or more; tbtrain \
            lenet --keep-checkpoints 1,2,5,10 keeps those of epochs 1, 2, 5 and 10

            """)
      }
    }
  }

  @Test func whatCantBeDoneIsToldInWords() throws {
    try withTemporaryFolder { folder in
      try saveRun(in: folder)
      let other = folder + "/other"
      try Checkpoint.save(
        Sequential.leNet5(input: [32, 32, 3], seed: 1), inputShape: [32, 32, 3],
        state: TrainingState(step: 3, seed: 1, data: nil), optimizer: nil, in: other)
      try FileManager.default.createDirectory(
        atPath: folder + "/empty", withIntermediateDirectories: true)
      let first = "logdir/run/checkpoints/step-1.safetensors"
      for (arguments, sentence) in [
        (
          "\(first) other --layer 1",
          """
          other/checkpoint.safetensors: is of another network than \(first), whose layer 1 \
          (conv1) has 32 filters
          """
        ),
        ("\(first) nowhere --layer 1", "nowhere: no checkpoint is there"),
        (
          "empty --layer 1",
          "empty: holds no checkpoints, neither of a run nor step-1.safetensors"
        ),
        (
          "logdir/run --layer 5",
          "there is no layer 5: the network has layers 1 to 4 (conv1, conv2, fc1, fc2)"
        ),
      ] {
        let result = try Tool.deconv.run(
          ["evolve"] + arguments.split(separator: " ").map(String.init), in: folder)
        #expect(result.code == 1)
        #expect(result.output == "")
        #expect(result.errors == "deconv: \(sentence)\n")
      }
    }
  }

  @Test func helpUsageAndFlags() throws {
    try LabNetwork.check(
      "evolve",
      wrongUsage: ["", "--layer 1 --filter b", "--layer 1 --threads 0"],
      flags: [
        "--layer <layer>", "--filter <list>", "(default: all)", "--gif <path>",
        "default: test; for evolve train)", "--rule <rule>", "--npy <directory>",
        "--format <format>",
        "--output <path>", "--force", "--quiet", "--per-class <count>",
      ])
  }
}
