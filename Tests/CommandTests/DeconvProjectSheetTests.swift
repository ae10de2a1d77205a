import Foundation
import Images
import Testing

@Suite struct DeconvProjectSheetTests {
  @Test func severalFiltersComeOnOneSheet() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let result = try lab.deconv("project --layer 2 --filter 0-3,7")
      #expect(result.code == 0)
      #expect(result.errors == "")
      #expect(
        result.lines.map { $0.prefix { $0 != " " } } == [
          "checkpoint", "layer", "filters", "image", "dead", "strongest", "rule", "scale",
          "output",
        ])
      #expect(result.lines[2] == "filters     5 of 64")
      #expect(result.lines[3] == "image       each one's strongest of 20 test images of shapes")
      #expect(result.lines[4] == "dead        1 of 5 filters: 2")
      #expect(result.lines[8] == "output      layer2-filters.png")
      let sheet = try Image(contentsOf: folder + "/layer2-filters.png")
      #expect(sheet.width > 300 && sheet.height > 200)
    }
  }

  @Test func rawNumbersComeAsFilesAndLines() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let result = try lab.deconv(
        "project --layer 2 --filter 2,5 --format json --npy raw --logdir logdir --quiet")
      #expect(result.code == 0, "\(result.errors)")
      let objects = try LabNetwork.objects(result.output)
      #expect(objects.map { $0["filter"] as? Int } == [2, 5])
      #expect(objects.map { $0["silent"] as? Bool } == [true, false])
      #expect(objects[0]["image"] == nil && objects[0]["activation"] == nil)
      #expect(objects[1]["activation"] as? Double ?? 0 > 0)
      #expect((objects[1]["rows"] as? [Int])?.count == 2)
      #expect(
        try LabNetwork.header(folder + "/raw/projection.npy").contains("'shape': (2, 28, 28, 1)"))
      #expect(try LabNetwork.header(folder + "/raw/activation.npy").contains("'shape': (2,)"))

      let one = try lab.deconv("project --layer 2 --filter 5 --format json --npy one --quiet")
      #expect(one.code == 0, "\(one.errors)")
      let object = try #require(try LabNetwork.objects(one.output).first)
      // The search for one filter and that for several find the same.
      for key in ["image", "y", "x", "activation", "rows", "columns"] {
        #expect("\(object[key] ?? "")" == "\(objects[1][key] ?? "")", "\(key)")
      }
      let (both, alone) = try (
        Data(contentsOf: URL(fileURLWithPath: folder + "/raw/projection.npy")),
        Data(contentsOf: URL(fileURLWithPath: folder + "/one/projection.npy"))
      )
      #expect(both.suffix(784 * 4) == alone.suffix(784 * 4))
    }
  }

  @Test func allFiltersOfOneImageAndWholeMaps() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      try Image(width: 28, height: 28, channels: 1, filledWith: .white)
        .write(to: folder + "/white.png")
      for flags in [
        "--layer 1 --filter all --image white.png",
        "--layer 1 --filter 0-5 --image white.png --whole-map --rule guided",
        "--layer 4 --filter all", "--layer 4 --filter 3 --whole-map",
        "--layer 4 --filter 0-2 --whole-map --image white.png",
        "--layer 1 --filter 1,0 --at 3,4 --split train --per-class 2",
      ] {
        let result = try lab.deconv("project \(flags) --output sheet.png --force")
        #expect(result.code == 0, "\(flags): \(result.errors)")
        #expect(result.lines.last == "output      sheet.png")
      }
    }
  }

  @Test(arguments: [
    (
      "--layer 2 --filter 2,2",
      "filter 2 of layer 2 (conv2) is dead: it is 0 on all 20 test images of shapes"
    ),
    (
      "--layer 2 --filter 2-2 --image white.png",
      "filter 2 of layer 2 (conv2) is silent on white.png: it is 0"
    ),
    ("--layer 2 --filter 1-64", "layer 2 (conv2) has no filter 64: its filters are 0 to 63"),
    (
      "--layer 1 --filter 1,2 --at 28,0",
      "layer 1 (conv1) has no position 28,0: its maps have rows 0 to 27 and columns 0 to 27"
    ),
  ])
  func whatCantBeDoneIsToldInWords(arguments: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      try Image(width: 28, height: 28, channels: 1, filledWith: .white)
        .write(to: folder + "/white.png")
      let result = try lab.deconv("project \(arguments)")
      #expect(result.code == 1)
      #expect(result.errors == "deconv: \(sentence)\n")
      #expect(!lab.exists("layer2-filters.png"))
    }
  }

  @Test func wholeLayersThatAreDeadAreTold() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder, zeroed: "conv2.weight")
      try Image(width: 28, height: 28, channels: 1, filledWith: .white)
        .write(to: folder + "/white.png")
      let dead = try lab.deconv("project --layer 2 --filter all")
      #expect(dead.code == 1)
      #expect(
        dead.errors == """
          deconv: all 64 filters of layer 2 (conv2) are dead: they are 0 on all 20 test images of \
          shapes

          """)
      let silent = try lab.deconv("project --layer 2 --filter 3,4 --image white.png")
      #expect(silent.code == 1)
      #expect(
        silent.errors
          == "deconv: all 2 filters of layer 2 (conv2) are silent on white.png: they are 0\n")
    }
  }

  @Test(arguments: ["1,", "3-1", "a", "", "1-2-3", "all,1"])
  func aListThatIsNoneIsWrongUsage(list: String) throws {
    try withTemporaryFolder { folder in
      let result = try Tool.deconv.run(
        ["project", "--layer", "1", "--filter", list], in: folder)
      #expect(result.code == 64)
      #expect(result.errors.contains("--filter"))
    }
  }
}
