import Foundation
import Images
import Testing

@Suite struct DeconvArchitectureTests {
  @Test func faultsAreToldWithAdvice() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let result = try lab.deconv("architecture")
      #expect(result.code == 0)
      #expect(result.errors == "")
      #expect(result.lines[0] == "checkpoint   logdir/run/checkpoint.safetensors")
      #expect(result.lines[1] == "images       20 test images of shapes")
      #expect(result.lines[2].hasPrefix("frequencies  layer 1: low "))
      #expect(result.lines[3] == "output       architecture.png")
      #expect(result.lines[4].hasPrefix("layer  name   filters  dead  rare  kernel  stride"))
      #expect(
        result.lines[6].split(separator: " ").prefix(7) == [
          "2", "conv2", "64", "1", "0", "5x5", "1,1",
        ])
      #expect(
        result.output.contains(
          "1 of 64 filters of layer 2 (conv2) are dead: 0 on all 20 images. What nothing excites"))
      let sheet = try Image(contentsOf: folder + "/architecture.png")
      #expect(sheet.width > 500 && sheet.height > 400)
    }
  }

  @Test func filtersAndFindingsAreLines() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let result = try lab.deconv(
        "architecture --format json --npy raw --logdir logdir --output a.png --split train "
          + "--per-class 2 --quiet")
      #expect(result.code == 0, "\(result.errors)")
      let objects = try LabNetwork.objects(result.output)
      let filters = objects.filter { $0["finding"] == nil }
      #expect(filters.count == 32 + 64 + 1024 + 10)
      #expect(filters[34]["dead"] as? Bool == true && filters[35]["dead"] as? Bool == false)
      let shares = ["low", "mid", "high"].compactMap { filters[0][$0] as? Double }
      #expect(shares.count == 3 && abs(shares.reduce(0, +) - 1) < 1e-9)
      #expect(filters[40]["low"] == nil)
      let dead = try #require(objects.first { $0["finding"] as? String == "dead" })
      #expect(dead["layer"] as? Int == 2 && dead["filters"] as? [Int] == [2])
      #expect(try LabNetwork.header(folder + "/raw/spectrum.npy").contains("'shape': (32, 3)"))
      #expect(try LabNetwork.header(folder + "/raw/layer2_rms.npy").contains("'shape': (64,)"))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/logdir/deconv")
      #expect(files.count == 1 && files[0].contains("tfevents"))
      let again = try lab.deconv("architecture --output a.png")
      #expect(again.code == 1)
      #expect(again.errors == "deconv: a.png: exists already; --force replaces it\n")
    }
  }

  @Test func helpUsageAndFlags() throws {
    try LabNetwork.check(
      "architecture", wrongUsage: ["--layer 1", "--split none", "--threads 0"],
      flags: [
        "--data <set>", "--split <split>", "default: test; for evolve train)",
        "--per-class <count>",
        "--npy <directory>", "--format <format>", "--output <path>", "(default: architecture.png)",
        "--force", "--threads <count>", "--quiet",
      ])
  }
}
