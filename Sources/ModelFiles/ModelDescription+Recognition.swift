import Tensors

extension ModelDescription {
  /// Recognises a LeNet by the names and shapes of its tensors, where a file doesn't say what its
  /// network is: `conv1`, `conv2`, … with odd square filters, then `fc1`, `fc2`, ….
  ///
  /// It is taken to be the network of TensorFlow's tutorials: each convolution keeps the image's
  /// size and has a ReLU and a 2×2 max pooling behind it, images are square, dense layers have
  /// ReLUs between them. Nil when the shapes don't fit that.
  init?(recognizing shapes: [String: [Int]]) {
    var layers: [NamedLayerDescription] = []
    var unused = Set(shapes.keys)
    func take(_ name: String, rank: Int) -> (shape: [Int], hasBias: Bool)? {
      guard let shape = shapes["\(name).weight"], shape.count == rank,
        shape.allSatisfy({ (1...65536).contains($0) })
      else { return nil }
      unused.remove("\(name).weight")
      let hasBias = shapes["\(name).bias"] == [shape[0]]
      if hasBias { unused.remove("\(name).bias") }
      return (shape, hasBias)
    }

    var convolutions = 0
    var channels: (first: Int, last: Int)?
    while let (shape, hasBias) = take("conv\(convolutions + 1)", rank: 4) {
      convolutions += 1
      guard shape[2] == shape[3], !shape[2].isMultiple(of: 2),
        channels.map({ $0.last == shape[1] }) ?? true
      else { return nil }
      channels = (channels?.first ?? shape[1], shape[0])
      layers.append(
        NamedLayerDescription(
          "conv\(convolutions)",
          .conv2D(
            in: shape[1], out: shape[0], kernel: Extent(shape[2]), stride: Stride(1),
            padding: Padding(shape[2] / 2), hasBias: hasBias)))
      layers.append(NamedLayerDescription("relu\(convolutions)", .relu))
      layers.append(
        NamedLayerDescription(
          "pool\(convolutions)",
          .maxPool2D(
            size: Extent(2), stride: Stride(2), padding: Padding(0), roundsUp: false)))
    }
    guard let channels, convolutions <= 8 else { return nil }

    layers.append(NamedLayerDescription("flatten", .flatten))
    var dense = 0
    var inputs: Int?
    var lastOutputs = 0
    while let (shape, hasBias) = take("fc\(dense + 1)", rank: 2) {
      if dense > 0 {
        guard shape[1] == lastOutputs else { return nil }
        layers.append(NamedLayerDescription("relu\(convolutions + dense)", .relu))
      }
      dense += 1
      inputs = inputs ?? shape[1]
      lastOutputs = shape[0]
      layers.append(
        NamedLayerDescription(
          "fc\(dense)", .dense(in: shape[1], out: shape[0], hasBias: hasBias)))
    }
    guard let inputs, unused.isEmpty, inputs.isMultiple(of: channels.last) else { return nil }
    let area = inputs / channels.last
    let side = Int(Double(area).squareRoot())
    guard side * side == area else { return nil }
    let inputSide = side << convolutions
    self.init(inputShape: [inputSide, inputSide, channels.first], layers: layers)
  }
}
