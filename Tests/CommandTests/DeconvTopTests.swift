import Foundation
import Images
import Testing

@Suite struct DeconvTopTests {
  @Test func theStrongestImagesAreWrittenAndTold() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let result = try lab.deconv("top --layer 2 --filter 0-3,7 --count 4")
      #expect(result.code == 0)
      #expect(result.errors == "")
      #expect(
        result.lines.map { $0.prefix { $0 != " " } } == [
          "checkpoint", "layer", "filters", "images", "dead", "strongest", "border", "rule",
          "scale", "output",
        ])
      #expect(result.lines[3] == "images      20 test images of shapes")
      #expect(result.lines[2] == "filters     5 of 64")
      #expect(result.lines[4] == "dead        1 of 5 filters: 2")
      #expect(result.lines[9] == "output      layer2-top4.png")
      let sheet = try Image(contentsOf: folder + "/layer2-top4.png")
      #expect(sheet.width > 500 && sheet.height > 200)
    }
  }

  @Test func linesOfJSONAreAFilterEach() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let result = try lab.deconv(
        "top --layer 2 --filter 2,5 --count 3 --format json --npy raw --output a/b.png --quiet")
      #expect(result.code == 0, "\(result.errors)")
      let objects = try LabNetwork.objects(result.output)
      #expect(objects.map { $0["filter"] as? Int } == [2, 5])
      #expect(objects.map { $0["dead"] as? Bool } == [true, false])
      #expect((objects[0]["strongest"] as? [Any])?.isEmpty == true)
      let strongest = try #require(objects[1]["strongest"] as? [[String: Any]])
      #expect(strongest.count == 3)
      let activations = strongest.compactMap { $0["activation"] as? Double }
      #expect(activations == activations.sorted(by: >) && activations[2] > 0)
      #expect(Set(strongest.compactMap { $0["image"] as? Int }).count == 3)
      for entry in strongest {
        let (y, rows) = (entry["y"] as? Int, entry["rows"] as? [Int])
        #expect(rows?.first == y.map { 2 * $0 - 6 } && rows?.last == y.map { 2 * $0 + 7 })
      }
      #expect(lab.exists("a/b.png"))
      #expect(try LabNetwork.header(folder + "/raw/index.npy").contains("'shape': (2, 3)"))
      #expect(
        try LabNetwork.header(folder + "/raw/projection.npy").contains(
          "'shape': (2, 3, 14, 14, 1)"))
      let again = try lab.deconv("top --layer 2 --filter 2,5 --npy raw")
      #expect(again.code == 1)
      #expect(again.errors == "deconv: raw/index.npy: exists already; --force replaces it\n")
    }
  }

  @Test func interiorUnitsStayInsideTheImage() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let result = try lab.deconv(
        "top --layer 1 --interior --format json --split train --per-class 3")
      #expect(result.code == 0, "\(result.errors)")
      let entries = try LabNetwork.objects(result.output).flatMap {
        $0["strongest"] as? [[String: Any]] ?? []
      }
      #expect(entries.count > 100)
      for entry in entries {
        #expect(entry["over_border"] as? Bool == false)
        for place in ["y", "x"] { #expect((2...25).contains(entry[place] as? Int ?? -1)) }
      }
    }
  }

  @Test func denseLayersHaveTheirStrongestImagesToo() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let result = try lab.deconv("top --layer 4 --count 2 --logdir logdir")
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.lines.contains("units       10 of 10"))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/logdir/deconv")
      #expect(files.count == 1 && files[0].contains("tfevents"))
    }
  }

  @Test(arguments: [
    ("--layer 2 --filter 60-70", "layer 2 (conv2) has no filter 70: its filters are 0 to 63"),
    ("--layer 2 --filter -1", "layer 2 (conv2) has no filter -1: its filters are 0 to 63"),
    (
      "--layer 9", "there is no layer 9: the network has layers 1 to 4 (conv1, conv2, fc1, fc2)"
    ),
    (
      "--layer 3 --interior",
      "every unit of layer 3 (fc1) sees over the image's border; leave --interior out"
    ),
    ("--layer 1 --data nowhere/x", "nowhere/x: not found, expected a directory"),
  ])
  func whatCantBeDoneIsToldInWords(arguments: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let result = try lab.deconv("top \(arguments)")
      #expect(result.code == 1)
      #expect(result.output == "")
      #expect(result.errors == "deconv: \(sentence)\n")
      #expect(!lab.exists("layer2-top9.png"))
    }
  }

  @Test func withoutDataThereMustBeSome() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder, data: nil)
      let result = try lab.deconv("top --layer 1")
      #expect(result.code == 1)
      #expect(
        result.errors == """
          deconv: logdir/run/checkpoint.safetensors: doesn't say what data it learned from; --data \
          says which images to look at

          """)
    }
  }

  @Test func helpUsageAndFlags() throws {
    try LabNetwork.check(
      "top",
      wrongUsage: [
        "", "--layer 1 --filter 3-1", "--layer 1 --filter a", "--layer 1 --count 0",
        "--layer 1 --per-class 0", "--layer 1 --split all", "--layer 1 --format xml",
      ],
      flags: [
        "--layer <layer>", "--filter <list>", "(default: all)", "--count <number>",
        "(default: 9)", "--interior", "--rule <rule>", "--shared-scale", "--data <set>",
        "--split <split>", "--per-class <count>", "--pixels <range>", "--npy <directory>",
        "--format <format>", "--output <path>", "--force", "--threads <count>", "--quiet",
      ])
  }
}
