import NeuralNetworks
import Tensors
import Testing

/// Layers of branching networks: their gradients against differences, and what they refuse.
@Suite struct GraphLayerTests {
  private static func normal(_ shape: [Int], seed: Int) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return Tensor(
      shape: shape, scalars: (0..<shape.reduce(1, *)).map { _ in generator.nextNormal() })
  }

  /// A layer, and the shapes of its inputs; with numbers that lie off the kinks of its function.
  struct Case: Sendable, CustomTestStringConvertible {
    var layer: any Layer
    var inputs: [[Int]] = [[2, 5, 4, 6]]
    var scale: Float = 1
    var testDescription: String { "\(layer)".prefix(60) + " \(inputs)" }
  }

  private static let weight = normal([3, 2, 4, 6], seed: 2)
  static let cases: [Case] = [
    Case(layer: Hardtanh(least: -0.8, most: 1.1)),
    Case(layer: Hardtanh(least: 0, most: 6), scale: 3),
    Case(layer: Hardsigmoid(), scale: 2), Case(layer: Hardsigmoid(alpha: 0.2, beta: 0.4)),
    Case(layer: Hardswish(), scale: 2), Case(layer: SiLU(), scale: 2), Case(layer: ELU(alpha: 0.7)),
    Case(layer: GELU()), Case(layer: GELU(usesTanh: true)),
    Case(layer: PReLU(weight: normal([6], seed: 3))),
    Case(layer: PReLU(weight: normal([1], seed: 4)), inputs: [[3, 7]]),
    Case(layer: ZeroPad2D(padding: Padding(top: 1, left: 0, bottom: 2, right: 3))),
    Case(layer: Slice(.rows, from: 1, to: 5, by: 3)), Case(layer: Slice(.columns, from: 0, to: 2)),
    Case(layer: Slice(.channels, from: 1, to: 6, by: 2)),
    Case(layer: Slice(.channels, from: 2, to: 5), inputs: [[3, 7]]),
    Case(layer: ChannelShuffle(groups: 3)), Case(layer: Permute(order: [2, 0, 1])),
    Case(layer: Unflatten(shape: [2, 3, 4]), inputs: [[2, 24]]),
    Case(layer: Upsample(size: Extent(height: 7, width: 3))),
    Case(layer: Upsample(size: Extent(height: 3, width: 9), mode: .bilinear)),
    Case(layer: Upsample(size: 8, mode: .bilinear, coordinates: .alignCorners)),
    Case(layer: Upsample(size: 9, coordinates: .halfPixel, rounding: .halfDown, scale: [2, 1.9])),
    Case(
      layer: Conv2D(
        weight: normal([3, 2, 1, 6], seed: 21), bias: normal([6], seed: 22), stride: 2,
        padding: Padding(top: 1, left: 0, bottom: 2, right: 1), groups: 6)),
    Case(
      layer: Conv2D(
        weight: normal([2, 2, 2, 9], seed: 23), bias: nil,
        stride: Extent(height: 1, width: 3), dilation: Extent(height: 2, width: 1), groups: 3)),
    // A padding as large as the kernel.
    Case(
      layer: Conv2D(
        weight: normal([2, 2, 2, 3], seed: 24), bias: nil, padding: 2, groups: 3)),
    Case(
      layer: ConvTranspose2D(
        weight: weight, bias: normal([4], seed: 5), stride: Extent(height: 2, width: 1),
        padding: Padding(top: 1, left: 0, bottom: 0, right: 1),
        outputPadding: Extent(height: 1, width: 0))),
    Case(
      layer: ConvTranspose2D(
        weight: weight, bias: nil, stride: 2, dilation: Extent(height: 1, width: 2), groups: 2)),
    Case(layer: GroupNorm(groups: 2, channels: 6)),
    Case(
      layer: GroupNorm(
        groups: 6, channels: 6, weight: normal([6], seed: 6), bias: normal([6], seed: 7))),
    Case(
      layer: LayerNorm(channels: 6, weight: normal([6], seed: 8), bias: normal([6], seed: 9))),
    Case(layer: LayerNorm(channels: 7), inputs: [[3, 7]]),
    Case(layer: LayerNorm(channels: 5, bias: normal([5], seed: 14)), inputs: [[3, 5]]),
    Case(layer: LayerNorm(channels: 5, weight: normal([5], seed: 15)), inputs: [[2, 2, 2, 5]]),
    Case(layer: WidePool2D(.max, size: 4, stride: 1, padding: 1)),
    Case(layer: WidePool2D(.max, size: 2, stride: 1, dilation: Extent(height: 3, width: 2))),
    Case(
      layer: WidePool2D(
        .average(countsPadding: true), size: 3, stride: 2, padding: 1, roundsUp: true)),
    Case(layer: WidePool2D(.average(countsPadding: false), size: 3, stride: 2, padding: 1)),
    Case(layer: Mul(), inputs: [[2, 5, 4, 6], [2, 1, 1, 6]]),
    Case(layer: Mul(), inputs: [[2, 5, 4, 6], [2, 5, 4, 1]]),
    Case(layer: Mul(), inputs: [[2, 5, 1, 6], [2, 1, 4, 6]]),
    Case(layer: Mul(), inputs: [[2, 3, 1], [2, 3, 4]]),
    Case(layer: Mul(), inputs: [[2, 1, 4], [2, 3, 1]]),
    Case(layer: Mul(), inputs: [[2, 6], [2, 6]]), Case(layer: Mul(), inputs: [[2, 1], [2, 6]]),
    Case(layer: Sub(), inputs: [[2, 5, 4, 6], [2, 5, 4, 6]]),
    Case(layer: Sub(), inputs: [[2, 1, 1, 6], [2, 5, 4, 6]]),
    Case(layer: Add(), inputs: [[2, 1, 1, 6], [2, 5, 4, 6], [2, 5, 4, 1]]),
  ]

  @Test(arguments: cases)
  func `gradients are the slopes of differences`(one: Case) throws {
    let inputs = one.inputs.enumerated().map { place, shape in
      Kernels.affine(Self.normal(shape, seed: 10 + place), scale: one.scale, shift: 0)
    }
    // In a network, so that joining layers get all their inputs: rows of all, cut again.
    func output(_ layer: any Layer, _ inputs: [Tensor]) -> Tensor {
      (layer as? any JoiningLayer)?.output(joining: inputs) ?? layer(inputs[0])
    }
    let y = output(one.layer, inputs)
    #expect(
      try Array(y.shape.dropFirst())
        == one.layer.outputShape(of: one.inputs.map { Array($0.dropFirst()) }))
    let signal = Self.normal(y.shape, seed: 20)
    func loss(_ layer: any Layer, _ inputs: [Tensor]) -> Double {
      zip(output(layer, inputs).scalars, signal.scalars).reduce(0) {
        $0 + Double($1.0) * Double($1.1)
      }
    }
    var dx: [Tensor]
    var parameters = NamedTensors()
    if let joining = one.layer as? any JoiningLayer {
      dx = joining.gradients(signal, joining: inputs)
    } else {
      let (made, trace) = one.layer.forward(inputs[0])
      #expect(made == y)
      let gradients = one.layer.backward(signal, trace)
      dx = [try #require(gradients.input)]
      parameters = gradients.parameters
      let kept = one.layer.forward(inputs[0], phase: .training(seed: 1, step: 1)).trace
      let again = one.layer.backward(signal, kept)
      #expect(again.input == gradients.input && again.parameters == parameters)
    }
    #expect(dx.map(\.shape) == one.inputs)
    #expect(parameters.names == one.layer.parameters.names)
    let step: Float = 2e-3
    func check(_ name: String, _ gradient: Tensor, _ moved: (Int, Float) -> Double) {
      for place in stride(from: 0, to: gradient.count, by: max(1, gradient.count / 23)) {
        let slope = (moved(place, step) - moved(place, -step)) / Double(2 * step)
        let expected = Double(gradient.scalars[place])
        #expect(
          abs(slope - expected) < 1e-2 * max(1, abs(expected)),
          "\(name) \(place): \(slope) instead of \(expected)")
      }
    }
    for (index, gradient) in dx.enumerated() {
      check("input \(index)", gradient) { place, step in
        var moved = inputs
        moved[index].withUnsafeMutableBufferPointer { $0[place] += step }
        return loss(one.layer, moved)
      }
    }
    for (name, gradient) in parameters {
      check(name, gradient) { place, step in
        var layer = one.layer
        layer.visitParameters { visited, parameter in
          guard visited == name else { return }
          parameter.withUnsafeMutableBufferPointer { $0[place] += step }
        }
        return loss(layer, inputs)
      }
    }
  }

  /// An `Add` behind a convolution is carried out with it where both have one shape.
  @Test(arguments: [true, false])
  func `what is added to a convolution may go along it, and it along that`(isSmall: Bool) throws {
    let x = Self.normal([2, 5, 4, 3], seed: 30)
    let filters = isSmall ? 1 : 6
    let convolution = Conv2D(
      weight: Self.normal([1, 1, 3, filters], seed: 31), bias: Self.normal([filters], seed: 32))
    let other = Conv2D(weight: Self.normal([1, 1, 3, 6], seed: 33), bias: nil)
    var network = Sequential([
      "pool": GlobalAveragePool2D(), "gate": other, "conv": convolution, "sum": Add(),
      "relu": ReLU(),
    ])
    network.layers[2].inputs = [Sequential.input]
    network.layers[3].inputs = ["conv", "gate"]
    let pooled = other(GlobalAveragePool2D()(x))
    let sum = Add().output(joining: [convolution(x), pooled])
    #expect(network(x) == ReLU()(sum))
    #expect(network.forward(x).output == ReLU()(sum))
  }

  /// Numbers between 0 and a ceiling are cut off in a convolution's registers.
  @Test func `a ReLU6 behind a convolution has the bits of one by itself`() {
    let x = Kernels.affine(Self.normal([2, 9, 8, 5], seed: 34), scale: 4, shift: 0)
    for groups in [1, 5] {
      for side in [1, 3] {
        let convolution = Conv2D(
          weight: Self.normal([side, side, 5 / groups, 10], seed: 35),
          bias: Self.normal([10], seed: 36), padding: Padding(side / 2), groups: groups)
        let network = Sequential(["conv": convolution, "relu": Hardtanh(least: 0, most: 6)])
        let both = Hardtanh(least: 0, most: 6)(convolution(x))
        #expect(network(x) == both && network.forward(x).output == both)
        #expect(both.scalars.contains(6) && both.scalars.contains(0))
      }
    }
  }

  @Test func `shapes that can't be taken are refused`() {
    func refuses(_ layer: any Layer, _ shapes: [Int]...) -> Bool {
      (try? layer.outputShape(of: shapes)) == nil
    }
    #expect(refuses(Mul(), [4, 4, 2]) && refuses(Mul(), [4, 4, 2], [4, 4, 3]))
    #expect(refuses(Mul(), [4, 4, 2], [2]) && refuses(Sub(), [2], [2], [2]))
    #expect(refuses(Add(), [4, 4, 2], [4, 3, 2]))
    #expect(refuses(Slice(.rows, from: 0, to: 5), [4, 9, 9]))
    #expect(refuses(Slice(.rows, from: 0, to: 1), [4]))
    #expect(refuses(ChannelShuffle(groups: 3), [2, 2, 4]))
    #expect(refuses(Unflatten(shape: [2, 2, 2]), [9]))
    #expect(refuses(Permute(order: [2, 1, 0]), [3]))
    #expect(
      refuses(ZeroPad2D(padding: Padding(top: .max, left: 0, bottom: 1, right: 0)), [1, 1, 1]))
    #expect(refuses(PReLU(weight: Tensor(zeros: [3])), [2, 2, 2]))
    #expect(refuses(LayerNorm(channels: 3), [2, 2, 2]))
    #expect(refuses(GroupNorm(groups: 1, channels: 3), [3]))
    #expect(refuses(WidePool2D(.max, size: 20), [9, 30, 1]))
    #expect(
      refuses(
        ConvTranspose2D(weight: Tensor(zeros: [1, 1, 1, 1]), bias: nil, padding: 4), [3, 3, 1]))
    #expect(refuses(Upsample(size: 4), [4]))
  }

  @Test func `wide windows give what narrow ones do`() {
    let x = Self.normal([2, 9, 11, 3], seed: 1)
    for roundsUp in [false, true] {
      let narrow = MaxPool2D(
        size: 4, stride: 3, padding: Padding(top: 1, left: 2, bottom: 0, right: 3),
        roundsUp: roundsUp)
      let wide = WidePool2D(
        .max, size: 4, stride: 3, padding: narrow.padding, roundsUp: roundsUp)
      #expect(narrow(x) == wide(x))
      for counts in [false, true] {
        let narrow = AveragePool2D(
          size: 4, stride: 3, padding: narrow.padding, countsPadding: counts, roundsUp: roundsUp)
        let wide = WidePool2D(
          .average(countsPadding: counts), size: 4, stride: 3, padding: narrow.padding,
          roundsUp: roundsUp)
        let worst = zip(narrow(x).scalars, wide(x).scalars).map { abs($0 - $1) }.max() ?? 1
        #expect(worst < 1e-6)
      }
    }
  }
}
