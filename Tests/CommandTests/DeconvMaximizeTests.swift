import Foundation
import Images
import Testing

@Suite struct DeconvMaximizeTests {
  @Test func imagesOfFiltersAreMadeAndTold() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv(
        "maximize --layer 1 --filter 3,5 --count 2 --steps 5 --logdir logdir")
      #expect(result.code == 0)
      #expect(result.errors == "")
      let lines = result.lines
      #expect(lines[1] == "layer       layer 1 (conv1)")
      #expect(
        lines[2]
          == "how         5 steps of 1, decay 0.02, blur 0.5, variation 0.001, jitter 2")
      #expect(lines[3] == "seeds       1 and 2")
      #expect(lines[4] == "output      maximized.png")
      #expect(lines[6].hasPrefix("filter 3 ") && lines[7].hasPrefix("filter 5 "))
      let image = try Image(contentsOf: folder + "/maximized.png")
      #expect(image.width > 300 && image.height > 250)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/logdir/deconv")
      #expect(files.count == 1)
    }
  }

  @Test func numbersComeAsArraysAndAsJSON() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder, input: [16, 20, 3], data: nil)
      let result = try network.deconv(
        "maximize --class 7 --count 3 --steps 4 --seed 5 --npy raw --format json --quiet")
      #expect(result.code == 0, "\(result.errors)")
      let objects = try LabNetwork.objects(result.output)
      #expect(objects.map { $0["seed"] as? Int } == [5, 6, 7])
      for object in objects {
        #expect(object["layer"] as? Int == 4 && object["filter"] as? Int == 7)
        let (before, after) = (object["objective_before"], object["objective"])
        #expect(try #require(before as? Double) < #require(after as? Double))
      }
      #expect(
        try LabNetwork.header("\(folder)/raw/images.npy").contains("(1, 3, 16, 20, 3)"))
      #expect(try LabNetwork.header("\(folder)/raw/objective.npy").contains("(1, 3, 5)"))
    }
  }

  @Test func withoutFlagsEveryClassIsMade() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv("maximize --steps 1 --count 1")
      #expect(result.code == 0)
      #expect(result.lines.filter { $0.hasPrefix("class ") }.count == 11)
    }
  }

  @Test func aSeedGivesTheSameImageOnAnyNumberOfThreads() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      func image(_ flags: String) throws -> Data {
        let result = try network.deconv(
          "maximize --class 0 --steps 4 --count 1 \(flags) --force")
        #expect(result.code == 0)
        return try Data(contentsOf: URL(fileURLWithPath: folder + "/maximized.png"))
      }
      let first = try image("--seed 4 --threads 1")
      #expect(try image("--seed 4 --threads 2") == first)
      #expect(try image("--seed 5") != first)
    }
  }

  @Test func whatNothingExcitesIsSaid() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder, zeroed: "fc2.weight")
      let result = try network.deconv("maximize --class 3 --steps 2 --count 1")
      #expect(result.code == 0)
      #expect(result.lines.last == "not excited beyond the start: class 3")
      #expect(
        result.lines.contains(
          "warning: the objective stays at 0 or below, so that these images show nothing that excites class 3"
        ))
    }
  }

  @Test func oneUnitAndFrequenciesAreClimbed() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv(
        "maximize --layer 2 --filter 5 --objective unit --change frequencies --count 2 --steps 20 "
          + "--format json --output made.svg")
      #expect(result.code == 0, "\(result.errors)")
      for object in try LabNetwork.objects(result.output) {
        let (before, after) = (
          object["objective_before"] as? Double, object["objective"] as? Double
        )
        #expect(try #require(after) > #require(before) && object["excited"] as? Bool == true)
      }
      let svg = try String(contentsOfFile: folder + "/made.svg", encoding: .utf8)
      #expect(
        svg.contains("frequencies, variation 0.001, jitter 2, turn 5, zoom 0.1; the middle unit"))
      let mean = try network.deconv("maximize --layer 2 --filter 2 --count 1 --steps 2")
      #expect(mean.code == 0)
      #expect(
        mean.lines.contains {
          $0.hasPrefix("warning: ")
            && $0.hasSuffix(
              "filter 2; --objective unit excites one unit instead of the whole map's mean")
        })
    }
  }

  @Test(arguments: [
    ("--class 10", "there is no class 10: they are 0, 1, 2, 3, 4, 5, 6, 7, 8 and 9"),
    ("--layer 2", "layer 2 (conv2) has 64 filters; --filter says which"),
    ("--layer 1 --filter 40", "layer 1 (conv1) has no filter 40: its filters are 0 to 31"),
    ("--jitter 28", "--jitter 28 shifts 28x28 gray images by more than their size"),
  ])
  func whatCantBeDoneIsToldInWords(arguments: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv("maximize \(arguments)")
      #expect(result.code == 1)
      #expect(result.output == "")
      #expect(result.errors == "deconv: \(sentence)\n")
      #expect(!network.exists("maximized.png"))
    }
  }

  @Test func helpAndWrongUsage() throws {
    try LabNetwork.check(
      "maximize",
      wrongUsage: [
        "--count 0", "--steps 0", "--rate 0", "--decay 2", "--blur -1", "--variation -1",
        "--jitter -1", "--class 1 --layer 2", "--filter a",
      ],
      flags: [
        "--steps <count>", "default: 200", "--rate <factor>", "--decay <share>", "default: 0.02",
        "--blur <pixels>", "default: 0.5", "--variation <weight>", "--jitter <pixels>",
        "--seed <seed>", "default: maximized.png",
      ])
  }
}
