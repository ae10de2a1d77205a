import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import Visualization

/// The way down by windows against that of whole maps, which stays.
@Suite struct WindowTests {
  /// Networks whose layers lie in each other's way: strides, overlaps, padding on one side.
  enum Net: String, CaseIterable, Sendable {
    case lenet, strided, overlapping, averages, smooth, bare

    var model: Sequential {
      var generator = SeededGenerator(seed: 3)
      func conv(
        _ channels: Int, _ filters: Int, _ side: Int, stride: Int = 1, padding: Padding? = nil
      ) -> Conv2D {
        Conv2D(
          in: channels, out: filters, kernel: Extent(side), stride: Extent(stride),
          padding: padding, initializer: .he, using: &generator)
      }
      switch self {
      case .lenet: return .leNet5(input: [28, 28, 3], seed: 5)
      case .strided:
        return Sequential([
          "a": conv(3, 6, 5, stride: 3, padding: Padding(1)), "ra": ReLU(),
          "b": conv(6, 7, 3, stride: 2, padding: Padding(top: 0, left: 1, bottom: 2, right: 0)),
          "rb": ReLU(), "c": conv(7, 4, 1), "rc": ReLU(),
        ])
      case .overlapping:
        return Sequential([
          "a": conv(3, 18, 3), "ra": ReLU(),
          "pa": MaxPool2D(size: Extent(3), stride: Extent(2), padding: Padding(1)),
          "b": conv(18, 5, 3), "rb": ReLU(),
          "pb": MaxPool2D(size: Extent(height: 3, width: 2), stride: Extent(height: 2, width: 1)),
          "c": conv(5, 4, 3), "rc": ReLU(),
        ])
      case .averages:
        return Sequential([
          "block": Sequential([
            "a": conv(3, 6, 3), "ra": ReLU(),
            "pa": AveragePool2D(
              size: Extent(3), stride: Extent(2), padding: Padding(1), countsPadding: false),
          ]),
          "b": conv(6, 5, 3), "rb": ReLU(),
          "pb": AveragePool2D(size: Extent(2), stride: Extent(1), padding: Padding(1)),
          "drop": Dropout(rate: 0.5), "c": conv(5, 4, 3), "rc": ReLU(),
        ])
      case .smooth:
        return Sequential([
          "a": conv(3, 6, 3), "ta": Tanh(), "pa": MaxPool2D(2), "b": conv(6, 4, 5),
          "sb": Sigmoid(),
        ])
      case .bare: return Sequential(["a": conv(3, 6, 3), "b": conv(6, 4, 3, stride: 2)])
      }
    }
  }

  private func images(_ count: Int) -> Tensor {
    var generator = SeededGenerator(seed: 11)
    let shape = [count, 28, 28, 3]
    return Tensor(
      shape: shape, scalars: (0..<shape.reduce(1, *)).map { _ in generator.nextUniform() - 0.4 })
  }

  /// The projection by whole maps.
  private func whole(
    _ deconvnet: Deconvnet, _ unit: Activation2D, filter: Int, layer: NumberedLayer,
    _ traces: [Trace], image: Int, rule: ProjectionRule
  ) throws -> [Float] {
    let maps = try #require(traces[layer.stage].output)
    var signal = Tensor(zeros: maps.shape)
    signal[image, unit.y, unit.x, filter] = unit.value
    let pixels = try deconvnet.descend(signal, from: layer.stage, traces, rule: rule)
    let count = pixels.count / pixels.shape[0]
    return Array(pixels.scalars[image * count..<(image + 1) * count])
  }

  private func difference(_ got: [Float], _ expected: [Float]) -> Float {
    let largest = expected.map(abs).max() ?? 0
    let worst = zip(got, expected).map { abs($0 - $1) }.max() ?? .infinity
    return got.count == expected.count ? (largest > 0 ? worst / largest : worst) : .infinity
  }

