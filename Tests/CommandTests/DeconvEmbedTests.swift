import Foundation
import Images
import Testing

@Suite struct DeconvEmbedTests {
  @Test func featuresGoIntoTheProjector() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let result = try lab.deconv("embed --npy raw --output images.png")
      #expect(result.code == 0)
      #expect(result.errors == "")
      #expect(
        result.lines.map { $0.prefix { $0 != " " } } == [
          "checkpoint", "layer", "images", "vectors", "neighbours", "run", "look", "output",
        ])
      #expect(result.lines[1] == "layer       3 (fc1)")
      #expect(result.lines[3] == "vectors     1,024 numbers each")
      #expect(result.lines[4].contains("% of the images have one of their class nearest"))
      let run = folder + "/logdir/deconv"
      let configuration = try String(
        contentsOfFile: run + "/projector_config.pbtxt", encoding: .utf8)
      #expect(configuration.contains("tensor_name: \"fc1:00012\""))
      #expect(configuration.contains("tensor_shape: 20") && configuration.contains("sprite {"))
      let metadata = try #require(
        FileManager.default.enumerator(atPath: run)?.compactMap { $0 as? String }
          .first { $0.hasSuffix("metadata.tsv") })
      let rows = try String(contentsOfFile: "\(run)/\(metadata)", encoding: .utf8)
        .split(separator: "\n")
      #expect(rows.count == 21 && rows[0] == "class\timage")
      #expect(try LabNetwork.header(folder + "/raw/features.npy").contains("'shape': (20, 1024)"))
      let images = try Image(contentsOf: folder + "/images.png")
      #expect(images.width == 5 * 28 && images.height == 4 * 28)
    }
  }

  @Test func convolutionsArePooled() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      for (flags, dimension) in [
        ("--layer conv2", 64), ("--layer 1 --pool mean", 32), ("--layer 2 --pool none", 12_544),
      ] {
        let result = try lab.deconv("embed \(flags) --images 7 --format json --quiet")
        #expect(result.code == 0, "\(flags): \(result.errors)")
        let object = try #require(try LabNetwork.objects(result.output).first)
        #expect(object["dimension"] as? Int == dimension)
        #expect(object["images"] as? Int == 7)
      }
    }
  }

  @Test func whatCantBeDoneIsToldInWords() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      for (arguments, sentence) in [
        (
          "--layer 5",
          "there is no layer 5: the network has layers 1 to 4 (conv1, conv2, fc1, fc2)"
        ),
        (
          "--checkpoint logdir/run --logdir .stdout",
          ".stdout/deconv: can't make the directory: Not a directory"
        ),
      ] {
        let result = try lab.deconv("embed \(arguments)")
        #expect(result.code == 1)
        #expect(result.output == "")
        #expect(result.errors == "deconv: \(sentence)\n")
      }
    }
  }

  @Test func helpUsageAndFlags() throws {
    try LabNetwork.check(
      "embed", wrongUsage: ["--images 0", "--pool sum"],
      flags: [
        "--layer <layer>", "--pool <pool>", "default: max)", "--images <number>",
        "(default: 1000)", "--split <split>", "--npy <directory>", "--format <format>",
        "--output <path>", "--force", "--threads <count>", "--quiet",
      ])
  }
}
