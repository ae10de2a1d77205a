import NeuralNetworks
import Tensors
import Testing

@testable import Visualization

@Suite struct DeconvnetTests {
  private func image(_ shape: [Int], seed: Int = 1) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return Tensor(
      shape: shape, scalars: (0..<shape.reduce(1, *)).map { _ in generator.nextUniform() })
  }

  /// The identity in one filter each: what goes in comes out, so projections can be told by hand.
  private func identity(padding: Padding = Padding(0)) -> Conv2D {
    Conv2D(weight: Tensor(shape: [1, 1, 1, 1], scalars: [1]), bias: nil, padding: padding)
  }

  @Test func theGradientRuleIsBackwardsInputGradient() throws {
    let model = Sequential.leNet5(input: [28, 28, 3], classes: 7, seed: 4)
    let (logits, trace) = model.forward(image([3, 28, 28, 3]))
    var oneHot = Tensor(zeros: logits.shape)
    for index in 0..<3 { oneHot[index, 5] = 1 }
    let expected = model.backward(oneHot, trace, for: .input).input
    let projection = try Deconvnet(of: model).project(
      .class(5), layer: 4, from: trace, rule: .gradient)
    #expect(projection.pixels == expected)
  }

  @Test(arguments: ["relu", "tanh", "sigmoid"])
  func theGradientRuleIsBackwardsForEveryLayerInside(activation: String) throws {
    var generator = SeededGenerator(seed: 8)
    let layer = try #require(Activation(rawValue: activation)).layer
    let model = Sequential([
      "block": Sequential([
        "conv": Conv2D(
          in: 2, out: 5, kernel: Extent(3), stride: Extent(2), initializer: .he, using: &generator),
        "activation": layer,
        "pool": MaxPool2D(size: Extent(3), stride: Extent(2)),
      ]),
      "empty": Sequential([]),
      "mean": AveragePool2D(size: Extent(2), stride: Extent(1)),
      "flatten": Flatten(),
      "fc": Dense(in: 20, out: 3, initializer: .he, using: &generator),
      "drop": Dropout(rate: 0.5),
    ])
    let (output, trace) = model.forward(image([2, 14, 14, 2]))
    var oneHot = Tensor(zeros: output.shape)
    for index in 0..<2 { oneHot[index, 1] = 1 }
    let projection = try Deconvnet(of: model).project(
      .class(1), layer: 2, from: trace, rule: .gradient)
    #expect(projection.pixels == model.backward(oneHot, trace, for: .input).input)
  }

  @Test func overlappingWindowsAdd() throws {
    // The 5 in the middle is the maximum of all four 3×3 windows, which are 2 apart.
    var input = Tensor(zeros: [1, 5, 5, 1])
    input[0, 2, 2, 0] = 5
    let model = Sequential([
      "conv": identity(), "relu": ReLU(), "pool": MaxPool2D(size: Extent(3), stride: Extent(2)),
    ])
    let projection = try Deconvnet(of: model).project(
      .pooledMap(filter: 0), layer: 1, from: model.forward(input).trace)
    var expected = Tensor(zeros: [1, 5, 5, 1])
    expected[0, 2, 2, 0] = 20
    #expect(projection.pixels == expected)
  }

  @Test func theFirstOfTwoMaximaIsTheStrongest() throws {
    let input = Tensor(shape: [1, 2, 2, 1], scalars: [1, 3, 3, 2])
    let model = Sequential(["conv": identity(), "relu": ReLU()])
    let projection = try Deconvnet(of: model).project(
      .strongest(filter: 0), layer: 1, from: model.forward(input).trace)
    #expect(projection.units == [Activation2D(y: 0, x: 1, value: 3)])
    #expect(projection.pixels == Tensor(shape: [1, 2, 2, 1], scalars: [0, 3, 0, 0]))
  }

  @Test func theRulesDifferAtTheReLUAlone() {
    let input = Tensor(shape: [4], scalars: [1, 1, -1, -1])
    let signal = Tensor(shape: [4], scalars: [2, -2, 2, -2])
    let trace = ReLU().forward(input).trace
    func projected(_ rule: ProjectionRule) -> [Float] {
      ReLU().project(signal, through: trace, rule: rule).scalars
    }
    #expect(projected(.deconvnet) == [2, 0, 2, 0])
    #expect(projected(.guided) == [2, 0, 0, 0])
    #expect(projected(.gradient) == [2, -2, 0, 0])
  }

  @Test func nothingIsProjectedOutsideTheReceptiveField() throws {
    let model = Sequential.leNet5(seed: 2)
    let trace = model.forward(image([1, 28, 28, 1])).trace
    let deconvnet = Deconvnet(of: model)
    for (layer, y, x) in [(1, 0, 27), (1, 9, 13), (2, 0, 13), (2, 6, 8)] {
      let projection = try deconvnet.project(
        .position(filter: 3, y: y, x: x), layer: layer, from: trace, rule: .gradient)
      let field = try #require(projection.field(ofImage: 0))
      var inside = 0
      for row in 0..<28 {
        for column in 0..<28 where projection.pixels[0, row, column, 0] != 0 {
          #expect(field.rows.contains(row) && field.columns.contains(column))
          inside += 1
        }
      }
      // A dead unit would show nothing; the derivative of an active one fills its field.
      let isActive = projection.units[0].value > 0
      #expect(isActive ? inside > 0 : inside == 0)
    }
  }

  @Test func receptiveFieldsAreThoseOfTheTable() throws {
    let deconvnet = Deconvnet(of: Sequential.leNet5(seed: 1))
    let expected = [(5, 1, -2), (14, 2, -6)]
    for (layer, row) in zip(deconvnet.layers, expected) {
      let axis = ReceptiveField.Axis(size: row.0, jump: row.1, start: row.2)
      #expect(layer.receptiveField == ReceptiveField(y: axis, x: axis))
    }
    #expect(deconvnet.layers[2].receptiveField == nil)
    #expect(deconvnet.layers[1].receptiveField?.y.pixels(of: 3) == 0..<14)
    #expect(deconvnet.layers.map(\.name) == ["conv1", "conv2", "fc1", "fc2"])
    #expect(deconvnet.layers.map(\.filters) == [32, 64, 1024, 10])
    #expect(deconvnet.layers.map(\.isLast) == [false, false, false, true])
    #expect(deconvnet.layers.map(\.isRectified) == [true, true, true, false])
  }

  @Test func receptiveFieldsOfAlexNetAreThoseOfTheTable() {
    // torchvision's AlexNet at 224: conv1 … pool5, as size, jump, start.
    func conv(_ size: Int, _ stride: Int, _ padding: Int) -> any Layer {
      Conv2D(
        weight: Tensor(zeros: [size, size, 1, 1]), bias: nil, stride: Extent(stride),
        padding: Padding(padding))
    }
    let pool = MaxPool2D(size: Extent(3), stride: Extent(2))
    let chain: [any Layer] = [
      conv(11, 4, 2), pool, conv(5, 1, 2), pool, conv(3, 1, 1), conv(3, 1, 1), conv(3, 1, 1), pool,
    ]
    let expected = [
      (11, 4, -2), (19, 8, -2), (51, 8, -18), (67, 16, -18), (99, 16, -34), (131, 16, -50),
      (163, 16, -66), (195, 32, -66),
    ]
    var field: ReceptiveField? = .pixel
    for (layer, row) in zip(chain, expected) {
      field = field?.behind(ReLU())?.behind(layer)
      #expect(field?.y == ReceptiveField.Axis(size: row.0, jump: row.1, start: row.2))
      #expect(field?.x == field?.y)
    }
  }

  @Test func whatIsntThereIsTold() {
    let model = Sequential.leNet5(seed: 1)
    let deconvnet = Deconvnet(of: model)
    let trace = model.forward(image([1, 28, 28, 1])).trace
    func error(_ selection: FeatureSelection, layer: Int) -> String? {
      let error = #expect(throws: DeconvnetError.self) {
        try deconvnet.project(selection, layer: layer, from: trace)
      }
      return error?.description
    }
    let layers = "the network has layers 1 to 4 (conv1, conv2, fc1, fc2)"
    #expect(error(.strongest(filter: 0), layer: 0) == "there is no layer 0: \(layers)")
    #expect(error(.strongest(filter: 0), layer: 5) == "there is no layer 5: \(layers)")
    #expect(
      error(.strongest(filter: 64), layer: 2)
        == "layer 2 (conv2) has no filter 64: its filters are 0 to 63")
    #expect(
      error(.map(filter: -1), layer: 1)
        == "layer 1 (conv1) has no filter -1: its filters are 0 to 31")
    #expect(
      error(.position(filter: 0, y: 14, x: 0), layer: 2)
        == "layer 2 (conv2) has no position 14,0: its maps have rows 0 to 13 and columns 0 to 13")
    #expect(error(.pooledMap(filter: 0), layer: 3) == "layer 3 (fc1) has no pooling behind it")
    #expect(
      error(.class(0), layer: 3) == "layer 3 (fc1) isn't the last, so its units aren't classes")
    #expect(
      DeconvnetError.noSuchLayer(1, layers: []).description
        == "the network has no convolution and no dense layer")
  }

  @Test func aLayerThatHasNoWayDownIsNamed() {
    struct Doubling: Layer {
      func outputShape(for inputShape: [Int]) -> [Int] { inputShape }
      func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
        (input, Trace())
      }
      func backward(_ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds) -> Gradients {
        Gradients(input: gradient)
      }
    }
    let model = Sequential(["twice": Doubling(), "conv": identity(), "relu": ReLU()])
    let trace = model.forward(image([1, 2, 2, 1])).trace
    let error = #expect(throws: DeconvnetError.self) {
      try Deconvnet(of: model).project(.strongest(filter: 0), layer: 1, from: trace)
    }
    #expect(
      error?.description == "layer \"twice\" is a Doubling, which has no way down to the pixels")
  }

  @Test func activationsOfALayerAreThoseOfTheWholePass() throws {
    let model = Sequential.leNet5(seed: 6)
    let deconvnet = Deconvnet(of: model)
    let images = Tensor(shape: [2, 28, 28, 1], scalars: (0..<1568).map { Float($0 % 31) / 31 })
    let trace = model.forward(images).trace
    for (layer, stage) in zip(deconvnet.layers, [1, 4, 8, 10]) {
      #expect(deconvnet.activations(of: images, layer: layer) == trace.children[stage].output)
      #expect(
        deconvnet.activationShape(of: layer, input: [28, 28, 1])
          == trace.children[stage].output.map { Array($0.shape.dropFirst()) })
    }
    #expect(deconvnet.layers.map { deconvnet.parameterCount(of: $0) }.reduce(0, +) == 3_274_634)
  }
}
