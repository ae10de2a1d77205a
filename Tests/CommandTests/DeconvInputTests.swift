import Foundation
import Images
import ModelFiles
import NeuralNetworks
import Tensors
import Testing

/// Networks of other tools, and images of any size.
@Suite struct DeconvInputTests {
  /// A network that PyTorch exported, on gray images of 12x12, and images of several sizes.
  private func inFolder(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let fixture = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "ModelFilesTests/Fixtures/onnx")
      try FileManager.default.copyItem(
        atPath: fixture.appending(path: "torch_dynamo.onnx").path, toPath: folder + "/net.onnx")
      try FileManager.default.copyItem(
        atPath: fixture.appending(path: "open.onnx").path, toPath: folder + "/open.onnx")
      try FileManager.default.createDirectory(
        atPath: folder + "/photos", withIntermediateDirectories: false)
      for (index, size) in [(20, 16), (14, 30), (12, 12)].enumerated() {
        let (width, height) = size
        let pixels = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 * 37 + index) }
        try Image(width: width, height: height, channels: 3, pixels: pixels)
          .write(to: folder + "/photos/\(index).png")
      }
      try body(folder)
    }
  }

  private func deconv(_ arguments: String, in folder: String) throws -> Tool.Result {
    try Tool.deconv.run(arguments.split(separator: " ").map(String.init), in: folder)
  }

  @Test(arguments: ["net.onnx", "--checkpoint net.onnx"])
  func `the layers of an ONNX model are listed`(arguments: String) throws {
    try inFolder { folder in
      let result = try deconv("layers \(arguments)", in: folder)
      #expect(result.code == 0)
      #expect(result.errors == "")
      #expect(result.lines[0] == "net.onnx: takes 12x12 gray images, pixels 0..1")
      let names = result.lines.dropFirst(2).map { $0.split(separator: " ")[1] }
      #expect(names == ["features.0", "features.5", "classifier.1"])
    }
  }

  @Test func `a model that leaves the size open takes the one that is given`() throws {
    try inFolder { folder in
      let result = try deconv("layers open.onnx --crop 20x24", in: folder)
      #expect(result.lines.first == "open.onnx: takes 20x24 gray images, pixels 0..1")
      let open = try deconv("layers open.onnx", in: folder)
      #expect(open.code == 1)
      #expect(open.errors.hasSuffix("--resize or --center-crop says it\n"))
    }
  }

  @Test func `an image of any size is resized and cropped`() throws {
    try inFolder { folder in
      let arguments = "project --checkpoint net.onnx --layer 1 --filter 2 --image photos/1.png"
      let plain = try deconv(arguments, in: folder)
      #expect(plain.code == 1)
      #expect(
        plain.errors == """
          deconv: photos/1.png: is 30x14, but the network takes 12x12 gray images; --resize and \
          --center-crop bring it to that size\n
          """)
      for flags in ["--resize 12x12", "--resize 13 --crop 12", "--crop 12x12"] {
        let result = try deconv("\(arguments) \(flags) --force", in: folder)
        #expect(result.code == 0, "\(result.errors)")
      }
      let small = try deconv("\(arguments) --resize 8 --crop 12 --force", in: folder)
      #expect(
        small.errors == """
          deconv: photos/1.png: is 17x8, too small for --center-crop 12x12; --resize makes it larger\n
          """)
    }
  }

  @Test func `a folder of images of any size is a data set`() throws {
    try inFolder { folder in
      let arguments = "project --checkpoint net.onnx --layer 2 --filter 1 --data photos"
      let result = try deconv("\(arguments) --resize 12 --crop 12", in: folder)
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("(the strongest of 3 test images)"))
      let mixed = try deconv(arguments + " --force", in: folder)
      #expect(
        mixed.errors == """
          deconv: photos/1.png: is 30x14, but photos/0.png is 16x20; --resize and --center-crop \
          bring them to one size\n
          """)
    }
  }

  @Test func `a mean and a standard deviation change what the network sees`() throws {
    try inFolder { folder in
      func activation(_ flags: String) throws -> String? {
        let result = try deconv(
          "project --checkpoint net.onnx --layer 1 --filter 2 --image photos/2.png --force "
            + flags, in: folder)
        #expect(result.code == 0, "\(result.errors)")
        return result.lines.first { $0.hasPrefix("activation") }
      }
      let plain = try activation("")
      #expect(try activation("--mean 0 --std 1") == plain)
      #expect(try activation("--mean 0.4 --std 0.25") != plain)
      let wrong = try deconv("layers net.onnx --mean 0.1,0.2,0.3", in: folder)
      #expect(wrong.code == 1)
      #expect(
        wrong.errors == """
          deconv: --mean has 3 numbers, but the network takes images of 1 channel\n
          """)
      #expect(try deconv("layers net.onnx --std 0", in: folder).code == 64)
      #expect(try deconv("layers net.onnx --crop 0", in: folder).code == 64)
      #expect(try deconv("layers net.onnx --mean x", in: folder).code == 64)
    }
  }

  @Test func `tensors of PyTorch are a network with a few lines of JSON`() throws {
    try withTemporaryFolder { folder in
      var tensors = NamedTensors()
      tensors["body.0.weight"] = Tensor(shape: [4, 1, 3, 3], repeating: 0.1)
      tensors["head.weight"] = Tensor(shape: [2, 16], repeating: 0.1)
      tensors["head.bias"] = Tensor(shape: [2], repeating: 0.1)
      try SafetensorsFile.write(tensors, to: folder + "/net.safetensors")
      try Data(
        """
        {"input": [1, 6, 6], "layers": [
          {"type": "Conv2d", "name": "body.0"}, {"type": "ReLU"},
          {"type": "MaxPool2d", "kernel_size": 2}, {"type": "Flatten"},
          {"type": "Linear", "name": "head"}]}
        """.utf8
      ).write(to: URL(fileURLWithPath: folder + "/net.json"))
      let result = try deconv("layers net.safetensors --architecture net.json", in: folder)
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.lines[0] == "net.safetensors: takes 6x6 gray images, pixels 0..1")
      #expect(result.lines.count == 4)
      let alone = try deconv("layers net.safetensors", in: folder)
      #expect(alone.code == 1)
      #expect(alone.errors.hasSuffix("--architecture can say it in a JSON file\n"))
      let lost = try deconv("layers --architecture net.json", in: folder)
      #expect(lost.code == 1)
    }
  }
}
