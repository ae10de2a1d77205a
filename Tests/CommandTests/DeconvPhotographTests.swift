import Foundation
import Images
import Testing

/// Photographs, directories of them, and what a network's classes are called.
@Suite struct DeconvPhotographTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A network of five classes that PyTorch exported, on gray images of 12x12, with metadata as an
  /// exporter leaves them; and photographs.
  private func inFolder(
    metadata: KeyValuePairs<String, String> = [:], _ body: (String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      var model = try Data(
        contentsOf: Self.fixtures.appending(path: "ModelFilesTests/Fixtures/onnx/torch_dynamo.onnx")
      )
      for (key, value) in metadata {
        // A message may be written in pieces, one behind the other: field 14 of the model.
        func field(_ tag: UInt8, _ bytes: [UInt8]) -> [UInt8] {
          [tag, UInt8(bytes.count & 127 | 128), UInt8(bytes.count >> 7)] + bytes
        }
        model += field(0x72, field(0x0A, Array(key.utf8)) + field(0x12, Array(value.utf8)))
      }
      try model.write(to: URL(filePath: folder + "/net.onnx"))
      try body(folder)
    }
  }

  private func add(_ name: String, to path: String, in folder: String) throws {
    let url = URL(filePath: "\(folder)/\(path)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: Self.fixtures.appending(path: "JPEGImagesTests/Fixtures/\(name)"), to: url)
  }

  private func deconv(_ arguments: String, in folder: String) throws -> Tool.Result {
    try Tool.deconv.run(arguments.split(separator: " ").map(String.init), in: folder)
  }

  @Test func aPhotographIsTurnedAsItWasSeen() throws {
    try inFolder { folder in
      try add("orientation-6.jpg", to: "6.jpg", in: folder)
      try add("orientation-6.png", to: "6.png", in: folder)
      func answer(_ name: String) throws -> [String] {
        let result = try deconv(
          "saliency --checkpoint net.onnx --resize 12x12 --image \(name) --force", in: folder)
        #expect(result.code == 0, "\(result.errors)")
        return Array(result.lines.dropFirst(2))
      }
      #expect(try answer("6.jpg") == answer("6.png"))
      let upright = try deconv("saliency --checkpoint net.onnx --image 6.jpg --force", in: folder)
      #expect(upright.errors.hasPrefix("deconv: 6.jpg: is 11x7, but the network takes 12x12 gray"))
    }
  }

  @Test func aDirectoryHoldsAFewOfTheClasses() throws {
    try inFolder { folder in
      try add("rgb-420.jpg", to: "few/ship/a/b/1.jpg", in: folder)
      try add("gray.jpg", to: "few/ship/2.JPG", in: folder)
      try add("rgb-444.png", to: "few/more/cat/3.png", in: folder)
      try Data("dog\ncat\nbird\nship\nfrog\n".utf8).write(to: URL(filePath: folder + "/names.txt"))
      func saliency(_ more: String) throws -> Tool.Result {
        try deconv(
          "saliency --checkpoint net.onnx --data few --resize 12x12 --force " + more, in: folder)
      }
      for (index, name) in [(0, "cat"), (1, "ship"), (2, "ship")] {
        let named = try saliency("--classes names.txt --index \(index)")
        #expect(named.code == 0, "\(named.errors)")
        #expect(named.lines[2].hasPrefix("class       \(name) (its own), probability "))
      }
      // Nobody knows the names: then no image has a class of its own.
      let unnamed = try saliency("--index 0")
      #expect(unnamed.lines[1].hasPrefix("image       test image 0, more, few/more/cat/3.png"))
      #expect(unnamed.lines[2].contains("(the most probable), probability "))
      let asked = try saliency("--class 3 --format json")
      #expect(try LabNetwork.objects(asked.output)[0]["class"] as? Int == 3)
      let ablated = try deconv(
        "ablate --checkpoint net.onnx --data few --resize 12x12 --layer 1", in: folder)
      #expect(ablated.code == 1)
      #expect(
        ablated.errors == """
          deconv: few: more and ship are none of the network's 5 classes; --classes names these, or \
          rename the directories\n
          """)
      let all = try deconv(
        "ablate --checkpoint net.onnx --data few --resize 12x12 --layer 1 --classes names.txt",
        in: folder)
      #expect(all.code == 0, "\(all.errors)")
    }
  }

  @Test func numberedDirectoriesAreClassesByTheirNumber() throws {
    try inFolder(metadata: ["names": "{0: 'dog', 1: 'cat', 2: 'bird', 3: 'ship', 4: 'frog'}"]) {
      folder in
      try add("rgb-420.jpg", to: "few/3/1.jpg", in: folder)
      try add("rgb-444.png", to: "few/0/1.png", in: folder)
      let result = try deconv(
        "saliency --checkpoint net.onnx --data few --resize 12x12 --index 1", in: folder)
      #expect(result.lines[1] == "from the model  5 class names")
      #expect(result.lines[3].hasPrefix("class           ship (its own)"))
    }
  }

  @Test func whatTheModelSaysIsTakenAndToldAndAFlagGoesFirst() throws {
    let metadata: KeyValuePairs = ["mean": "[102.0]", "std": "[51.0]", "imgsz": "[12, 12]"]
    try inFolder(metadata: metadata) { folder in
      try add("rgb-420.jpg", to: "1.jpg", in: folder)
      func found(_ flags: String, in folder: String) throws -> Tool.Result {
        try deconv(
          "project --checkpoint net.onnx --layer 1 --filter 2 --image 1.jpg --force " + flags,
          in: folder)
      }
      let taken = try found("", in: folder)
      #expect(taken.code == 0, "\(taken.errors)")
      #expect(
        taken.lines[1] == """
          from the model  resize 12, center crop 12x12, pixels 0..1, mean 0.4, std 0.2
          """)
      let layers = try deconv("layers net.onnx --mean 0.4", in: folder)
      #expect(
        layers.lines[1] == "from the model: resize 12, center crop 12x12, pixels 0..1, std 0.2")
      let flags = "--resize 12 --center-crop 12 --mean 0.4 --std 0.2"
      func numbers(_ result: Tool.Result) -> [Substring] {
        result.lines.filter { $0.hasPrefix("activation") || $0.hasPrefix("position") }
          .map { $0.drop { $0 != " " }.drop { $0 == " " } }
      }
      try inFolder { bare in
        try add("rgb-420.jpg", to: "1.jpg", in: bare)
        #expect(try numbers(found(flags, in: bare)) == numbers(taken))
        #expect(numbers(taken).count == 2)
      }
      #expect(try numbers(found("--std 0.3", in: folder)) != numbers(taken))
    }
  }

  @Test func aPresetIsTakenAndTold() throws {
    try inFolder { folder in
      try add("gray.jpg", to: "1.jpg", in: folder)
      let result = try deconv(
        "project --checkpoint net.onnx --layer 1 --filter 2 --image 1.jpg --preprocess mnist "
          + "--resize 12x12", in: folder)
      #expect(result.code == 0, "\(result.errors)")
      #expect(
        result.lines[1] == "preprocess  resize 28x28, pixels 0..1, mean 0.1307, std 0.3081")
      let wrong = try deconv("layers net.onnx --preprocess imagenet", in: folder)
      #expect(
        wrong.errors == "deconv: --mean has 3 numbers, but the network takes images of 1 channel\n")
      #expect(
        try deconv("layers net.onnx --preprocess mnist --pixels=-1..1", in: folder).code == 64)
    }
  }

  @Test func namesOfClassesThatAreNoneAreRefused() throws {
    try inFolder { folder in
      func error(_ names: String) throws -> String {
        try Data(names.utf8).write(to: URL(filePath: folder + "/names.txt"))
        return try deconv("layers net.onnx --classes names.txt", in: folder).errors
      }
      #expect(try error("a\nb\nc\nd\ne") == "")
      #expect(
        try error("a\nb\n")
          == "deconv: --classes names.txt: names 2 classes, but net.onnx tells 5 classes apart\n")
      #expect(
        try error("a\n\nb\n")
          == "deconv: names.txt: line 2 is empty, expected a class name on each\n")
      #expect(try error("").contains("has 0 class names"))
      let imagenet = try deconv("layers net.onnx --classes imagenet", in: folder)
      #expect(imagenet.errors.contains("--classes imagenet: names 1,000 classes"))
      #expect(
        try deconv("layers net.onnx --classes none.txt", in: folder).errors == """
          deconv: none.txt: can't be read: No such file or directory; --classes takes a file or \
          imagenet\n
          """)
    }
  }

  @Test func otherFormatsAreNamedWithTheRemedy() throws {
    try inFolder { folder in
      try add("gray.jpg", to: "set/1.jpg", in: folder)
      try Data("RIFF....WEBPVP8 ".utf8).write(to: URL(filePath: folder + "/set/2.webp"))
      let one = try deconv("saliency --checkpoint net.onnx --image set/2.webp", in: folder)
      #expect(one.errors == "deconv: set/2.webp: is a WebP file; convert it to PNG or JPEG\n")
      let set = try deconv("saliency --checkpoint net.onnx --data set --resize 12x12", in: folder)
      #expect(set.code == 0)
      #expect(
        set.errors
          == "deconv: set: 1 image of other formats left out (2.webp); convert to PNG or JPEG\n")
    }
  }

  /// A network whose output is a map for each class.
  @Test(arguments: ["occlude", "saliency", "invariance", "ablate --layer 1"])
  func whatNeedsAClassIsRefusedWhereThereIsNone(command: String) throws {
    try withTemporaryFolder { folder in
      try FileManager.default.copyItem(
        at: Self.fixtures.appending(path: "ModelFilesTests/Fixtures/onnx/lrn_3.onnx"),
        to: URL(filePath: folder + "/maps.onnx"))
      try add("gray.jpg", to: "set/a/1.jpg", in: folder)
      let result = try deconv(
        "\(command) --checkpoint maps.onnx --data set --resize 5x5", in: folder)
      #expect(result.code == 1 && result.output == "")
      #expect(
        result.errors == """
          deconv: maps.onnx: its output is 3x3x7, not a row of classes, so that no class can be \
          asked about; project, top, activations and maximize look at its layers\n
          """)
    }
  }
}
