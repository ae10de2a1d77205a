import Foundation
import Images
import Testing

@Suite struct DeconvEvaluateTests {
  @Test func methodsAreMeasuredDrawnAndLogged() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      let result = try network.deconv(
        "evaluate --method gradient,deconvnet,guided --images 3 --per-step 196 --logdir logdir")
      #expect(result.code == 0, "\(result.errors)")
      #expect(
        result.lines.prefix(5).map { $0.prefix { $0 != " " } } == [
          "checkpoint", "images", "pixels", "weights", "output",
        ])
      #expect(result.lines[1].hasSuffix("3 of 20 test images of shapes, their most probable class"))
      #expect(result.lines[3].hasSuffix("drawn anew from fc2, fc1, conv2 and conv1, seed 1"))
      let head = result.lines[5].split(separator: " ").map(String.init)
      #expect(head == ["method", "deletion", "insertion", "fc2", "+fc1", "+conv2", "+conv1"])
      #expect(
        result.lines[6...9].map { $0.prefix(9).trimmingCharacters(in: .whitespaces) } == [
          "gradient", "deconvnet", "guided", "random or",
        ])
      let sheet = try Image(contentsOf: folder + "/evaluation.png")
      #expect(sheet.width > 1500 && sheet.height > 400)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/logdir/deconv")
      #expect(files.count == 1)
      let tags = try Tool.tbevents.run(["inspect", "logdir/deconv"], in: folder).output
      for tag in ["deletion/gradient", "insertion/guided", "randomized/deconvnet"] {
        #expect(tags.contains("evaluation/\(tag)"), "\(tag)")
      }
    }
  }

  @Test func numbersComeAsArraysJSONAndCSV() throws {
    try withTemporaryFolder { folder in
      let network = try LabNetwork(in: folder)
      func run(_ more: String) throws -> Tool.Result {
        let result = try network.deconv(
          "evaluate --method gradcam,gradient --images 2 --per-step 392 --quiet " + more)
        #expect(result.code == 0, "\(result.errors)")
        return result
      }
      let objects = try LabNetwork.objects(run("--format json --npy raw --output a.svg").output)
      // Two curves of three points of each of three methods, four layers under two names of two.
      let points = 18 + 16
      #expect(objects.count == 3 + points)
      let names = objects.prefix(3).compactMap { $0["method"] as? String }
      #expect(names == ["gradcam", "gradient", "random order"])
      let deletion = try #require(objects[1]["deletion"] as? Double)
      let values = objects.filter {
        $0["method"] as? String == "gradient" && $0["curve"] as? String == "deletion"
      }.compactMap { $0["value"] as? Double }
      #expect(values.count == 3)
      let area = (values[0] + 2 * values[1] + values[2]) / 4
      #expect(abs(area - deletion) < 1e-9)
      for (name, shape) in [
        ("share", "(3,)"), ("deletion", "(3, 3)"), ("insertion", "(3, 3)"),
        ("randomized", "(2, 4)"),
        ("randomized_signed", "(2, 4)"),
      ] {
        #expect(try LabNetwork.header("\(folder)/raw/\(name).npy").contains("'shape': \(shape)"))
      }
      let svg = try String(contentsOfFile: folder + "/a.svg", encoding: .utf8)
      #expect(svg.contains("probability, pixels deleted") && svg.contains("random order"))
      let csv = try run("--format csv --threads 1 --force").lines
      #expect(csv[0] == "method,curve,at,value" && csv.count == 1 + points)
      #expect(try run("--format csv --threads 2 --force").lines == csv)
    }
  }

  @Test func helpAndWrongUsage() throws {
    try LabNetwork.check(
      "evaluate",
      wrongUsage: [
        "--method magic", "--method gradient,,guided", "--images 0", "--per-step 0", "--fill 2",
        "--blur 0", "--steps 0",
      ],
      flags: [
        "--method <list>", "--images <number>", "default: 50", "--per-step <pixels>",
        "--fill <gray>", "--blur <pixels>", "--seed <seed>", "default: evaluation.png",
      ])
  }
}
