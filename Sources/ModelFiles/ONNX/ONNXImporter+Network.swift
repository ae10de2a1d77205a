import NeuralNetworks

/// What the layers become in the end: those that count, with their names.
extension ONNXImporter {
  /// The network whose output is that of the layer at a stage. What it doesn't need is left out.
  func network(upTo stage: Int) -> Network {
    var isNeeded = [Bool](repeating: false, count: layers.count + 1)
    isNeeded[stage] = true
    for (index, layer) in layers.enumerated().reversed() where isNeeded[index + 1] {
      for source in layer.sources { isNeeded[source] = true }
    }
    var names = LayerNames()
    // What the output of each stage is called.
    var called = [Sequential.input]
    var last = 0
    var descriptions: [LayerDescription] = []
    var parameters: [String: ONNXParameter] = [:]
    for (index, layer) in layers.enumerated() {
      guard isNeeded[index + 1] else {
        called.append("")
        continue
      }
      let name = names.next(layer)
      called.append(name)
      descriptions.append(
        LayerDescription(
          name, layer.type, layer.settings,
          inputs: layer.sources == [last] ? nil : layer.sources.map { called[$0] }))
      for (own, parameter) in layer.parameters { parameters["\(name).\(own)"] = parameter }
      last = index + 1
    }
    return Network(
      description: ModelDescription(inputShape: inputShape, layers: descriptions),
      parameters: parameters)
  }
}

/// Names that differ.
private struct LayerNames {
  private var taken: Set = [Sequential.input]
  private var numbers: [String: Int] = [:]
  /// The last suffix of each name that came more than once.
  private var suffixes: [String: Int] = [:]

  /// A layer's name: its module's, or its kind's and a number.
  mutating func next(_ layer: ONNXImporter.Layer) -> String {
    numbers[layer.kind, default: 0] += 1
    let number = numbers[layer.kind] ?? 1
    let name =
      layer.module
      ?? (layer.kind == "flatten" && number == 1 ? "flatten" : "\(layer.kind)\(number)")
    var unique = name
    while !taken.insert(unique).inserted {
      suffixes[name, default: 1] += 1
      unique = "\(name)_\(suffixes[name] ?? 2)"
    }
    return unique
  }
}

extension ONNXGraph.Node {
  /// The name that a layer's module has in PyTorch, or the layer in Keras, if the file tells it: by the name
  /// of its weights, `layer1.0.conv1.weight`, by the node's metadata, or by the node's name,
  /// `/layer1/layer1.0/conv1/Conv`.
  ///
  /// - Parameter weights: the name of its weights' tensor.
  func module(weights: String?) -> String? {
    let ending = ".weight"
    if let weights, weights.hasSuffix(ending), !weights.contains("::") {
      return String(weights.dropLast(ending.count))
    }
    if let own = scopes.dropLast().last, !own.isEmpty { return own }
    let parts = name.split(separator: "/").dropLast().map(String.init)
    guard name.hasPrefix("/") else { return parts.last }
    // Inside of a list, PyTorch's names begin with the list's.
    var path: [String] = []
    for (index, part) in parts.enumerated() {
      if index > 0, part.hasPrefix("\(parts[index - 1])."), let list = path.popLast() {
        path.append(list + part.dropFirst(parts[index - 1].count))
      } else {
        path.append(part)
      }
    }
    return path.isEmpty ? nil : path.joined(separator: ".")
  }
}
