import Foundation
import Images
import ModelFiles
import NeuralNetworks
import Tensors
import Testing

@Suite struct DeconvTests {
  /// Saves a small network that learned nothing; filter 2 of its second layer is dead.
  private func saveNetwork(
    in folder: String, data: String? = "shapes", input: [Int] = [28, 28, 1]
  ) throws {
    var model = Sequential.leNet5(input: input, seed: 1)
    model.visitParameters { name, parameter in
      if name == "conv2.bias" { parameter[2] = -1000 }
    }
    let description = data.map {
      DataDescription(
        source: $0, classNames: (0..<10).map { "\($0)" }, pixels: "-1..1", testPerClass: 2)
    }
    try Checkpoint.save(
      model, inputShape: input, state: TrainingState(step: 12, seed: 1, data: description),
      optimizer: nil, in: folder)
  }

  /// Runs `deconv` in a folder that has such a network under `logdir/run`.
  private func deconv(
    _ arguments: String, data: String? = "shapes", input: [Int] = [28, 28, 1],
    then body: (Tool.Result, String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      try saveNetwork(in: folder + "/logdir/run", data: data, input: input)
      let result = try Tool.deconv.run(
        arguments.split(separator: " ").map(String.init), in: folder)
      try body(result, folder)
    }
  }