  @Test(arguments: Net.allCases, ProjectionRule.allCases)
  func windowsGiveWhatWholeMapsGive(net: Net, rule: ProjectionRule) throws {
    let model = net.model
    let deconvnet = Deconvnet(of: model)
    let images = images(2)
    let chain = Sequential(deconvnet.chain.layers)
    let traces = chain.forward(images).trace.children
    var compared = 0
    for layer in deconvnet.layers where layer.kind == .convolution {
      #expect(deconvnet.windowStart(of: layer) != nil)
      let maps = try #require(traces[layer.stage].output)
      let (height, width) = (maps.shape[1], maps.shape[2])
      // The corners, an edge, the middle.
      let places = [
        (0, 0), (height - 1, width - 1), (0, width - 1), (height / 2, 0), (height / 2, width / 2),
      ]
      var units: [FeatureUnit] = []
      for (index, place) in places.enumerated() {
        let (image, filter) = (index % 2, index % layer.filters)
        let value = maps[image, place.0, place.1, filter]
        units.append(
          FeatureUnit(
            image: image, filter: filter,
            activation: Activation2D(y: place.0, x: place.1, value: value)))
      }
      let projections = try deconvnet.project(
        units, layer: layer.number, of: images, rule: rule)
      for (unit, projection) in zip(units, projections) {
        #expect(projection.unit == unit)
        let expected = try whole(
          deconvnet, unit.activation, filter: unit.filter, layer: layer, traces,
          image: unit.image, rule: rule)
        #expect(difference(projection.pixels.scalars, expected) < 1e-6)
        let there = try deconvnet.project(
          .position(filter: unit.filter, y: unit.activation.y, x: unit.activation.x),
          layer: layer.number, from: model.forward(images).trace, rule: rule)
        let count = there.pixels.count / 2
        let pixels = Array(
          there.pixels.scalars[unit.image * count..<(unit.image + 1) * count])
        #expect(difference(pixels, expected) < 1e-6)
        compared += expected.contains { $0 != 0 } ? 1 : 0
      }
    }
    #expect(compared >= 3)
  }

