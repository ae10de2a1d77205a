import Foundation
import Images
import Testing

@Suite struct DeconvActivationsTests {
  @Test func theMapsOfAnImageAreShown() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let result = try lab.deconv("activations --layer 2 --index 3 --npy raw")
      #expect(result.code == 0)
      #expect(result.errors == "")
      #expect(
        result.lines.map { $0.prefix { $0 != " " } } == [
          "checkpoint", "layer", "filters", "image", "silent", "strongest", "scale", "output",
        ])
      #expect(result.lines[3].hasPrefix("image       test image 3, "))
      #expect(result.lines[4].hasPrefix("silent      ") && result.lines[4].contains("2"))
      #expect(result.lines[7] == "output      layer2-activations.png")
      let sheet = try Image(contentsOf: folder + "/layer2-activations.png")
      #expect(sheet.width > 400 && sheet.height > 300)
      #expect(try LabNetwork.header(folder + "/raw/maps.npy").contains("'shape': (14, 14, 64)"))
    }
  }

  @Test func statisticsAreOfTheWholeDataSet() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let text = try lab.deconv("activations --layer 2 --statistics --filter 1-3")
      #expect(text.code == 0, "\(text.errors)")
      #expect(text.lines.contains("images      20 test images of shapes"))
      #expect(text.lines.contains("dead        1 of 3 filters: 2"))
      let row = try #require(text.lines.first { $0.hasPrefix("     2 ") })
      #expect(
        row.split(separator: " ").map(String.init)
          == ["2", "0", "0", "0", "0", "0", "0.0", "%", "0.0", "%"])
      let json = try lab.deconv(
        "activations --layer 2 --statistics --format json --npy raw --output b.png --quiet")
      let objects = try LabNetwork.objects(json.output)
      #expect(objects.count == 64)
      // All filters have as many activations: the layer's mean is the mean of theirs.
      let mean = objects.reduce(0) { $0 + ($1["mean"] as? Double ?? .nan) } / 64
      let overall = try #require(text.lines.first { $0.hasPrefix("overall ") })
      let words = overall.split(whereSeparator: { " ,".contains($0) }).map(String.init)
      #expect(
        words.filter { Double($0) == nil && $0 != "overall" } == [
          "mean", "std", "variance", "min", "max",
        ])
      let numbers = words.compactMap(Double.init)
      #expect(abs(numbers[0] - mean) < 1e-3 * mean)
      #expect(abs(numbers[1] * numbers[1] - numbers[2]) < 2e-3 * numbers[2])
      let largest = objects.map { $0["max"] as? Double ?? .nan }.max() ?? .nan
      #expect(abs(numbers[4] - largest) < 1e-3 * largest)
      #expect(objects.allSatisfy { $0["images"] as? Int == 20 })
      for object in objects {
        let (std, variance) = (object["std"] as? Double ?? 1, object["variance"] as? Double ?? 0)
        #expect(abs(std * std - variance) < 1e-9)
      }
      #expect(try LabNetwork.header(folder + "/raw/mean.npy").contains("'shape': (64,)"))
    }
  }

  @Test func otherImagesLayersAndScales() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      try Image(width: 28, height: 28, channels: 3, filledWith: .white)
        .write(to: folder + "/white.png")
      for flags in [
        "--layer 1 --image white.png --shared-scale", "--layer 3", "--layer 4 --statistics",
        "--layer 3 --filter 0-99 --logdir logdir --format json",
      ] {
        let result = try lab.deconv("activations \(flags) --output out.png --force")
        #expect(result.code == 0, "\(flags): \(result.errors)")
      }
      #expect(lab.exists("logdir/deconv"))
    }
  }

  @Test(arguments: [
    ("--layer 2 --index 20", "shapes: has no test image 20: they are 0 to 19"),
    ("--layer 2 --index -1", "shapes: has no test image -1: they are 0 to 19"),
    ("--layer 2 --filter 64", "layer 2 (conv2) has no filter 64: its filters are 0 to 63"),
    ("--layer 1 --image none.png", "none.png: can't be read: No such file or directory"),
  ])
  func whatCantBeDoneIsToldInWords(arguments: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let result = try LabNetwork(in: folder).deconv("activations \(arguments)")
      #expect(result.code == 1)
      #expect(result.output == "")
      #expect(result.errors == "deconv: \(sentence)\n")
    }
  }

  @Test func helpUsageAndFlags() throws {
    try LabNetwork.check(
      "activations",
      wrongUsage: [
        "", "--layer 1 --image a.png --index 2", "--layer 1 --image a.png --statistics",
        "--layer 1 --statistics --index 1", "--layer 1 --image a.png --data b",
      ],
      flags: [
        "--layer <layer>", "--filter <list>", "--image <file>", "--index <number>",
        "(default: 0)", "--statistics", "--shared-scale", "--split <split>", "--npy <directory>",
        "--format <format>", "--output <path>", "--force", "--quiet",
      ])
  }
}
