extension ModelDescription {
  /// Recognises a LeNet by the names and shapes of its tensors, where a file doesn't say what its
  /// network is: `conv1`, `conv2`, … with odd square filters, then `fc1`, `fc2`, ….
  ///
  /// It is taken to be the network of TensorFlow's tutorials: each convolution keeps the image's
  /// size and has a ReLU and a 2×2 max pooling behind it, images are square, dense layers have
  /// ReLUs between them. Nil when the shapes don't fit that.
  init?(recognizing shapes: [String: [Int]]) {
    var layers: [LayerDescription] = []
    var unused = Set(shapes.keys)
    func take(_ name: String, rank: Int) -> [Int]? {
      guard let shape = shapes["\(name).weight"], shape.count == rank,
        shape.allSatisfy({ (1...65536).contains($0) })
      else { return nil }
      unused.remove("\(name).weight")
      if shapes["\(name).bias"] == [shape[0]] { unused.remove("\(name).bias") }
      return shape
    }

    var convolutions = 0
    var channels: (first: Int, last: Int)?
    while let shape = take("conv\(convolutions + 1)", rank: 4) {
      convolutions += 1
      guard shape[2] == shape[3], !shape[2].isMultiple(of: 2),
        channels.map({ $0.last == shape[1] }) ?? true
      else { return nil }
      channels = (channels?.first ?? shape[1], shape[0])
      layers += [
        LayerDescription("conv\(convolutions)", "Conv2d", ["padding": JSONValue(shape[2] / 2)]),
        LayerDescription("relu\(convolutions)", "ReLU"),
        LayerDescription("pool\(convolutions)", "MaxPool2d", ["kernel_size": 2]),
      ]
    }
    guard let channels, convolutions <= 8 else { return nil }

    layers.append(LayerDescription("flatten", "Flatten"))
    var dense = 0
    var inputs: Int?
    var lastOutputs = 0
    while let shape = take("fc\(dense + 1)", rank: 2) {
      if dense > 0 {
        guard shape[1] == lastOutputs else { return nil }
        layers.append(LayerDescription("relu\(convolutions + dense)", "ReLU"))
      }
      dense += 1
      inputs = inputs ?? shape[1]
      lastOutputs = shape[0]
      layers.append(LayerDescription("fc\(dense)", "Linear"))
    }
    guard let inputs, unused.isEmpty, inputs.isMultiple(of: channels.last) else { return nil }
    let area = inputs / channels.last
    let side = Int(Double(area).squareRoot())
    guard side * side == area else { return nil }
    let inputSide = side << convolutions
    self.init(inputShape: [inputSide, inputSide, channels.first], layers: layers)
  }
}