  @Test(arguments: Net.allCases, ProjectionRule.allCases)
  func imagesProjectAsTheirTraceDoes(net: Net, rule: ProjectionRule) throws {
    let model = net.model
    let deconvnet = Deconvnet(of: model)
    let images = images(3)
    let trace = model.forward(images).trace
    for layer in deconvnet.layers {
      for selection in [
        FeatureSelection.strongest(filter: 2), .position(filter: 3, y: 0, x: 0), .map(filter: 1),
      ] {
        let expected = try deconvnet.project(
          selection, layer: layer.number, from: trace, rule: rule)
        let got = try deconvnet.project(selection, layer: layer.number, of: images, rule: rule)
        #expect(got.units == expected.units)
        #expect(difference(got.pixels.scalars, expected.pixels.scalars) < 1e-6)
      }
      let all = deconvnet.activations(of: images, layer: layer)
      let one = deconvnet.map(of: 3, layer: layer, for: images)
      #expect(
        one.scalars == stride(from: 3, to: all.count, by: layer.filters).map { all.scalars[$0] })
    }
  }

  /// With two pixels of padding a kernel one column wide looks at nothing of the image at its sides.
  @Test(arguments: ProjectionRule.allCases)
  func aUnitWhoseFieldLiesInThePaddingProjectsZeros(rule: ProjectionRule) throws {
    var generator = SeededGenerator(seed: 3)
    let model = Sequential([
      "a": Conv2D(
        in: 3, out: 4, kernel: Extent(height: 3, width: 1), stride: 1, padding: Padding(2),
        initializer: .he, using: &generator), "ra": ReLU(),
    ])
    let units = [(0, 0), (14, 0), (14, 31), (29, 1), (14, 15)].map { y, x in
      FeatureUnit(image: 0, filter: 1, activation: Activation2D(y: y, x: x, value: 1))
    }
    let deconvnet = Deconvnet(of: model)
    let images = images(1)
    let traces = Sequential(deconvnet.chain.layers).forward(images).trace.children
    let layer = try #require(deconvnet.layers.first)
    let projections = try deconvnet.project(units, layer: layer.number, of: images, rule: rule)
    for (unit, projection) in zip(units, projections) {
      let expected = try whole(
        deconvnet, unit.activation, filter: 1, layer: layer, traces, image: 0, rule: rule)
      #expect(difference(projection.pixels.scalars, expected) < 1e-6)
      let isInside = (2..<30).contains(unit.activation.x)
      #expect(projection.pixels.scalars.contains { $0 != 0 } == isInside)
    }
  }

  @Test func aPatchIsThePartThatTheUnitSees() throws {
    let model = Net.lenet.model
    let unit = FeatureUnit(
      image: 0, filter: 1, activation: Activation2D(y: 0, x: 13, value: 2))
    let projection = try Deconvnet(of: model).project(
      [unit], layer: 2, of: images(1), rule: .deconvnet)[0]
    let field = try #require(projection.field)
    #expect(field.rows == -6..<8 && field.columns == 20..<34)
    #expect(projection.patch.shape == [14, 14, 3])
    #expect(projection.pixels.shape == [28, 28, 3])
    for y in field.rows {
      for x in field.columns {
        let isInside = (0..<28).contains(y) && (0..<28).contains(x)
        for channel in 0..<3 {
          #expect(
            projection.patch[y + 6, x - 20, channel]
              == (isInside ? projection.pixels[y, x, channel] : 0))
        }
      }
    }
    #expect(projection.patch.scalars.contains { $0 != 0 })
  }

  @Test func denseUnitsProjectByWholeMaps() throws {
    let model = Net.lenet.model
    let deconvnet = Deconvnet(of: model)
    let images = images(2)
    let trace = model.forward(images).trace
    let expected = try deconvnet.project(.strongest(filter: 4), layer: 3, from: trace)
    let units = [1, 0, 1].map {
      FeatureUnit(image: $0, filter: 4, activation: expected.units[$0])
    }
    let projections = try deconvnet.project(units, layer: 3, of: images)
    for (unit, projection) in zip(units, projections) {
      #expect(projection.field == nil)
      let count = 28 * 28 * 3
      let pixels = Array(
        expected.pixels.scalars[unit.image * count..<(unit.image + 1) * count])
      #expect(difference(projection.pixels.scalars, pixels) < 1e-6)
      #expect(projection.patch == projection.pixels)
    }
  }

  @Test func unitsThatArentThereAreTold() throws {
    let deconvnet = Deconvnet(of: Net.lenet.model)
    #expect(try deconvnet.project([FeatureUnit](), layer: 2, of: images(1)).isEmpty)
    for (unit, sentence) in [
      (
        FeatureUnit(image: 0, filter: 64, activation: Activation2D(y: 0, x: 0, value: 1)),
        "layer 2 (conv2) has no filter 64: its filters are 0 to 63"
      ),
      (
        FeatureUnit(image: 0, filter: 0, activation: Activation2D(y: 14, x: 0, value: 1)),
        "layer 2 (conv2) has no position 14,0: its maps have rows 0 to 13 and columns 0 to 13"
      ),
    ] {
      let error = #expect(throws: DeconvnetError.self) {
        try deconvnet.project([unit], layer: 2, of: images(1))
      }
      #expect(error?.description == sentence)
    }
  }

  @Test(arguments: ProjectionRule.allCases)
  func `a unit whose field lies outside of the image has a projection of zeros`(
    rule: ProjectionRule
  ) throws {
    var generator = SeededGenerator(seed: 4)
    let padding = Padding(top: 0, left: 2, bottom: 0, right: 3)
    let model = Sequential([
      "a": Conv2D(
        in: 3, out: 4, kernel: Extent(height: 3, width: 1), padding: padding, using: &generator),
      "ra": ReLU(),
      "b": Conv2D(in: 4, out: 2, kernel: 1, padding: padding, using: &generator), "rb": ReLU(),
    ])
    let deconvnet = Deconvnet(of: model)
    let images = images(1)
    let width = images.shape[2]
    for (layer, column) in [(1, 0), (1, width + 4), (2, 0), (2, 3), (2, width + 9)] {
      let unit = FeatureUnit(
        image: 0, filter: 1, activation: Activation2D(y: 1, x: column, value: 1))
      let projection = try deconvnet.project([unit], layer: layer, of: images, rule: rule)
      #expect(projection[0].pixels.scalars.allSatisfy { $0 == 0 })
    }
  }
}
