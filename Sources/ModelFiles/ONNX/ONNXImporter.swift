import CheckedArithmetic
import NeuralNetworks
import Tensors

/// Turns a graph of operators into one of layers, node by node.
///
/// What doesn't depend on the image is worked out on the way.
/// - Source: https://github.com/onnx/onnx, `docs/Operators.md`.
struct ONNXImporter {
  var reader: ONNXTensorReader
  let operatorSet: Int
  var values: [String: ONNXValue] = [:]
  /// The layers so far.
  var layers: [LayerDescription] = []
  /// The parameters of each layer, by its position.
  var parameters: [[String: ONNXParameter]] = []
  /// One image's shape, `[H, W, C]`, or one row's.
  private(set) var inputShape: [Int] = []
  private var layerNames: Set = [Sequential.input]
  /// The last suffix of each name that came more than once.
  private var suffixes: [String: Int] = [:]
  private var numbers: [String: Int] = [:]
  /// How many nodes that count take each name, the graph's outputs among them.
  private(set) var useCounts: [String: Int] = [:]
  /// The last affine layer, which the next one may become a part of.
  var lastAffine: AffineMap?
  /// How many numbers may still be worked out: a file could ask for more than a day's work.
  private var budget = 1 << 26

  /// A network of a model.
  struct Network {
    var description: ModelDescription
    /// By PyTorch's names, `conv1.weight` say.
    var parameters: [String: ONNXParameter]
  }

  /// Reads a model's network.
  ///
  /// - Parameter imageSize: the images' size, where the model leaves it open.
  /// - Throws: `ONNXProblem` or `FileError`.
  static func network(of file: ONNXModelFile, imageSize: Extent?) throws -> Network {
    var importer = ONNXImporter(
      reader: ONNXTensorReader(file.wire, directory: file.directory), operatorSet: file.operatorSet)
    let graph = file.graph
    // Missing files are reported before anything else.
    for tensor in graph.initializers { try importer.reader.check(tensor) }
    let needed = importer.add(graph)
    try importer.addInput(of: graph, imageSize: imageSize, needed: needed)
    guard graph.outputs.count == 1 else {
      throw ONNXProblem.badInput(
        """
        has \(graph.outputs.count) outputs (\(graph.outputs.map(\.name).joined(separator: ", "))); \
        networks with one are read
        """)
    }
    for index in needed.sorted() { try importer.run(graph.nodes[index]) }
    guard case .activation(let output)? = importer.values[graph.outputs[0].name],
      output.stage == importer.layers.count, output.response == nil
    else {
      throw ONNXProblem.notAModel("its output \"\(graph.outputs[0].name)\" is no layer's")
    }
    // Ours are rows, or images with the channels last, which an exporter of TensorFlow's leaves so.
    guard output.flattened == nil,
      output.shape.count != 4 || [[0, 1, 2, 3], [0, 2, 3, 1]].contains(output.order)
    else {
      throw ONNXProblem.badInput(
        "its output \"\(graph.outputs[0].name)\" has its dimensions exchanged")
    }
    var parameters: [String: ONNXParameter] = [:]
    for (layer, own) in zip(importer.layers, importer.parameters) {
      for (name, parameter) in own { parameters["\(layer.name ?? "").\(name)"] = parameter }
    }
    return Network(
      description: ModelDescription(inputShape: importer.inputShape, layers: importer.layers),
      parameters: parameters)
  }

  private init(reader: ONNXTensorReader, operatorSet: Int) {
    self.reader = reader
    self.operatorSet = operatorSet
  }

  /// Takes a graph's initializers, and finds the nodes that its outputs depend on.
  mutating func add(_ graph: ONNXGraph) -> [Int] {
    for tensor in graph.initializers {
      values[tensor.name] = .constant(
        ONNXConstant(shape: tensor.shape, content: .tensor(ONNXView(tensor))))
    }
    var wanted = Set(graph.outputs.map(\.name))
    for output in graph.outputs { useCounts[output.name, default: 0] += 1 }
    var needed: [Int] = []
    for (index, node) in graph.nodes.enumerated().reversed()
    where node.outputs.contains(where: wanted.contains) {
      needed.append(index)
      for name in node.inputsWithInner {
        wanted.insert(name)
        useCounts[name, default: 0] += 1
      }
    }
    return needed
  }

  private mutating func addInput(
    of graph: ONNXGraph, imageSize: Extent?, needed: [Int]
  ) throws(ONNXProblem) {
    let ports = graph.inputs.filter { values[$0.name] == nil }
    guard let port = ports.first, ports.count == 1 else {
      throw .badInput(
        "has \(ports.count) inputs (\(ports.map(\.name).joined(separator: ", "))), not one")
    }
    let words = "[\(port.shape.map { $0.map(String.init) ?? "?" }.joined(separator: ", "))]"
    guard [0, 1, 10, 11, 16].contains(port.type), [2, 4].contains(port.shape.count),
      let count = port.shape.map({ $0 ?? 1 }).checkedProduct, count <= 1 << 40
    else {
      throw .badInput(
        "its input \"\(port.name)\" is \(words), not images [N, C, H, W] of floating-point numbers"
      )
    }
    var shape = port.shape.map { $0 ?? 1 }
    guard shape.count == 4 else {
      guard port.shape[1] != nil else { throw .openInput(name: port.name, shape: words) }
      inputShape = [shape[1]]
      values[port.name] = .activation(ONNXActivation(shape: shape, stage: 0))
      return
    }
    // TensorFlow's exporter takes images with the channels last, and transposes them first.
    let takesChannelsLast = needed.contains { index in
      let operation = ONNXOperation(node: graph.nodes[index])
      return operation.type == "Transpose" && operation.input(0) == port.name
        && (try? operation.integers("perm")) == [0, 3, 1, 2]
    }
    let order = takesChannelsLast ? [0, 2, 3, 1] : [0, 1, 2, 3]
    for (place, dimension) in order.enumerated() where port.shape[place] == nil {
      switch (dimension, imageSize) {
      case (0, _): break
      case (2, let size?): shape[place] = size.height
      case (3, let size?): shape[place] = size.width
      default: throw .openInput(name: port.name, shape: words)
      }
    }
    let input = ONNXActivation(shape: shape, stage: 0, order: order)
    inputShape = [input.length(2), input.length(3), input.length(1)]
    values[port.name] = .activation(input)
  }

