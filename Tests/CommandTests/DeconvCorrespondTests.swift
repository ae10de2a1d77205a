import Foundation
import Images
import Testing

@Suite struct DeconvCorrespondTests {
  @Test func aPartStandsBesideBothControls() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv(
        "correspond --box nose=10,11,6,5 --random 3 --logdir logdir --seed 2")
      #expect(result.code == 0)
      #expect(result.errors == "")
      let lines = result.lines
      #expect(lines[4].hasPrefix("delta           sets  layer 2 (conv2), pooled"))
      #expect(lines[5].hasPrefix("nose               1           0."))
      #expect(lines[6].hasPrefix("random places      3           0."))
      #expect(lines[7].hasPrefix("random, shared     3           0."))
      #expect(lines[8].hasPrefix("nose: conv2: "))
      let image = try Image(contentsOf: folder + "/correspondence.png")
      #expect(image.width > 700 && image.height > 350)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/logdir/deconv")
      #expect(files.count == 1)
    }
  }

  @Test func numbersComeAsArraysAndAsJSON() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let arguments =
        "correspond --index 0,4,8 --random 2 --npy raw --format json --threads 1 --quiet --force"
      let result = try network.deconv(arguments)
      #expect(result.code == 0, "\(result.errors)")
      let objects = try LabNetwork.objects(result.output)
      #expect(
        objects.map { $0["name"] as? String } == [
          "middle", "middle", "random places", "random places", "random, shared", "random, shared",
        ])
      #expect(objects[0]["features"] as? Int == 3136 && objects[1]["features"] as? Int == 1024)
      #expect((objects[0]["pairs"] as? [Double])?.count == 3)
      for (name, header) in [
        ("mean", "(3, 2)"), ("std", "(3, 2)"), ("boxes", "(5, 3, 4)"),
        ("differences", "(5, 2, 3, 3)"),
      ] {
        #expect(try LabNetwork.header("\(folder)/raw/\(name).npy").contains("'shape': \(header)"))
      }
      #expect(try network.deconv(arguments).output == result.output)
      #expect(try network.deconv(arguments + " --seed 9").output != result.output)
    }
  }

  @Test(arguments: [
    ("parts.csv", "part,image,y,x,height,width\nnose,a.png,1,2,3,4\nnose,b.png,2,2,3,5\n"),
    (
      "parts.json",
      """
      [{"part": "nose", "image": "a.png", "y": 1, "x": 2, "height": 3, "width": 4},
       {"part": "nose", "image": "b.png", "y": 2, "x": 2, "height": 3, "width": 5}]
      """
    ),
  ])
  func aFileNamesImagesAndParts(name: String, contents: String) throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder, input: [16, 20, 3], data: nil)
      try FileManager.default.createDirectory(
        atPath: folder + "/faces", withIntermediateDirectories: true)
      for (name, factor) in [("a.png", 37), ("b.png", 11)] {
        try Image(
          width: 20, height: 16, channels: 3,
          pixels: (0..<960).map { UInt8(truncatingIfNeeded: $0 * factor) }
        ).write(to: "\(folder)/faces/\(name)")
      }
      try contents.write(toFile: "\(folder)/faces/\(name)", atomically: true, encoding: .utf8)
      let result = try network.deconv("correspond --boxes faces/\(name) --random 1")
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.lines[1] == "images      a.png, b.png")
      #expect(result.lines[5].hasPrefix("nose "))
    }
  }

  @Test(arguments: [
    ("", "parts.csv: its first line isn't part,image,y,x,height,width"),
    ("part,image,y,x,height,width\n", "parts.csv: holds no box"),
    (
      "part,image,y,x,height,width\na,0,1,2,3\n",
      "parts.csv: line 2 isn't part,image,y,x,height,width: a,0,1,2,3"
    ),
    (
      "part,image,y,x,height,width\na,0,1,2,3,4\nb,1,1,2,3,4\n",
      "parts.csv: part \"a\" has no box in image 1; each part needs one in each image"
    ),
    (
      "part,image,y,x,height,width\na,0,1,2,3,4\na,0,1,2,3,4\n",
      "parts.csv: part \"a\" has 2 boxes in image 0; each part needs one in each image"
    ),
    (
      "part,image,y,x,height,width\na,0,1,2,3,4\n",
      "one image has nothing to be compared with; give two or more"
    ),
    (
      "part,image,y,x,height,width\na,0,1,2,3,4\na,1,27,2,3,4\n",
      "part \"a\": the box of 3x4 at row 27, column 2 doesn't fit into test image 1, "
    ),
    ("part,image,y,x,height,width\na,0,1,2,3,4\na,77,2,2,3,4\n", "shapes: has no test image 77"),
  ])
  func whatIsWrongWithAFileIsToldInWords(contents: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      try contents.write(toFile: "\(folder)/parts.csv", atomically: true, encoding: .utf8)
      let result = try network.deconv("correspond --boxes parts.csv")
      #expect(result.code == 1)
      #expect(result.output == "")
      #expect(result.errors.hasPrefix("deconv: \(sentence)"), "\(result.errors)")
      #expect(!network.exists("correspondence.png"))
    }
  }

  @Test func aFileThatIsNotThereOrNoJSONIsTold() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let missing = try network.deconv("correspond --boxes none.csv")
      #expect(missing.code == 1 && missing.errors.hasPrefix("deconv: none.csv: can't be read"))
      try "{".write(toFile: "\(folder)/parts.json", atomically: true, encoding: .utf8)
      let broken = try network.deconv("correspond --boxes parts.json")
      #expect(
        broken.errors == """
          deconv: parts.json: isn't a list of objects with the keys part, image, y, x, height and \
          width

          """)
    }
  }

  @Test func helpAndWrongUsage() throws {
    try LabNetwork.check(
      "correspond",
      wrongUsage: [
        "--box nose", "--box nose=1,2,3", "--box =1,2,3,4", "--random 0", "--fill -1",
        "--threshold -1", "--boxes a.csv --index 1,2", "--boxes a.csv --box a=1,2,3,4",
      ],
      flags: [
        "--boxes <path>", "--box <name=y,x,height,width>", "--random <count>", "default: 10",
        "--fill <gray>", "default: 0.5", "--threshold <number>", "--seed <seed>",
      ])
  }
}