  @Test func aProjectionIsWrittenAndTold() throws {
    try deconv("project --layer 2 --filter 7") { result, folder in
      #expect(result.code == 0)
      #expect(result.errors == "")
      let keys = result.lines.map { $0.prefix { $0 != " " } }
      #expect(
        keys == [
          "checkpoint", "layer", "filter", "image", "position", "sees", "activation", "rule",
          "scale", "output",
        ])
      #expect(result.lines[0] == "checkpoint  logdir/run/checkpoint.safetensors")
      #expect(result.lines[1] == "layer       2 (conv2)")
      #expect(result.lines[2] == "filter      7 of 0 to 63")
      #expect(result.lines[3].hasSuffix("(the strongest of 20 test images)"))
      #expect(result.lines[9] == "output      layer2-filter7.png")
      let image = try Image(contentsOf: folder + "/layer2-filter7.png")
      #expect(image.width > 1000)
    }
  }

  @Test func everySelectionAndRuleIsWritten() throws {
    try withTemporaryFolder { folder in
      try saveNetwork(in: folder + "/logdir/run")
      for (index, flags) in [
        "--layer 1 --filter 0 --whole-map", "--layer 1 --filter 31 --at 0,27 --rule gradient",
        "--layer 3 --filter 5 --rule guided", "--layer 4 --filter 9 --data digits",
      ].enumerated() {
        let result = try Tool.deconv.run(
          "project \(flags) --output out/\(index).png --threads 1 --quiet".split(separator: " ")
            .map(String.init), in: folder)
        #expect(result.code == 0, "\(flags): \(result.errors)")
        #expect(FileManager.default.fileExists(atPath: "\(folder)/out/\(index).png"))
      }
    }
  }

  @Test func nothingIsReplacedWithoutForce() throws {
    try deconv("filters") { result, folder in
      #expect(result.code == 0)
      let again = try Tool.deconv.run(["filters"], in: folder)
      #expect(again.code == 1)
      #expect(again.errors == "deconv: filters.png: exists already; --force replaces it\n")
      #expect(try Tool.deconv.run(["filters", "--force", "--shared-scale"], in: folder).code == 0)
    }
  }

  @Test func imagesAreLoggedWhereALogdirIsGiven() throws {
    try deconv("project --layer 1 --filter 3 --logdir logdir") { result, folder in
      #expect(result.code == 0)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/logdir/deconv")
      #expect(files.count == 1 && files[0].contains("tfevents"))
    }
  }

  @Test func aLogdirThatCantBeWrittenIsToldBeforeAImageIs() throws {
    try deconv("filters --checkpoint logdir/run --logdir .stdout") { result, folder in
      #expect(result.code == 1)
      #expect(
        result.errors == "deconv: .stdout/deconv: can't make the directory: Not a directory\n")
      #expect(!FileManager.default.fileExists(atPath: folder + "/filters.png"))
    }
  }

  @Test func layersAreListedWithTheirReceptiveFields() throws {
    try deconv("layers") { result, _ in
      #expect(result.code == 0)
      #expect(
        result.output == """
          logdir/run/checkpoint.safetensors: takes 28x28 gray images, pixels -1..1

          layer  name   kind         filters   maps   sees  apart  from  parameters
              1  conv1  convolution       32  28x28    5x5      1    -2         832
              2  conv2  convolution       64  14x14  14x14      2    -6      51,264
              3  fc1    dense          1,024      -    all      -     -   3,212,288
              4  fc2    dense             10      -    all      -     -      10,250

          """)
    }
  }

  @Test func layersAndFiltersComeInEveryFormat() throws {
    try deconv("layers --format json") { result, folder in
      let objects = try LabNetwork.objects(result.output)
      #expect(objects.map { $0["name"] as? String } == ["conv1", "conv2", "fc1", "fc2"])
      #expect(
        objects[1]["sees"] as? [Int] == [14, 14] && objects[1]["from"] as? [Int] == [-6, -6])
      #expect(objects[2]["maps"] == nil && objects[2]["parameters"] as? Int == 3_212_288)
      let table = try Tool.deconv.run(["layers", "--format", "csv"], in: folder)
      #expect(
        table.lines[0] == "layer,name,kind,filters,maps_0,maps_1,sees_0,sees_1,apart_0,apart_1,"
          + "from_0,from_1,parameters")
      #expect(table.lines[2] == "2,conv2,convolution,64,14,14,14,14,2,2,-6,-6,51264")
      #expect(table.lines[3] == "3,fc1,dense,1024,,,,,,,,,3212288")
      let filters = try Tool.deconv.run(
        ["filters", "--format", "csv", "--npy", "raw", "--threads", "1", "--quiet"], in: folder)
      #expect(filters.lines.count == 33 && filters.lines[0] == "layer,name,filter,min,max")
      let header = try LabNetwork.header(folder + "/raw/weight.npy")
      #expect(header.contains("'shape': (32, 5, 5, 1)"))
      let none = try Tool.deconv.run(["layers", "--npy", "raw"], in: folder)
      #expect(none.code == 1)
      #expect(none.errors == "deconv: there are no arrays to write to raw; leave --npy out\n")
    }
  }

  @Test func aClassIsProjectedFromItsLogit() throws {
    try deconv("project --layer 4 --filter 3 --format json") { result, folder in
      #expect(result.code == 0, "\(result.errors)")
      let object = try #require(try LabNetwork.objects(result.output).first)
      let top = try Tool.deconv.run(
        ["top", "--layer", "4", "--filter", "3", "--count", "1", "--format", "json"], in: folder)
      let strongest = try #require(
        try LabNetwork.objects(top.output).first?["strongest"] as? [[String: Any]])
      for key in ["activation", "scale", "image"] {
        #expect(object[key] as? Double == strongest[0][key] as? Double, "\(key)")
      }
    }
  }

  @Test(arguments: [
    (
      "filters --output x.jpg",
      "x.jpg: a PNG or SVG is written; give a name that ends in .png or .svg"
    ),
    (
      "project --layer 1 --filter 0 --image x.jpg",
      "x.jpg: is a WebP file; convert it to PNG or JPEG"
    ),
    ("evolve nosuch --layer 1", "nosuch: no checkpoint is there"),
  ])
  func formatsThatArentTakenAreNamed(arguments: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      try saveNetwork(in: folder + "/logdir/run")
      try Data("RIFF....WEBP".utf8).write(
        to: URL(fileURLWithPath: folder + "/x.jpg"))
      let result = try Tool.deconv.run(
        arguments.split(separator: " ").map(String.init), in: folder)
      #expect(result.code == 1)
      #expect(result.errors == "deconv: \(sentence)\n")
    }
  }

  @Test(arguments: [
    (
      "project --layer 2 --filter 2",
      "filter 2 of layer 2 (conv2) is dead: it is 0 on all 20 test images of shapes"
    ),
    ("project --layer 2 --filter -1", "layer 2 (conv2) has no filter -1: its filters are 0 to 63"),
    ("project --layer 2 --filter 64", "layer 2 (conv2) has no filter 64: its filters are 0 to 63"),
    (
      "project --layer 5 --filter 0",
      "there is no layer 5: the network has layers 1 to 4 (conv1, conv2, fc1, fc2)"
    ),
    (
      "project --layer 2 --filter 7 --at 3,14",
      "layer 2 (conv2) has no position 3,14: its maps have rows 0 to 13 and columns 0 to 13"
    ),
    ("project --layer 1 --filter 1 --checkpoint nowhere", "nowhere: no checkpoint is there"),
    ("layers --checkpoint nowhere", "nowhere: no checkpoint is there"),
    (
      "layers --logdir empty",
      "empty: no run below this directory has a checkpoint; tbtrain lenet makes one"
    ),
    (
      "project --layer 1 --filter 1 --image none.png",
      "none.png: can't be read: No such file or directory"
    ),
  ])
  func whatCantBeDoneIsToldInWords(arguments: String, sentence: String) throws {
    try deconv(arguments) { result, folder in
      #expect(result.code == 1)
      #expect(result.output == "")
      #expect(result.errors == "deconv: \(sentence)\n")
      let images = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
        $0.hasSuffix(".png")
      }
      #expect(images == [])
    }
  }

  @Test func anImageOfAnotherSizeIsRefusedAndOfOtherChannelsConverted() throws {
    try withTemporaryFolder { folder in
      try saveNetwork(in: folder + "/logdir/run")
      try Image(width: 32, height: 30, channels: 1, filledWith: .white)
        .write(to: folder + "/large.png")
      try Image(width: 28, height: 28, channels: 3, filledWith: .white)
        .write(to: folder + "/color.png")
      let arguments = ["project", "--layer", "1", "--filter", "3", "--image"]
      let large = try Tool.deconv.run(arguments + ["large.png"], in: folder)
      #expect(large.code == 1)
      #expect(
        large.errors
          == """
          deconv: large.png: is 30x32, but the network takes 28x28 gray images; --resize and \
          --center-crop bring it to that size\n
          """)
      let color = try Tool.deconv.run(arguments + ["color.png"], in: folder)
      #expect(color.code == 0)
      #expect(color.lines.contains("image       color.png"))
      let silent = try Tool.deconv.run(
        ["project", "--layer", "2", "--filter", "2", "--image", "color.png"], in: folder)
      #expect(silent.code == 1)
      #expect(
        silent.errors
          == "deconv: filter 2 of layer 2 (conv2) is silent on color.png: it is 0\n")
    }
  }

  @Test func aFileThatIsNoCheckpointIsTold() throws {
    try withTemporaryFolder { folder in
      try Image(width: 8, height: 8, channels: 1, filledWith: .white).write(to: folder + "/x.png")
      let result = try Tool.deconv.run(["layers", "--checkpoint", "x.png"], in: folder)
      #expect(result.code == 1)
      #expect(
        result.errors == """
          deconv: x.png: not a safetensors file: no header has 727905341920923785 bytes, the \
          format allows 100000000

          """)
    }
  }

  @Test func withoutDataThereMustBeAnImage() throws {
    try deconv("project --layer 1 --filter 3", data: nil) { result, _ in
      #expect(result.code == 1)
      #expect(
        result.errors == """
          deconv: logdir/run/checkpoint.safetensors: doesn't say what data it learned from; --data \
          or --image says what to look at

          """)
    }
  }

  @Test func dataOfAnotherSizeIsRefused() throws {
    try deconv("project --layer 1 --filter 3", input: [32, 32, 3]) { result, _ in
      #expect(result.code == 1)
      #expect(
        result.errors
          == """
          deconv: shapes: has 28x28 gray images, but the network takes 32x32 RGB; --resize and \
          --center-crop bring them to that size\n
          """)
    }
  }

  @Test(arguments: [
    "project", "project --layer 2", "project --layer= --filter 1",
    "project --layer 1 --filter 1 --at 3", "project --layer 1 --filter 1 --at 3,4 --whole-map",
    "project --layer 1 --filter 1 --rule sideways", "project --layer 1 --filter 1 --threads 0",
    "project --layer 1 --filter 1 --image a.png --data b", "layers --nonsense", "nonsense",
  ])
  func wrongUsageEndsWith64(arguments: String) throws {
    let result = try #require(Tool.deconv.answer(arguments))
    #expect(result.code == 64)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("deconv: "))
    #expect(result.errors.contains("--help"))
  }

  @Test(arguments: ["", "project", "filters", "layers"])
  func helpTellsTheExitCodes(command: String) {
    #expect(
      Tool.deconv.help(command).contains(
        "Exit codes: 0 done, 1 failed, 64 wrong usage, 65 finished but some input was damaged, "
          + "130 interrupted."))
  }

  @Test func helpOfProjectNamesEveryFlagWithItsDefault() {
    let help = Tool.deconv.help("project")
    for flag in [
      "--layer <layer>", "--filter <list>", "--at <y,x>", "--whole-map", "--rule <rule>",
      "--checkpoint <path>", "--logdir <directory>", "--image <file>", "--data <set>",
      "--pixels <range>", "--output <path>", "--force", "--threads <count>", "--quiet",
      "default: deconvnet",
    ] {
      #expect(help.contains(flag), "\(flag)")
    }
  }

  @Test func aClosedPipeEndsQuietlyWithZero() throws {
    try withTemporaryFolder { folder in
      try saveNetwork(in: folder + "/logdir/run")
      let pipe = Pipe()
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Tool.deconv.path)
      process.arguments = ["layers"]
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      process.standardOutput = pipe
      let errors = Pipe()
      process.standardError = errors
      // Nobody will read: the reading end is closed before the program writes.
      try pipe.fileHandleForReading.close()
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 0)
      #expect(errors.fileHandleForReading.readDataToEndOfFile().isEmpty)
    }
  }
}
