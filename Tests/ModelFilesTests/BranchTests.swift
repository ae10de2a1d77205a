import Foundation
import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import ModelFiles
@testable import Visualization

/// Branching networks: against ONNX Runtime (see `Fixtures/make_branches.py`), as descriptions, and
/// projected.
@Suite struct BranchTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/branches").path
  static let names = ["residual", "inception", "dense", "rows"]

  private func checkpoint(_ name: String) throws -> Checkpoint {
    try Checkpoint(path: "\(Self.folder)/\(name).onnx")
  }

  private func input(_ name: String) throws -> Tensor {
    try FixtureArchive(path: "\(Self.folder)/expected.npz").array("\(name)_x").tensor
      .permuted(0, 2, 3, 1)
  }

  @Test(arguments: names)
  func `a branching network computes what ONNX Runtime does`(name: String) throws {
    let model = try checkpoint(name).makeModel()
    let expected = try FixtureArchive(path: "\(Self.folder)/expected.npz").array("\(name)_y")
    let x = try input(name)
    for output in [model(x), model.forward(x).output] {
      let got = output.rank == 4 ? output.permuted(0, 3, 1, 2) : output
      #expect(got.shape == expected.shape)
      #expect(relativeDifference(got.scalars, expected) < 1e-5)
    }
    #expect(
      try model.outputShape(for: Array(x.shape.dropFirst()))
        == Array(model(x).shape.dropFirst()))
  }

  @Test(arguments: names)
  func `a branching network's description makes it again`(name: String) throws {
    let model = try checkpoint(name).makeModel()
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
  func `training and inference have the gradient of the graph`(name: String) throws {
    let model = try checkpoint(name).makeModel()
    let x = try input(name)
    let (output, trace) = model.forward(x)
    var generator = SeededGenerator(seed: 5)
    let gradient = Tensor(
      shape: output.shape, scalars: (0..<output.count).map { _ in generator.nextNormal() })
    let gradients = model.backward(gradient, trace)
    let (trained, short) = model.forward(x, phase: .training(seed: 1, step: 1))
    #expect(trained == output)
    let again = model.backward(gradient, short)
    #expect(again.parameters == gradients.parameters && again.input == gradients.input)
    #expect(gradients.parameters.names == model.parameters.names)

    // Against differences along a random direction.
    func loss(_ model: Sequential, _ x: Tensor) -> Double {
      zip(model(x).scalars, gradient.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let direction = (0..<x.count).map { _ in generator.nextNormal() }
    let step: Float = 1e-3
    func moved(_ sign: Float) -> Tensor {
      Tensor(
        shape: x.shape, scalars: zip(x.scalars, direction).map { $0 + sign * step * $1 })
    }
    let slope = (loss(model, moved(1)) - loss(model, moved(-1))) / Double(2 * step)
    let dx = try #require(gradients.input).scalars
    let expected = zip(dx, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(slope - expected) < 2e-2 * max(1, abs(expected)), "\(slope) \(expected)")
  }

  @Test(arguments: ["residual", "inception", "rows"])
  func `the gradient rule is the graph's backward pass`(name: String) throws {
    let model = try checkpoint(name).makeModel()
    let deconvnet = Deconvnet(of: model)
    let x = try input(name)
    for layer in deconvnet.layers {
      let (_, trace) = model.forward(x)
      let projection = try deconvnet.project(
        .map(filter: 1), layer: layer.number, from: trace, rule: .gradient)
      let alone = try deconvnet.project(
        .map(filter: 1), layer: layer.number, of: x, rule: .gradient)
      #expect(projection.pixels == alone.pixels)
      #expect(projection.pixels.shape == x.shape)
      #expect(projection.pixels.scalars.contains { $0 != 0 })
    }
    // From the class.
    let (output, trace) = model.forward(x)
    guard output.rank == 2 else { return }
    var seed = Tensor(zeros: output.shape)
    for image in 0..<output.shape[0] { seed[image, 2] = 1 }
    let expected = model.backward(seed, trace).input
    #expect(try deconvnet.saliency(of: 2, in: x) == expected)
  }

  @Test(arguments: ProjectionRule.allCases)
  func `what comes down two branches adds up`(rule: ProjectionRule) throws {
    var generator = SeededGenerator(seed: 8)
    let stem = Conv2D(in: 2, out: 4, kernel: 3, using: &generator)
    let left = Conv2D(in: 4, out: 3, kernel: 3, using: &generator)
    let right = Conv2D(in: 4, out: 3, kernel: 1, using: &generator)
    let graph = Sequential([
      .init("stem", stem), .init("relu", ReLU()), .init("left", left),
      .init("right", right, inputs: ["relu"]), .init("sum", Add(), inputs: ["left", "right"]),
      .init("top", Conv2D(in: 3, out: 2, kernel: 1, using: &generator)),
    ])
    let x = Tensor(shape: [1, 6, 5, 2], scalars: (0..<60).map { _ in generator.nextNormal() })
    let top = try #require(graph["top"] as? Conv2D)
    let deconvnet = Deconvnet(of: graph)
    let projection = try deconvnet.project(
      .position(filter: 1, y: 2, x: 3), layer: 4, of: x, rule: rule)
    let value = try #require(projection.units.first).value
    // Both branches as one convolution: a 1×1 filter is a 3×3 one with zeros around it.
    var joined = left
    for channel in 0..<4 {
      for filter in 0..<3 {
        joined.weight[1, 1, channel, filter] += right.weight[0, 0, channel, filter]
      }
    }
    let net = Sequential(["stem": stem, "relu": ReLU(), "joined": joined, "top": top])
    let unit = FeatureUnit(
      image: 0, filter: 1, activation: Activation2D(y: 2, x: 3, value: value))
    let expected = try Deconvnet(of: net).project([unit], layer: 3, of: x, rule: rule)
    let worst =
      zip(expected[0].pixels.scalars, projection.pixels.scalars)
      .map { abs($0 - $1) }.max() ?? 1
    #expect(worst < 1e-5)
    // The field through branches is the larger one's.
    #expect(deconvnet.layers[3].receptiveField?.y.size == 5)
    #expect(deconvnet.layers[2].receptiveField?.y.size == 3)
  }

  @Test func `occlusion, ablation and activations go through branches`() throws {
    let model = try checkpoint("residual").makeModel()
    let deconvnet = Deconvnet(of: model)
    let x = try input("residual")
    let logits = model(x)
    for layer in deconvnet.layers {
      let (activations, same) = deconvnet.activationsAndLogits(of: x, layer: layer)
      #expect(same == logits)
      #expect(activations == deconvnet.activations(of: x, layer: layer))
      var ablation = Ablation(of: layer, filters: [0], in: deconvnet)
      var found: Tensor?
      ablation.look(at: x, labels: [0, 1]) { found = $1 }
      // A filter that is off is one whose weights and bias are 0, where no other layer follows.
      #expect(found?.shape == logits.shape && found != logits)
    }
    var seen = 0
    deconvnet.forEachLayer(of: x) { layer, activations in
      seen += 1
      #expect(layer.number == seen && activations == deconvnet.activations(of: x, layer: layer))
    }
    #expect(seen == deconvnet.layers.count)
  }

  @Test func `compositions inside of others keep their branches`() throws {
    var generator = SeededGenerator(seed: 3)
    func block() -> Sequential {
      Sequential([
        .init("conv", Conv2D(in: 3, out: 3, kernel: 3, using: &generator)), .init("relu", ReLU()),
        .init("sum", Add(), inputs: ["relu", Sequential.input]),
      ])
    }
    let model = Sequential([
      .init("a", block()), .init("b", block()), .init("c", block(), inputs: ["a"]),
      .init("all", Concat(), inputs: ["c", "b", Sequential.input]),
      .init("conv", Conv2D(in: 9, out: 2, kernel: 1, using: &generator)),
    ])
    let x = Tensor(shape: [1, 4, 4, 3], scalars: (0..<48).map { _ in generator.nextNormal() })
    let deconvnet = Deconvnet(of: model)
    #expect(deconvnet.layers.map(\.name) == ["a.conv", "b.conv", "c.conv", "conv"])
    #expect(
      deconvnet.activations(of: x, layer: try deconvnet.layer(named: "conv")) == model(x))
    let (output, trace) = model.forward(x)
    #expect(output == model(x))
    let expected = model.backward(Tensor(shape: output.shape, repeating: 1), trace).input
    let first = try deconvnet.project(.map(filter: 0), layer: 4, from: trace, rule: .gradient)
    #expect(first.pixels.shape == x.shape && expected?.shape == x.shape)
    #expect(throws: DeconvnetError.noLayerNamed("d", layers: deconvnet.layers.map(\.name))) {
      try deconvnet.layer(named: "d")
    }
  }

  @Test(arguments: [
    (#"{"type": "ReLU", "inputs": []}"#, "layer \"1\" has the inputs [], which aren't names"),
    (#"{"type": "ReLU", "inputs": [1]}"#, "layer \"1\" has the inputs [1], which aren't names"),
    (
      #"{"type": "ReLU", "inputs": ["b"]}"#,
      "layer \"relu1\" has the input \"b\", which no layer before it is called"
    ),
    (
      #"{"type": "ReLU", "inputs": ["input", "input"]}"#,
      "layer \"relu1\" has 2 inputs, which only an Add, Sub, Mul or Concat joins"
    ),
    (
      #"{"type": "Flatten", "name": "f"}, {"type": "Add", "inputs": ["f", "input"]}"#,
      "layer \"add1\" takes two inputs of one shape, but for lengths of 1, [8], but gets [2, 2, 2]"
    ),
    (
      #"{"type": "Flatten", "name": "f"}, {"type": "Concat", "inputs": ["f", "input"]}"#,
      "layer \"concat1\" takes inputs that agree with [8] but for channels, but gets [2, 2, 2]"
    ),
  ])
  func `branches that can't be are told`(layers: String, sentence: String) throws {
    let json = Data(#"{"input": [2, 2, 2], "layers": [\#(layers)]}"#.utf8)
    let value = try JSONDecoder().decode(JSONValue.self, from: json)
    let problem = #expect(throws: ModelProblem.self) {
      try ModelDescription(value).makeModel(ParameterSource(of: NamedTensors()))
    }
    #expect(problem?.description == sentence)
  }
}
