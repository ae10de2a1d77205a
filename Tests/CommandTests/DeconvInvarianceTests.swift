import Foundation
import Images
import Testing

@Suite struct DeconvInvarianceTests {
  @Test func curvesAreDrawnAndTold() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv(
        "invariance --index 0,2-3 --turn 90 --shift 2 --logdir logdir --csv points.csv")
      #expect(result.code == 0)
      #expect(result.errors == "")
      #expect(
        result.lines.map { $0.prefix { $0 != " " } } == [
          "checkpoint", "images", "layers", "outside", "translation", "scale", "rotation",
          "output",
        ])
      #expect(result.lines[2] == "layers       layer 1 (conv1) and layer 3 (fc1)")
      #expect(result.lines[4].contains("1 pixel down moves the low layer"))
      let image = try Image(contentsOf: folder + "/invariance.png")
      #expect(image.width > 1500 && image.height > 1200)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/logdir/deconv")
      #expect(files.count == 1)
      // Five shifts, nine scales and four turns of three images, below a head.
      let lines = try String(contentsOfFile: folder + "/points.csv", encoding: .utf8)
        .split(separator: "\n")
      #expect(lines.count == 1 + 18 * 3)
      #expect(lines[0] == "kind,amount,image,class,low_distance,high_distance,probability")
      let clear = try #require(lines.first { $0.hasPrefix("scale,1,1,") }).split(separator: ",")
      #expect(clear[4] == "0" && clear[5] == "0")
    }
  }

  @Test func numbersComeAsArraysAndAsJSON() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv(
        "invariance --turn 120 --shift 3 --low conv2 --high fc2 --scale 0.5 --npy raw --format json "
          + "--output curves.svg --threads 1 --quiet --fill 0.5")
      #expect(result.code == 0, "\(result.errors)")
      let objects = try LabNetwork.objects(result.output)
      #expect(objects.count == (7 + 9 + 3) * 5)
      #expect(objects[0]["kind"] as? String == "translation")
      #expect(objects[0]["amount"] as? Double == -3)
      #expect(
        try LabNetwork.header("\(folder)/raw/translation_low.npy").contains("'shape': (5, 7)"))
      #expect(
        try LabNetwork.header("\(folder)/raw/rotation_probability.npy").contains("'shape': (5, 3)"))
      #expect(
        try LabNetwork.header("\(folder)/raw/scale.npy").contains("'<f8'"))
      let svg = try String(contentsOfFile: folder + "/curves.svg", encoding: .utf8)
      #expect(svg.hasPrefix("<svg") && svg.hasSuffix("</svg>\n"))
      // Seven warps at most of five images, in each of three rows.
      #expect(svg.components(separatedBy: "<image ").count == 1 + 5 * (7 + 7 + 3))
    }
  }

  @Test func colorImagesOfOnesOwnAreCompared() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder, input: [16, 20, 3], data: nil)
      for (name, factor) in [("a.png", 37), ("b.png", 11)] {
        try Image(
          width: 20, height: 16, channels: 3,
          pixels: (0..<960).map { UInt8(truncatingIfNeeded: $0 * factor) }
        ).write(to: folder + "/" + name)
      }
      let result = try network.deconv("invariance --image a.png --image b.png --turn 180")
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.lines[1] == "images       a.png, b.png")
    }
  }

  @Test(arguments: [
    ("--low 9", "there is no layer 9: "), ("--high 0", "there is no layer 0: "),
    ("--index 0,50", "shapes: has no test image 50: they are 0 to 19"),
    ("--csv logdir", "logdir: is a directory; give the name of a file"),
  ])
  func whatCantBeDoneIsToldInWords(arguments: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let result = try LabNetwork(in: folder).deconv("invariance \(arguments)")
      #expect(result.code == 1)
      #expect(result.output == "")
      #expect(result.errors.hasPrefix("deconv: \(sentence)"), "\(result.errors)")
    }
  }

  @Test func helpAndWrongUsage() throws {
    try LabNetwork.check(
      "invariance",
      wrongUsage: [
        "--scale 1", "--scale 0", "--shift 0", "--turn 0", "--fill 7", "--output a.jpg",
        "--index 3-1", "--index a", "--image a.png --index 1",
      ],
      flags: [
        "--low <layer>", "default: 1", "--scale <factor>", "default: 1.8", "--turn <degrees>",
        "default: 10", "--csv <path>", "--npy <directory>", "default: invariance.png",
      ])
  }
}
