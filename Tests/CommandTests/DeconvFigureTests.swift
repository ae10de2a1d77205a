import Foundation
import Images
import ModelFiles
import NeuralNetworks
import Tensors
import Testing

/// The article's figures, in one command each.
@Suite struct DeconvFigureTests {
  @Test func figure1ShowsEachStepOfTheWayDown() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      let result = try lab.deconv("project --layer 2 --filter 7 --steps --output steps.svg")
      #expect(result.code == 0, "\(result.errors)")
      let svg = try String(contentsOfFile: folder + "/steps.svg", encoding: .utf8)
      for step in [
        "kept, conv2", "rectified, relu2", "filtered, conv2", "unpooled, pool1", "rectified, relu1",
        "filtered, conv1",
      ] {
        #expect(svg.contains(">\(step)</text>"), "\(step)")
      }
      let several = try lab.deconv("project --layer 2 --filter 7,8 --steps")
      #expect(several.code == 1)
      #expect(several.errors == "deconv: --steps shows one filter; --filter names 2\n")
      let dense = try lab.deconv("project --layer 4 --filter 3 --steps --output dense.png")
      #expect(dense.code == 0, "\(dense.errors)")
    }
  }

  @Test func figure2ShowsSomeFiltersOfAllLayersDrawnByLot() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      func filters(_ flags: String) throws -> [[Int]] {
        let result = try lab.deconv("top \(flags) --count 2 --format json --force")
        #expect(result.code == 0, "\(result.errors)")
        return try LabNetwork.objects(result.output).map {
          [$0["layer"] as? Int ?? 0, $0["filter"] as? Int ?? -1]
        }
      }
      let first = try filters("--layer all --random 3 --npy raw")
      #expect(first.map { $0[0] } == [1, 1, 1, 2, 2, 2])
      #expect(first == first.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) })
      #expect(try filters("--layer conv1,2 --random 3") == first)
      #expect(try filters("--layer all --random 3 --seed 2") != first)
      #expect(try filters("--layer 1 --random 100").count == 32)
      #expect(lab.exists("layers-top2.png") && lab.exists("raw/layer2_projection.npy"))
      #expect(
        try LabNetwork.header(folder + "/raw/layer1_index.npy").contains("'shape': (3, 2)"))
    }
  }

  @Test func figure6ShowsTwoNetworks() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      var other = Sequential.leNet5(input: [28, 28, 1], seed: 9)
      other.visitParameters { _, parameter in
        parameter = Tensor(shape: parameter.shape, scalars: parameter.scalars.map { 2 * $0 })
      }
      try Checkpoint.save(
        other, inputShape: [28, 28, 1], state: TrainingState(step: 1, seed: 1, data: nil),
        optimizer: nil, in: folder + "/other")
      let result = try lab.deconv(
        "filters --checkpoint logdir/run --beside other --shared-scale --output f.svg")
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.lines.contains { $0.hasPrefix("beside") && $0.contains("other/") })
      let svg = try String(contentsOfFile: folder + "/f.svg", encoding: .utf8)
      #expect(svg.components(separatedBy: "<image ").count == 1 + 64)
      let rows = try lab.deconv(
        "filters --checkpoint logdir/run --beside other --format csv --force --output f.svg"
      ).lines
      #expect(rows[0] == "checkpoint,layer,name,filter,min,max" && rows.count == 65)
    }
  }

  @Test func figure7HasTheStrongestMapsProjections() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      func images(_ flags: String) throws -> Int {
        let result = try lab.deconv("occlude --size 14 --stride 7 --output o.svg --force \(flags)")
        #expect(result.code == 0, "\(result.errors)")
        let svg = try String(contentsOfFile: folder + "/o.svg", encoding: .utf8)
        #expect(svg.contains(">its projection</text>"))
        #expect(svg.contains(">in other images</text>") == flags.contains("others"))
        return svg.components(separatedBy: "<image ").count - 1
      }
      // Each of the others has its projection and what the unit saw.
      #expect(try images("--others 4") == images("") + 8)
    }
  }

  @Test func figure5TakesImagesThatTheNetworkGetsRight() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder, data: nil)
      // Images of a class are of one gray; the network tells three of them apart.
      for (label, gray) in [0, 60, 120, 180, 240].enumerated() {
        let directory = "\(folder)/set/\(label)"
        try FileManager.default.createDirectory(
          atPath: directory, withIntermediateDirectories: true)
        for number in 0..<2 {
          try Image(
            width: 28, height: 28, channels: 1, filledWith: Color(gray: UInt8(gray + number))
          )
          .write(to: "\(directory)/\(number).png")
        }
      }
      var five = Sequential.leNet5(input: [28, 28, 1], classes: 5, seed: 1)
      five.visitParameters { name, parameter in
        // The last layer's bias makes class 2 of everything.
        if name == "fc2.bias" { parameter[2] = 1000 }
      }
      try Checkpoint.save(
        five, inputShape: [28, 28, 1], state: TrainingState(step: 1, seed: 1, data: nil),
        optimizer: nil, in: folder + "/five")
      let result = try lab.deconv(
        "invariance --checkpoint five --data set --turn 180 --shift 1 --format json")
      #expect(result.code == 0, "\(result.errors)")
      // It gets one class right only, so that five are taken as they come.
      let classes = Set(try LabNetwork.objects(result.output).compactMap { $0["class"] as? Int })
      #expect(classes == [0, 1, 2, 3, 4])
    }
  }

  @Test func layersThatBranchAreDrawn() throws {
    try withTemporaryFolder { folder in
      let lab = try LabNetwork(in: folder)
      var generator = SeededGenerator(seed: 1)
      var model = Sequential([
        "conv1": Conv2D(in: 1, out: 4, kernel: Extent(3), initializer: .he, using: &generator),
        "conv2": Conv2D(in: 4, out: 4, kernel: Extent(3), initializer: .he, using: &generator),
        "sum": Add(), "flatten": Flatten(),
        "fc": Dense(in: 256, out: 2, initializer: .he, using: &generator),
      ])
      model.layers[2].inputs = ["conv2", "conv1"]
      try Checkpoint.save(
        model, inputShape: [8, 8, 1], state: TrainingState(step: 1, seed: 1, data: nil),
        optimizer: nil, in: folder + "/branch")
      let result = try Tool.deconv.run(
        ["layers", "branch", "--output", "net.svg"], in: folder, environment: ["LC_ALL": "C.UTF-8"])
      #expect(result.code == 0, "\(result.errors)")
      #expect(
        result.lines.suffix(8) == [
          "●   input                8x8x1",
          "●   conv1    Conv2d 3x3  8x8x4",
          "├─┐ ",
          "│ ● conv2    Conv2d 3x3  8x8x4",
          "├─┘ ",
          "●   sum      Add         8x8x4",
          "●   flatten  Flatten     256",
          "●   fc       Linear      2",
        ])
      let svg = try String(contentsOfFile: folder + "/net.svg", encoding: .utf8)
      for name in ["conv1", "conv2", "sum", "flatten", "fc"] { #expect(svg.contains(">\(name)<")) }
      #expect(try lab.deconv("layers branch --output net.png --logdir looks").code == 0)
      let graph = try #require(try LoggedRun(folder: folder + "/looks/deconv").graph)
      #expect(String(decoding: graph, as: UTF8.self).contains("fc/Dense"))
      let ascii = try Tool.deconv.run(
        ["layers", "branch"], in: folder, environment: ["LC_ALL": "C"])
      #expect(ascii.lines.contains("| * conv2    Conv2d 3x3  8x8x4"))
      // A chain is drawn when asked for.
      #expect(!(try lab.deconv("layers --checkpoint logdir/run").output.contains("relu1")))
      #expect(try lab.deconv("layers --checkpoint logdir/run --graph").output.contains("relu1"))
    }
  }
}
