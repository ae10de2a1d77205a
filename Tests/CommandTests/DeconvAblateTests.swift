import Foundation
import Images
import Testing

@Suite struct DeconvAblateTests {
  @Test func theWorstFilterStandsFirst() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv("ablate --rows 3 --logdir logdir")
      #expect(result.code == 0)
      #expect(result.errors == "")
      let lines = result.lines
      #expect(
        lines[..<6].map { $0.prefix { $0 != " " } } == [
          "checkpoint", "data", "layer", "whole", "found", "output",
        ])
      #expect(lines[1] == "data        20 test images of shapes")
      #expect(lines[2] == "layer       layer 2 (conv2), 64 filters off one by one")
      #expect(lines[6] == "filter  accuracy  change    loss   change")
      #expect(lines[10] == "(61 more; --rows 0 shows all)")
      let image = try Image(contentsOf: folder + "/ablation.png")
      #expect(image.width == 1000 && image.height > 900)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/logdir/deconv")
      #expect(files.count == 1)
    }
  }

  @Test func numbersComeAsArraysAndAsJSON() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv(
        "ablate --layer 1 --filter 4-6,0 --per-class 1 --npy raw --format json --threads 1 --quiet")
      #expect(result.code == 0, "\(result.errors)")
      let objects = try LabNetwork.objects(result.output)
      #expect(objects.count == 5)
      #expect(objects[0]["images"] as? Int == 10 && objects[0]["layer"] as? Int == 1)
      #expect(Set(objects.dropFirst().compactMap { $0["filter"] as? Int }) == [0, 4, 5, 6])
      let accuracies = objects.dropFirst().compactMap { $0["accuracy"] as? Double }
      #expect(accuracies == accuracies.sorted())
      for (name, header) in [("filters", "'<i4'"), ("accuracy", "'<f8'"), ("loss", "(4,)")] {
        #expect(try LabNetwork.header("\(folder)/raw/\(name).npy").contains(header))
      }
    }
  }

  @Test func aDeadFilterChangesNothingAndThatIsSaid() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv("ablate --filter 2")
      #expect(result.code == 0)
      #expect(
        result.lines[4]
          == "found       no filter changes anything: the layer above ignores them, or all are dead"
      )
    }
  }

  @Test func colorImagesOfAFolderAreTaken() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder, input: [16, 20, 3], data: nil)
      for half in ["Train", "Test"] {
        for label in 0..<10 {
          let path = "\(folder)/set/\(half)/\(label)"
          try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
          try Image(
            width: 20, height: 16, channels: 3,
            pixels: (0..<960).map { UInt8(truncatingIfNeeded: $0 * (label + 3)) }
          ).write(to: path + "/a.png")
        }
      }
      let result = try network.deconv("ablate --data set --layer 3 --filter 0-9")
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.lines[2] == "layer       layer 3 (fc1), 10 units off one by one")
    }
  }

  @Test(arguments: [
    ("--layer 5", "there is no layer 5: "),
    ("--layer one", "there is no convolution or dense layer \"one\": there are conv1, conv2, fc1"),
    ("--filter 64", "layer 2 (conv2) has no filter 64: its filters are 0 to 63"),
    ("--data nowhere", "nowhere: "),
  ])
  func whatCantBeDoneIsToldInWords(arguments: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv("ablate \(arguments)")
      #expect(result.code == 1)
      #expect(result.output == "")
      #expect(result.errors.hasPrefix("deconv: \(sentence)"), "\(result.errors)")
      #expect(!network.exists("ablation.png"))
    }
  }

  @Test func helpAndWrongUsage() throws {
    try LabNetwork.check(
      "ablate",
      wrongUsage: ["--rows -1", "--filter x", "--layer=", "--per-class 0", "--threads 0"],
      flags: [
        "--layer <layer>", "--filter <list>", "--rows <count>", "default: 20", "--npy <directory>",
        "default: ablation.png",
      ])
  }
}
