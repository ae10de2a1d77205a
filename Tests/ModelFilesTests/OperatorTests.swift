import Foundation
import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import ModelFiles
@testable import Visualization

/// What graphs hold besides convolutions and rectifiers: against ONNX Runtime (see
/// `Fixtures/make_operators.py`), as descriptions, and projected.
@Suite struct OperatorTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/operators").path
  static let names = [
    "gates", "constants", "functions", "written", "pads", "pads_7", "parts", "pools", "norms",
    "sizes", "last", "gray", "images",
  ]

  private func model(_ name: String) throws -> Sequential {
    try Checkpoint(path: "\(Self.folder)/\(name).onnx").makeModel()
  }

  /// The input, which the files "last" and "gray" take with the channels last.
  private func input(_ name: String) throws -> Tensor {
    let x = try FixtureArchive(path: "\(Self.folder)/expected.npz").array("\(name)_x").tensor
    return ["last", "gray"].contains(name) ? x : x.permuted(0, 2, 3, 1)
  }

  @Test(arguments: names)
  func `networks of these operators compute what ONNX Runtime does`(name: String) throws {
    let model = try model(name)
    let expected = try FixtureArchive(path: "\(Self.folder)/expected.npz").array("\(name)_y")
    let x = try input(name)
    for output in [model(x), model.forward(x).output] {
      let got =
        output.rank == 4 && name != "last" ? output.permuted(0, 3, 1, 2) : output
      #expect(got.shape == expected.shape)
      #expect(relativeDifference(got.scalars, expected) < 1e-5)
    }
    #expect(
      try model.outputShape(for: Array(x.shape.dropFirst())) == Array(model(x).shape.dropFirst()))
  }

  @Test(arguments: names)
  func `their descriptions make them again`(name: String) throws {
    let model = try model(name)
    let x = try input(name)
    try withTemporaryFolder { folder in
      let path = try Checkpoint.save(
        model, inputShape: Array(x.shape.dropFirst()),
        state: TrainingState(step: 1, seed: 1, data: nil), optimizer: nil, in: folder)
      let again = try Checkpoint(path: path).makeModel()
      #expect(again.layers.map(\.name) == model.layers.map(\.name))
      #expect(again.layers.map(\.inputs) == model.layers.map(\.inputs))
      #expect(again(x) == model(x))
    }
  }

  @Test(arguments: names)
  func `the gradient rule is the graph's backward pass`(name: String) throws {
    let model = try model(name)
    let x = try input(name)
    let deconvnet = Deconvnet(of: model)
    let (output, trace) = model.forward(x)
    for layer in deconvnet.layers {
      for rule in ProjectionRule.allCases {
        let pixels = try deconvnet.project(
          .map(filter: layer.filters - 1), layer: layer.number, from: trace, rule: rule
        ).pixels
        #expect(pixels.shape == x.shape && pixels.scalars.allSatisfy { $0.isFinite })
      }
    }
    var generator = SeededGenerator(seed: 5)
    let signal = Tensor(
      shape: output.shape, scalars: (0..<output.count).map { _ in generator.nextNormal() })
    let flat = model.backward(signal, trace).input
    #expect(
      try deconvnet.descend(
        signal, from: model.layers.count - 1, trace.children, rule: .gradient) == flat)
  }

  @Test func `what exporters write as arithmetic is one layer`() throws {
    let types = try model("written").layers.map { "\(type(of: $0.layer))" }
    #expect(
      types == ["Conv2D", "Hardswish", "Conv2D", "GELU", "LayerNorm", "BatchNorm2D", "Hardswish"])
    let functions = try model("functions").layers.map { "\(type(of: $0.layer))" }
    #expect(functions.filter { $0 == "SiLU" || $0 == "Mul" || $0 == "Sigmoid" } == ["SiLU"])
  }

  @Test func `zeros become a part of what takes them, where that is the same`() throws {
    let layers = try model("pads").layers
    #expect(
      layers.map { "\(type(of: $0.layer))" } == [
        "Conv2D", "ZeroPad2D", "MaxPool2D", "AveragePool2D", "ZeroPad2D", "Sigmoid",
      ])
    #expect(
      (layers[0].layer as? Conv2D)?.padding == Padding(top: 1, left: 0, bottom: 1, right: 2))
    #expect(try model("pads_7").layers.count == 2)
  }

  @Test func `images whose channels come last aren't moved about`() throws {
    for name in ["last", "gray"] {
      #expect(try !model(name).layers.contains { $0.layer is Permute })
    }
    #expect(try model("images").layers.contains { $0.layer is Permute })
  }

  /// As Keras's `UpSampling2D` is written: rows, then columns, each beside its copies.
  /// Channels come first, last, or are moved to the end after the first copies.
  @Test(arguments: ["first", "last", "moved"])
  func `copied rows and columns are larger images`(channels: String) throws {
    // 2×3 images of 2 channels, twice as high and three times as wide.
    let shapes =
      channels == "first"
      ? [[1, 2, 4, 3], [1, 2, 4, 3, 1], [1, 2, 4, 9]]
      : [[1, 4, 3, 2], [1, 4, 3, 1, 2], [1, 4, 9, 2]]
    let axes = ["first": [3, 4], "last": [2, 3], "moved": [3, 3]][channels, default: []]
    func repeats(_ axis: Int, _ count: Int) -> [Int] {
      (0..<5).map { $0 == axis ? count : 1 }
    }
    typealias Node = ONNXBytes.Node
    var model = ONNXBytes(
      nodes: [
        Node(type: "Relu", inputs: ["x"], output: "i"),
        Node(type: "Unsqueeze", inputs: ["i"], output: "a", integers: ["axes": [axes[0]]]),
        Node(type: "Tile", inputs: ["a", "twice"], output: "b"),
        Node(type: "Reshape", inputs: ["b", "high"], output: "c"),
        Node(type: "Reshape", inputs: ["c", "column"], output: "d"),
        Node(type: "Tile", inputs: ["d", "thrice"], output: "e"),
        Node(type: "Reshape", inputs: ["e", "wide"], output: "y"),
      ],
      initializers: [
        .integers("twice", repeats(axes[0], 2)), .integers("high", shapes[0]),
        .integers("column", shapes[1]), .integers("thrice", repeats(axes[1], 3)),
        .integers("wide", shapes[2]), .integers("wrong", repeats(1, 2)),
      ])
    model.operatorSet = 11
    model.input = [1, 2, 2, 3]
    if channels == "moved" {
      model.nodes[3].inputs[0] = "m"
      model.nodes.insert(
        Node(
          type: "Transpose", inputs: ["b"], output: "m", integers: ["perm": [0, 2, 3, 4, 1]]),
        at: 3)
    }
    if channels == "last" {
      model.nodes[0].inputs = ["t"]
      model.nodes.insert(
        Node(
          type: "Transpose", inputs: ["x"], output: "t", integers: ["perm": [0, 2, 3, 1]]), at: 0)
    }
    let x = Tensor(shape: [1, 2, 3, 2], scalars: (1...12).map { Float($0) })
    let enlarged = (0..<4).flatMap { row in
      (0..<9).flatMap { column in (0..<2).map { x[0, row / 2, column / 3, $0] } }
    }
    try model.withFile { path in
      let network = try Checkpoint(path: path).makeModel()
      #expect(network(x) == Tensor(shape: [1, 4, 9, 2], scalars: enlarged))
    }
    model.nodes[model.nodes.count - 2].inputs[1] = "wrong"
    try model.withFile { path in
      let error = #expect(throws: ONNXError.self) { try Checkpoint(path: path) }
      #expect(error?.description.contains("rows and columns of images are possible") == true)
    }
  }

  /// As Keras's `PReLU` is written: what is above zero, and a share of what is below.
  @Test func `what is negated changes its sign`() throws {
    typealias Node = ONNXBytes.Node
    var model = ONNXBytes(
      nodes: [
        Node(type: "Relu", inputs: ["x"], output: "above"),
        Node(type: "Neg", inputs: ["x"], output: "n"),
        Node(type: "Relu", inputs: ["n"], output: "below"),
        Node(type: "Mul", inputs: ["below", "slopes"], output: "scaled"),
        Node(type: "Add", inputs: ["above", "scaled"], output: "y"),
      ], initializers: [.floats("slopes", [1, 2, 1, 1], [-0.5, -0.25])])
    model.input = [1, 2, 1, 2]
    try model.withFile { path in
      let network = try Checkpoint(path: path).makeModel()
      let x = Tensor(shape: [1, 1, 2, 2], scalars: [-4, -4, 2, 3])
      #expect(network(x) == Tensor(shape: [1, 1, 2, 2], scalars: [-2, -1, 2, 3]))
    }
  }

  @Test func `a gate is a constant but for the gradient`() throws {
    var generator = SeededGenerator(seed: 3)
    let trunk = Conv2D(in: 2, out: 3, kernel: 3, using: &generator)
    let gate = Conv2D(in: 3, out: 3, kernel: 1, using: &generator)
    let graph = Sequential([
      .init("trunk", trunk), .init("pool", GlobalAveragePool2D()), .init("gate", gate),
      .init("sigmoid", Sigmoid()), .init("mul", Mul(), inputs: ["trunk", "sigmoid"]),
      .init("top", Conv2D(in: 3, out: 2, kernel: 1, using: &generator)),
    ])
    let x = Tensor(shape: [1, 5, 4, 2], scalars: (0..<40).map { _ in generator.nextNormal() })
    let deconvnet = Deconvnet(of: graph)
    let (_, trace) = graph.forward(x)
    // The network with the gate's numbers as a normalisation's weights.
    let numbers = try #require(trace.children[3].output).reshaped(to: [3])
    let zeros = Tensor(zeros: [3])
    let fixed = Sequential([
      .init("trunk", trunk),
      .init(
        "scale",
        BatchNorm2D(
          weight: numbers, bias: zeros, runningMean: zeros,
          runningVariance: Tensor(shape: [3], repeating: 1), epsilon: 0)),
      .init("top", try #require(graph.layers.last).layer),
    ])
    let unit = FeatureSelection.position(filter: 1, y: 2, x: 1)
    for rule in ProjectionRule.allCases {
      let got = try deconvnet.project(unit, layer: 3, from: trace, rule: rule).pixels.scalars
      let expected = try Deconvnet(of: fixed).project(
        unit, layer: 2, from: fixed.forward(x).trace, rule: rule
      ).pixels.scalars
      let worst = zip(got, expected).map { abs($0 - $1) }.max() ?? 1
      #expect((worst < 1e-5) == (rule != .gradient), "\(rule) \(worst)")
    }
  }

  @Test(
    arguments: [
      ("/layer3/layer3.1/conv2/Conv", [], "onnx::Conv_25", "layer3.1.conv2"),
      ("/features/features.3/features.3.0/Conv", [], nil, "features.3.0"),
      ("/layer1/layer1.0/downsample/downsample.0/Conv", [], nil, "layer1.0.downsample.0"),
      ("/Conv", [], nil, nil), ("", [], nil, nil), ("node_conv2d_3", [], nil, nil),
      ("n", ["", "layer1", "layer1.0", "layer1.0.conv1", "conv2d"], "val_3", "layer1.0.conv1"),
      ("n", ["", "conv2d"], nil, nil), ("model/block1/conv2d_1/Conv2D", [], "w", "conv2d_1"),
      ("/a/Conv", ["", "b", "c"], "d.weight", "d"),
    ] as [(String, [String], String?, String?)])
  func `layers are called as their modules`(
    node: String, scopes: [String], weights: String?, name: String?
  ) {
    var one = ONNXGraph.Node()
    (one.name, one.scopes) = (node, scopes)
    #expect(one.module(weights: weights) == name)
  }

  // MARK: Refusals

  private func problem(_ nodes: [ONNXBytes.Node], _ initializers: [ONNXBytes.Initializer] = [])
    throws -> String?
  {
    try ONNXBytes(nodes: nodes, initializers: initializers).withFile { path in
      do {
        _ = try Checkpoint(path: path).makeModel()
        return nil
      } catch {
        return "\(error)".replacing("\(path): ", with: "")
      }
    }
  }

  @Test(arguments: [
    (
      "QLinearConv",
      "; quantised networks can't be looked into: export the one of floating-point numbers"
    ),
    (
      "MultiHeadAttention",
      "; attention can't be looked into: networks of convolutions and dense layers are read"
    ),
    ("Loop", "; control flow can't be looked into: export the network for one fixed input"),
    ("Whatever", ""),
  ])
  func `what can't be looked into is refused with a remedy`(type: String, remedy: String) throws {
    // Even where something else takes its output.
    let nodes = [
      ONNXBytes.Node(type: type, inputs: ["x"], output: "a", name: "n"),
      ONNXBytes.Node(type: "Relu", inputs: ["a"], output: "y"),
    ]
    #expect(
      try problem(nodes)
        == "node \"n\" has the operator \(type), which no layer stands for\(remedy)")
  }

  @Test func `a network with attention is refused as one`() throws {
    let nodes = [
      ONNXBytes.Node(type: "Reshape", inputs: ["x", "s"], output: "a", name: "tokens"),
      ONNXBytes.Node(type: "MatMul", inputs: ["a", "a"], output: "y", name: "scores"),
    ]
    #expect(
      try problem(nodes, [.integers("s", [1, 2, 8])]) == """
        node "tokens" (Reshape) makes shape [1, 2, 8] of [1, 1, 4, 4]; images, rows and shuffled \
        channels are possible; attention can't be looked into: networks of convolutions and dense \
        layers are read
        """)
  }

  @Test func `hostile sizes are refused`() throws {
    func one(
      _ type: String, _ inputs: [String] = [], _ integers: [String: [Int]] = [:]
    ) -> [ONNXBytes.Node] {
      [ONNXBytes.Node(type: type, inputs: ["x"] + inputs, output: "y", integers: integers)]
    }
    let huge = Int.max
    func numbers(_ values: [Int]) -> [ONNXBytes.Initializer] { [.integers("p", values)] }
    let cases: [([ONNXBytes.Node], [ONNXBytes.Initializer])] = [
      (one("Pad", ["p"]), numbers([0, 0, huge, 0, 0, 0, huge, 0])),
      (one("Pad", ["p"]), numbers([0, 0, 1])),
      (one("Slice", ["p", "p", "p", "p"]), numbers([.min])),
      (one("Slice", ["p", "p"]), numbers([huge])),
      (one("Split", ["p"]), numbers([huge])),
      (one("Gather", ["p"]), numbers([huge, .min])),
      (one("Resize", ["", "", "p"]), numbers([1, 1, huge, huge])),
      (one("Resize", ["", "", "p"]), numbers([1, 1, 1 << 20, 1 << 20])),
      (one("MaxPool", [], ["kernel_shape": [huge, 1]]), []),
      (one("MaxPool", [], ["kernel_shape": [4096, 4096], "pads": [4095, 4095, 4095, 4095]]), []),
      (one("ReduceMean", ["p"]), numbers([huge])),
      (one("Reshape", ["p"]), numbers([1, huge, huge])),
      (one("Unsqueeze", ["p"]), numbers([huge])),
      (one("LayerNormalization", ["p", "p"]), numbers([1])),
      (one("InstanceNormalization", ["p", "p"]), numbers([1, 2])),
    ]
    for (nodes, initializers) in cases {
      #expect(try problem(nodes, initializers) != nil, "\(nodes[0].type) \(initializers.count)")
    }
  }
}