  // MARK: Values

  /// What an input of a node stands for.
  ///
  /// - Throws: `ONNXProblem` when it is left out, or nothing makes it.
  func value(_ operation: ONNXOperation, _ index: Int) throws(ONNXProblem) -> ONNXValue {
    guard let name = operation.input(index) else {
      throw operation.unsupported("lacks its input \(index)")
    }
    guard let value = values[name] else {
      throw operation.unsupported("takes \"\(name)\", which nothing before it makes")
    }
    return value
  }

  /// A constant input; nil where it is left out.
  func constant(_ operation: ONNXOperation, _ index: Int) throws(ONNXProblem) -> ONNXConstant? {
    guard operation.input(index) != nil else { return nil }
    guard case .constant(let constant) = try value(operation, index) else {
      throw operation.unsupported("has an input \(index) that depends on the image")
    }
    return constant
  }

  /// The input that depends on the image.
  func activation(
    _ operation: ONNXOperation, _ index: Int = 0, plain: Bool = true
  ) throws(ONNXProblem) -> ONNXActivation {
    guard case .activation(let activation) = try value(operation, index) else {
      throw operation.unsupported("doesn't depend on the image, but isn't worked out either")
    }
    guard !plain || activation.isPlain else {
      throw operation.unsupported("takes images whose dimensions were exchanged")
    }
    return activation
  }

  /// The same, of an image `[N, C, H, W]`.
  func image(_ operation: ONNXOperation) throws(ONNXProblem) -> ONNXActivation {
    let activation = try activation(operation)
    guard activation.shape.count == 4 else {
      throw operation.unsupported("takes images, but gets shape \(activation.shape)")
    }
    return activation
  }

  /// Gives a node's first output a meaning.
  mutating func set(_ operation: ONNXOperation, _ value: ONNXValue) throws(ONNXProblem) {
    guard let name = operation.node.outputs.first, !name.isEmpty else {
      throw operation.unsupported("has no output")
    }
    let shape =
      switch value {
      case .constant(let constant): constant.shape
      case .activation(let activation): activation.shape
      }
    guard let count = shape.checkedProduct, count <= 1 << 40 else {
      throw operation.unsupported("makes the impossible shape \(shape.prefix(64))")
    }
    guard values.updateValue(value, forKey: name) == nil else {
      throw operation.unsupported("makes \"\(name)\", which is there already")
    }
  }

  /// Counts the numbers of a constant that is looked at.
  mutating func spend(_ constant: ONNXConstant) throws(ONNXProblem) { try spend(constant.count) }

  /// Counts numbers that are worked out.
  mutating func spend(_ count: Int) throws(ONNXProblem) {
    budget -= min(count, budget + 1) + 1
    if budget < 0 { throw .tooMany("numbers to work out", limit: 1 << 26) }
  }

  // MARK: Layers

  /// Adds a layer, whose output the node's is.
  ///
  /// - Parameters:
  ///   - type: what the layer is called in `torch.nn`.
  ///   - output: its shape in the graph; the rest is as before.
  ///   - named: what the layer is called if its weights don't say, numbered.
  mutating func add(
    _ type: String, with settings: [String: JSONValue] = [:], _ operation: ONNXOperation,
    from input: ONNXActivation, output: [Int], named kind: String,
    parameters own: [String: ONNXParameter] = [:], weights: ONNXConstant? = nil
  ) throws(ONNXProblem) {
    layers.append(
      LayerDescription(
        name(operation, kind, weights), type, settings, inputs: inputs(of: [input])))
    parameters.append(own)
    var result = input
    result.shape = output
    result.stage = layers.count
    try set(operation, .activation(result))
  }

  /// The names of the layers that activations are the outputs of; nil for the last one alone.
  func inputs(of activations: [ONNXActivation]) -> [String]? {
    let stages = activations.map(\.stage)
    if stages == [layers.count] { return nil }
    return stages.map { $0 == 0 ? Sequential.input : layers[$0 - 1].name ?? "" }
  }

  /// A layer's name: its module's in PyTorch if the weights or the node tell it, or its kind's and a
  /// number.
  mutating func name(
    _ operation: ONNXOperation, _ kind: String, _ weights: ONNXConstant?
  ) -> String {
    numbers[kind, default: 0] += 1
    var name = "\(kind)\(numbers[kind] ?? 1)"
    if kind == "flatten", numbers[kind] == 1 { name = kind }
    if let weights {
      if let tensor = weights.tensorName, tensor.hasSuffix(".weight"), !tensor.contains("::") {
        name = String(tensor.dropLast(".weight".count))
      } else if operation.node.name.hasPrefix("/") {
        let modules = operation.node.name.split(separator: "/").dropLast()
        name = modules.last.map(String.init) ?? name
      }
    }
    var unique = name
    while !layerNames.insert(unique).inserted {
      suffixes[name, default: 1] += 1
      unique = "\(name)_\(suffixes[name] ?? 2)"
    }
    return unique
  }
}
