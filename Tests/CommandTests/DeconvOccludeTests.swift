import Foundation
import Images
import Testing

@Suite struct DeconvOccludeTests {
  @Test func threeMapsAreDrawnAndTold() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv("occlude --index 3 --stride 7 --logdir logdir")
      #expect(result.code == 0)
      #expect(result.errors == "")
      #expect(
        result.lines.map { $0.prefix { $0 != " " } } == [
          "checkpoint", "image", "class", "square", "activity", "probability", "prediction",
          "output",
        ])
      #expect(result.lines[1].hasPrefix("image        test image 3, "))
      #expect(
        result.lines[3] == "square       7x7, stride 7, gray 0.5 (0 in the input): 16 places, 4x4"
      )
      #expect(result.lines[7] == "output       occlusion.png")
      let image = try Image(contentsOf: folder + "/occlusion.png")
      #expect(image.width > 1000 && image.channels == 3)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/logdir/deconv")
      #expect(files.count == 1 && files[0].contains("tfevents"))
    }
  }

  @Test func numbersComeAsArraysAndAsJSON() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv(
        "occlude --index 0 --size 8 --stride 4 --fill 1 --class 3 --npy raw --format json "
          + "--output maps/x.png --quiet --threads 1")
      #expect(result.code == 0)
      let objects = try LabNetwork.objects(result.output)
      #expect(objects.count == 37)
      #expect(objects[0]["class"] as? Int == 3)
      #expect(objects[0]["rows"] as? Int == 6 && objects[0]["columns"] as? Int == 6)
      #expect(objects[0]["fill"] as? Double == 1)
      #expect(objects[36]["y"] as? Int == 20 && objects[36]["x"] as? Int == 20)
      #expect(network.exists("maps/x.png"))
      for (name, header) in [
        ("activity", "'<f4', 'fortran_order': False, 'shape': (6, 6)"),
        ("probability", "'<f4', 'fortran_order': False, 'shape': (6, 6)"),
        ("best_class", "'<i4', 'fortran_order': False, 'shape': (6, 6)"),
        ("probabilities", "'<f4', 'fortran_order': False, 'shape': (6, 6, 10)"),
      ] {
        #expect(try LabNetwork.header("\(folder)/raw/\(name).npy").contains(header))
      }
      // The same again is refused before anything is computed, and allowed with --force.
      let again = try network.deconv("occlude --npy raw --output other.png")
      #expect(again.code == 1)
      #expect(again.errors == "deconv: raw/activity.npy: exists already; --force replaces it\n")
      #expect(!network.exists("other.png"))
      #expect(try network.deconv("occlude --npy raw --stride 9 --force").code == 0)
    }
  }

  @Test func aColorImageOfOnesOwnIsAskedAboutItsMostProbableClass() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder, input: [20, 24, 3], data: nil)
      try Image(
        width: 24, height: 20, channels: 3,
        pixels: (0..<1440).map { UInt8(truncatingIfNeeded: $0 * 37) }
      ).write(to: folder + "/mine.png")
      let result = try network.deconv("occlude --image mine.png")
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.lines[2].contains("(the most probable), probability"))
      #expect(result.lines[3].contains("5x5, stride 1, gray 0.5"))
      #expect(result.lines[3].hasSuffix("320 places, 16x20"))
    }
  }

  @Test func aMapThatNeverChangesIsSaid() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder, zeroed: "weight")
      let result = try network.deconv("occlude --stride 7")
      #expect(result.code == 0)
      #expect(result.lines[5].hasSuffix("0.100 uncovered, 0.100 wherever the square is"))
      #expect(result.lines[6] == "prediction   disc, wherever the square is")
    }
  }

  @Test(arguments: [
    ("--size 29", "a square of 29x29 doesn't fit into 28x28 gray images"),
    ("--index 20", "shapes: has no test image 20: they are 0 to 19"),
    ("--index -1", "shapes: has no test image -1: they are 0 to 19"),
    ("--class 10", "there is no class 10: they are "),
    ("--layer 7", "there is no layer 7: the network has layers 1 to 4 (conv1, conv2, fc1, fc2)"),
    ("--image no.png", "no.png: can't be read: No such file or directory"),
    ("--data nowhere", "nowhere: "),
  ])
  func whatCantBeDoneIsToldInWords(arguments: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv("occlude \(arguments)")
      #expect(result.code == 1)
      #expect(result.output == "")
      #expect(result.errors.hasPrefix("deconv: \(sentence)"), "\(result.errors)")
      #expect(!network.exists("occlusion.png"))
    }
  }

  @Test func withoutDataThereMustBeAnImage() throws {
    try withTemporaryFolder { folder in
      let result = try LabNetwork(in: folder, data: nil).deconv("occlude")
      #expect(result.code == 1)
      #expect(result.errors.contains("--data says which images to look at"))
    }
  }

  @Test func helpAndWrongUsage() throws {
    try LabNetwork.check(
      "occlude",
      wrongUsage: [
        "--size 0", "--stride -1", "--fill 2", "--image a.png --data b", "--image a.png --index 1",
        "--format xml", "--threads 0",
      ],
      flags: [
        "--size <pixels>", "--stride <pixels>", "--fill <gray>", "default: 0.5",
        "--npy <directory>",
        "--format <format>", "--class <class>", "--index <number>", "default: occlusion.png",
      ])
  }
}
