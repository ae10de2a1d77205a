import Foundation
import Images
import Testing

@Suite struct DeconvSaliencyTests {
  @Test(arguments: [
    ("gradient", "the gradient of its logit"), ("deconvnet", "the deconvnet from its logit"),
    ("guided", "guided backpropagation from its logit"),
    ("integrated", "integrated gradients: 50 steps from gray 0"),
    ("smoothgrad", "SmoothGrad: 50 copies, noise 0.15, seed 1"),
    ("gradcam", "Grad-CAM of layer 2 (conv2)"),
    ("guided-gradcam", "guided Grad-CAM of layer 2 (conv2)"),
  ])
  func everyMethodIsDrawnAndTold(method: String, words: String) throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv("saliency --method \(method) --index 4 --logdir logdir")
      #expect(result.code == 0)
      #expect(result.errors == "")
      #expect(
        result.lines.map { $0.prefix { $0 != " " } } == [
          "checkpoint", "image", "class", "method", "found",
        ] + (method == "integrated" ? ["sum"] : []) + ["scale", "output"])
      #expect(result.lines[3] == "method      \(words)")
      let image = try Image(contentsOf: folder + "/saliency.png")
      #expect(image.width > 700)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/logdir/deconv")
      #expect(files.count == 1)
    }
  }

  @Test func numbersComeAsArraysAndAsJSON() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv(
        "saliency --method guided-gradcam --layer 1 --class 7 --npy raw/ --format json --threads 1")
      #expect(result.code == 0)
      let objects = try LabNetwork.objects(result.output)
      #expect(objects.count == 1)
      #expect(objects[0]["method"] as? String == "guided-gradcam")
      #expect(objects[0]["class"] as? Int == 7 && objects[0]["layer"] as? Int == 1)
      #expect((objects[0]["scores"] as? [Any])?.count == 784)
      for (name, shape) in [
        ("scores", "(28, 28, 1)"), ("cam", "(28, 28)"), ("cam_weights", "(32,)"),
      ] {
        #expect(try LabNetwork.header("\(folder)/raw/\(name).npy").contains("'shape': \(shape)"))
      }
    }
  }

  @Test func aSeedGivesTheSameImageOnAnyNumberOfThreads() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      func image(_ flags: String) throws -> Data {
        let result = try network.deconv(
          "saliency --method smoothgrad --copies 9 \(flags) --force")
        #expect(result.code == 0)
        return try Data(contentsOf: URL(fileURLWithPath: folder + "/saliency.png"))
      }
      let first = try image("--seed 4 --threads 1")
      #expect(try image("--seed 4 --threads 2") == first)
      #expect(try image("--seed 5 --threads 2") != first)
    }
  }

  @Test func aColorImageIsTaken() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder, input: [16, 20, 3], data: nil)
      try Image(
        width: 20, height: 16, channels: 3,
        pixels: (0..<960).map { UInt8(truncatingIfNeeded: $0 * 37) }
      ).write(to: folder + "/mine.png")
      for method in ["gradient", "gradcam"] {
        let result = try network.deconv(
          "saliency --image mine.png --method \(method) --output \(method).png")
        #expect(result.code == 0, "\(result.errors)")
      }
    }
  }

  @Test func aMapOfNothingIsSaid() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder, zeroed: "fc2.weight")
      let result = try network.deconv("saliency")
      #expect(result.code == 0)
      #expect(result.lines.contains("found       nothing: the score of every pixel is 0"))
    }
  }

  @Test(arguments: [
    ("--method gradcam --layer 3", "layer 3 (fc1) is dense: it has no maps for gradcam to weigh"),
    ("--class dog", "there is no class dog: they are "),
    ("--index 99", "shapes: has no test image 99: they are 0 to 19"),
  ])
  func whatCantBeDoneIsToldInWords(arguments: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let result = try LabNetwork(in: folder).deconv("saliency \(arguments)")
      #expect(result.code == 1)
      #expect(result.output == "")
      #expect(result.errors.hasPrefix("deconv: \(sentence)"), "\(result.errors)")
    }
  }

  @Test func helpAndWrongUsage() throws {
    try LabNetwork.check(
      "saliency",
      wrongUsage: [
        "--method magic", "--steps 0", "--copies 0", "--noise -1", "--baseline 3",
        "--image a.png --index 1",
      ],
      flags: [
        "--method <method>", "default: gradient", "--steps <count>", "default: 50",
        "--noise <share>", "default: 0.15", "--baseline <gray>", "--seed <seed>", "--pooled",
      ])
  }
}
