import NeuralNetworks
import TestFixtures
import Tensors
import Testing

@Suite struct LayerTests {
  @Test(
    arguments: ["same5", "narrow", "valid", "strided", "lopsided", "wide", "pointwise"],
    ["dense", "sparse"])
  func convolutionEqualsPyTorch(name: String, kind: String) throws {
    let sizes = try LayerFixtures.integers("conv_\(name)_sizes")
    let layer = Conv2D(
      weight: try LayerFixtures.tensor("conv_\(name)_weight"),
      bias: try LayerFixtures.tensor("conv_\(name)_bias"),
      stride: Extent(height: sizes[0], width: sizes[1]),
      padding: Padding(top: sizes[2], left: sizes[3], bottom: sizes[4], right: sizes[5]))
    let input = try LayerFixtures.tensor("conv_\(name)_x")
    let (output, trace) = layer.forward(input)
    try expectClose(output, "conv_\(name)_y")
    #expect(
      try Array(output.shape.dropFirst())
        == layer.outputShape(for: Array(input.shape.dropFirst())))
    #expect(layer(input) == output)
    let gradients = layer.backward(
      try LayerFixtures.tensor("conv_\(name)_\(kind)_dy"), trace)
    try expectClose(gradients.input, "conv_\(name)_\(kind)_dx")
    try expectClose(gradients.parameters["weight"], "conv_\(name)_\(kind)_dweight")
    try expectClose(gradients.parameters["bias"], "conv_\(name)_\(kind)_dbias")
  }

  @Test func convolutionIsWrittenWithLiterals() throws {
    var generator = SeededGenerator(seed: 1)
    let layer = Conv2D(
      in: 4, out: 6, kernel: 3, stride: 2, padding: 1, dilation: 2, groups: 2, using: &generator)
    #expect(layer.weight.shape == [3, 3, 2, 6])
    #expect(layer.bias == Tensor(zeros: [6]))
    #expect(layer.stride == Extent(2) && layer.padding == Padding(1))
    #expect(try layer.outputShape(for: [9, 9, 4]) == [4, 4, 6])
    let input = Tensor(shape: [1, 9, 9, 4], scalars: (0..<324).map { Float($0 % 7) })
    #expect(layer(input).shape == [1, 4, 4, 6])
    // Without a padding a stride of 1 keeps the size, and weights are He's: σ² = 2 / fan in.
    let same = Conv2D(in: 64, out: 64, kernel: 3, using: &generator)
    #expect(try same.outputShape(for: [9, 8, 64]) == [9, 8, 64])
    let squares = same.weight.scalars.reduce(0) { $0 + Double($1 * $1) }
    #expect(abs(squares / Double(same.weight.count) * 576 / 2 - 1) < 0.05)
  }

  @Test func convolutionWithoutBiasStartsFromZero() throws {
    let weight = try LayerFixtures.tensor("conv_narrow_weight")
    let layer = Conv2D(weight: weight, bias: nil, padding: Padding(1))
    let zeroed = Conv2D(weight: weight, bias: Tensor(zeros: [10]), padding: Padding(1))
    let input = try LayerFixtures.tensor("conv_narrow_x")
    #expect(layer(input) == zeroed(input))
    #expect(layer.parameters.names == ["weight"])
    let (output, trace) = layer.forward(input)
    #expect(layer.backward(output, trace).parameters.names == ["weight"])
  }

  @Test(arguments: ["side", "odd", "overlap", "padded", "ceil", "flat"])
  func maxPoolingEqualsPyTorch(name: String) throws {
    let sizes = try LayerFixtures.integers("pool_\(name)_sizes")
    let layer = MaxPool2D(
      size: Extent(height: sizes[0], width: sizes[1]),
      stride: Extent(height: sizes[2], width: sizes[3]),
      padding: Padding(top: sizes[4], left: sizes[5], bottom: sizes[4], right: sizes[5]),
      roundsUp: sizes[6] == 1)
    let (output, trace) = layer.forward(try LayerFixtures.tensor("pool_\(name)_x"))
    try expectClose(output, "pool_\(name)_y")
    let switches = try #require(trace.switches)
    #expect(switches.planePositions == (try LayerFixtures.integers("pool_\(name)_switches")))
    let gradients = layer.backward(try LayerFixtures.tensor("pool_\(name)_dy"), trace)
    try expectClose(gradients.input, "pool_\(name)_dx")
  }

  @Test(arguments: ["side", "odd", "overlap", "padded", "flat"], ["counted", "inside"])
  func averagePoolingEqualsPyTorch(name: String, kind: String) throws {
    let sizes = try LayerFixtures.integers("pool_\(name)_sizes")
    let layer = AveragePool2D(
      size: Extent(height: sizes[0], width: sizes[1]),
      stride: Extent(height: sizes[2], width: sizes[3]),
      padding: Padding(top: sizes[4], left: sizes[5], bottom: sizes[4], right: sizes[5]),
      countsPadding: kind == "counted")
    let (output, trace) = layer.forward(try LayerFixtures.tensor("pool_\(name)_x"))
    try expectClose(output, "average_\(name)_\(kind)_y")
    let gradients = layer.backward(
      try LayerFixtures.tensor("average_\(name)_\(kind)_dy"), trace)
    try expectClose(gradients.input, "average_\(name)_\(kind)_dx")
  }

  @Test func firstMaximumInRowMajorOrderWinsATie() {
    let flat = Tensor(shape: [1, 4, 4, 1], repeating: 3)
    let (_, trace) = MaxPool2D(2).forward(flat)
    #expect(trace.switches?.planePositions == [0, 2, 8, 10])
  }

  @Test func denseLayerEqualsPyTorch() throws {
    let layer = Dense(
      weight: try LayerFixtures.tensor("dense_weight"), bias: try LayerFixtures.tensor("dense_bias")
    )
    let (output, trace) = layer.forward(try LayerFixtures.tensor("dense_x"))
    try expectClose(output, "dense_y")
    let gradients = layer.backward(try LayerFixtures.tensor("dense_dy"), trace)
    try expectClose(gradients.input, "dense_dx")
    try expectClose(gradients.parameters["weight"], "dense_dweight")
    try expectClose(gradients.parameters["bias"], "dense_dbias")
  }

  @Test(arguments: Activation.allCases)
  func activationEqualsPyTorch(activation: Activation) throws {
    let (output, trace) = activation.layer.forward(try LayerFixtures.tensor("activation_x"))
    try expectClose(output, "activation_\(activation)_y", within: 5e-7)
    let ones = Tensor(shape: output.shape, repeating: 1)
    try expectClose(
      activation.layer.backward(ones, trace).input, "activation_\(activation)_dx", within: 5e-7)
  }

  @Test func activationsKeepSmallNumbersExact() throws {
    let input = try LayerFixtures.tensor("activation_x")
    let expected = try LayerFixtures.tensor("activation_tanh_y")
    for (got, want) in zip(Tanh()(input).scalars, expected.scalars) {
      #expect(abs(got - want) <= 4e-7 * abs(want), "tanh \(got) instead of \(want)")
    }
  }

  @Test func softmaxCrossEntropyEqualsPyTorch() throws {
    let result = softmaxCrossEntropy(
      try LayerFixtures.tensor("entropy_logits"),
      labels: try LayerFixtures.integers("entropy_labels"))
    let mean = try LayerFixtures.array("entropy_loss").numbers[0]
    #expect(abs(Double(result.mean) - mean) < 1e-6 * mean)
    try expectClose(result.gradient, "entropy_dlogits", within: 1e-6)
    try expectClose(result.probabilities, "entropy_probabilities", within: 1e-6)
  }

  @Test func crossEntropyCountsCorrectPredictions() {
    let logits = Tensor(shape: [3, 2], scalars: [1, 0, 0, 1, 5, 5])
    let result = softmaxCrossEntropy(logits, labels: [0, 0, 0])
    #expect(result.predictions == [0, 1, 0])
    #expect(result.correctCount == 2)
  }

  @Test func flattenEmitsChannelRowColumnOrder() {
    let image = Tensor(shape: [1, 2, 2, 3], scalars: (0..<12).map(Float.init))
    let (output, trace) = Flatten().forward(image)
    #expect(output.shape == [1, 12])
    #expect(output.scalars == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11])
    #expect(Flatten().backward(output, trace).input == image)
  }
}
