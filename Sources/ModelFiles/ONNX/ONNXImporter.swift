import CheckedArithmetic
import NeuralNetworks
import Tensors

/// Turns a graph of operators into one of layers, node by node.
///
/// What doesn't depend on the image is worked out on the way. What has no layer is put off: it may be a part
/// of something that has one. Layers that nothing needs in the end are left out.
/// - Source: https://github.com/onnx/onnx, `docs/Operators.md`.
struct ONNXImporter {
  /// A layer so far.
  struct Layer {
    var type: String
    var settings: [String: JSONValue]
    /// How many layers each of its inputs is the output of.
    var sources: [Int]
    /// What it is called if nothing tells its name, numbered.
    var kind: String
    /// The name of its module in PyTorch or its layer in Keras, if the file tells it.
    var module: String?
    var parameters: [String: ONNXParameter]
  }

  /// A product of numbers and of what isn't a number.
  struct Product {
    var names: [String]
    var scale: Double
  }

  /// A network of a model.
  struct Network {
    var description: ModelDescription
    /// By PyTorch's names, `conv1.weight` say.
    var parameters: [String: ONNXParameter]

    /// Whether pixels are moved about, because dimensions come in another order than layers want them.
    fileprivate var isMoving: Bool { description.layers.contains { $0.type == "Permute" } }
  }

  /// How a graph's input of four dimensions is meant.
  private enum InputOrder {
    /// `[N, C, H, W]`, as PyTorch has images.
    case channelsFirst
    /// `[N, H, W, C]`, as TensorFlow has them.
    case channelsLast

    /// Which of N, C, H and W each dimension is.
    var dimensions: [Int] { self == .channelsFirst ? [0, 1, 2, 3] : [0, 2, 3, 1] }
  }

  var reader: ONNXTensorReader
  let operatorSet: Int
  var values: [String: ONNXValue] = [:]
  /// The nodes so far, by what they make.
  private(set) var makers: [String: ONNXOperation] = [:]
  /// The constants that are one number, as far as they were looked at.
  var numbers: [String: Double] = [:]
  /// The products so far, by their names.
  var products: [String: Product] = [:]
  /// The layers so far.
  var layers: [Layer] = []
  /// One image's shape, `[H, W, C]`, or one row's.
  private(set) var inputShape: [Int] = []
  /// How many nodes that count take each name, the graph's outputs among them.
  private(set) var useCounts: [String: Int] = [:]
  /// The last affine layer, which the next one may become a part of.
  var lastAffine: AffineMap?
  /// How many numbers may still be worked out: a file could ask for more than a day's work.
  private var budget = 1 << 26

  /// Reads a model's network.
  ///
  /// - Parameter imageSize: the images' size, where the model leaves it open.
  /// - Throws: `ONNXProblem` or `FileError`.
  static func network(of file: ONNXModelFile, imageSize: Extent?) throws -> Network {
    // Images come in the order that the network takes without moving their pixels.
    do {
      let first = try network(of: file, .channelsFirst, imageSize: imageSize)
      guard first.isMoving,
        let last = try? network(of: file, .channelsLast, imageSize: imageSize), !last.isMoving
      else { return first }
      return last
    } catch let problem as ONNXProblem {
      guard problem.mayBeTheOrders else { throw problem }
      do {
        let last = try network(of: file, .channelsLast, imageSize: imageSize)
        guard !last.isMoving else { throw problem }
        return last
      } catch let other as ONNXProblem {
        if case .openInput = problem { throw other }
        throw problem
      }
    }
  }

  private static func network(
    of file: ONNXModelFile, _ order: InputOrder, imageSize: Extent?
  ) throws -> Network {
    var importer = ONNXImporter(
      reader: ONNXTensorReader(file.wire, directory: file.directory), operatorSet: file.operatorSet)
    let graph = file.graph
    // Missing files are reported before anything else.
    for tensor in graph.initializers { try importer.reader.check(tensor) }
    let needed = importer.add(graph)
    try importer.addInput(of: graph, order, imageSize: imageSize)
    guard graph.outputs.count == 1, let name = graph.outputs.first?.name else {
      throw ONNXProblem.badInput(
        """
        has \(graph.outputs.count) outputs (\(graph.outputs.map(\.name).joined(separator: ", "))); \
        networks with one are read
        """)
    }
    for index in needed.sorted() { try importer.run(graph.nodes[index]) }
    if case .deferred(let problem)? = importer.values[name] {
      throw problem.told(hasAttention: graph.nodes.contains(where: importer.isAttention))
    }
    guard case .activation(let output)? = importer.values[name], output.stage > 0,
      output.hasOwnShape
    else { throw ONNXProblem.notAModel("its output \"\(name)\" is no layer's") }
    // Ours are rows, or images with the channels last, which an exporter of TensorFlow's leaves so.
    let order = output.long.filter { $0 != 0 }
    guard output.flattened == nil,
      output.shape.count == 2
        || [[1, 2, 3], [2, 3, 1]].contains(where: { $0.filter(order.contains) == order })
    else {
      throw ONNXProblem.badInput("its output \"\(name)\" has its dimensions exchanged")
    }
    return importer.network(upTo: output.stage)
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
    of graph: ONNXGraph, _ order: InputOrder, imageSize: Extent?
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
    // Fewer channels than rows, where they come last.
    if order == .channelsLast {
      guard let channels = port.shape[3], port.shape[1].map({ channels < $0 }) ?? true else {
        throw .openInput(name: port.name, shape: words)
      }
    }
    for (place, dimension) in order.dimensions.enumerated() where port.shape[place] == nil {
      switch (dimension, imageSize) {
      case (0, _): break
      case (2, let size?): shape[place] = size.height
      case (3, let size?): shape[place] = size.width
      default: throw .openInput(name: port.name, shape: words)
      }
    }
    let input = ONNXActivation(shape: shape, stage: 0, order: order.dimensions)
    inputShape = [input.length(2), input.length(3), input.length(1)]
    values[port.name] = .activation(input)
  }

  /// Whether a node multiplies what depends on the image with what does so, too.
  private func isAttention(_ node: ONNXGraph.Node) -> Bool {
    guard node.type == "MatMul" else { return node.type == "Einsum" }
    return node.inputs.allSatisfy { if case .constant? = values[$0] { false } else { true } }
  }

  // MARK: Values

  /// What an input of a node stands for.
  ///
  /// - Throws: `ONNXProblem` when it is left out, nothing makes it, or what makes it has no layer.
  func value(_ operation: ONNXOperation, _ index: Int) throws(ONNXProblem) -> ONNXValue {
    guard let name = operation.input(index) else {
      throw operation.unsupported("lacks its input \(index)")
    }
    switch values[name] {
    case nil: throw operation.unsupported("takes \"\(name)\", which nothing before it makes")
    case .deferred(let problem): throw problem
    case let value?: return value
    }
  }

  /// A constant input; nil where it is left out.
  func constant(_ operation: ONNXOperation, _ index: Int) throws(ONNXProblem) -> ONNXConstant? {
    guard operation.input(index) != nil else { return nil }
    guard case .constant(let constant) = try value(operation, index) else {
      throw operation.unsupported("has an input \(index) that depends on the image")
    }
    return constant
  }

  /// An input that depends on the image.
  ///
  /// - Parameter isWhole: whether it must be what a layer makes, at most with its dimensions exchanged.
  func activation(
    _ operation: ONNXOperation, _ index: Int = 0, isWhole: Bool = true
  ) throws(ONNXProblem) -> ONNXActivation {
    guard case .activation(let activation) = try value(operation, index) else {
      throw operation.unsupported("doesn't depend on the image, but isn't worked out either")
    }
    guard !isWhole || activation.isWhole else {
      throw operation.unsupported(
        activation.response != nil
          ? "takes a part of an LRN"
          : activation.groups != nil
            ? "takes groups of channels"
            : activation.copies != nil
              ? "takes copied rows or columns" : "takes rows of images whose channels come last")
    }
    return activation
  }

  /// An input that is images or rows, its dimensions as layers want them: `[N, C, H, W]` or `[N, C]`.
  mutating func plain(
    _ operation: ONNXOperation, _ index: Int = 0
  ) throws -> ONNXActivation {
    try arranged(try activation(operation, index), operation)
  }

  /// The same, of an image `[N, C, H, W]`.
  mutating func image(_ operation: ONNXOperation) throws -> ONNXActivation {
    let activation = try plain(operation)
    guard activation.shape.count == 4 else {
      throw operation.unsupported("takes images, but gets shape \(activation.shape)")
    }
    return activation
  }

  /// Brings images' dimensions into the order `[N, C, H, W]`, by a layer where pixels have to move.
  mutating func arranged(
    _ activation: ONNXActivation, _ operation: ONNXOperation
  ) throws -> ONNXActivation {
    guard activation.shape.count > 2 else { return activation }
    var result = activation
    result.order = ONNXActivation.order(of: activation.shape, long: activation.long)
    let order = result.order
    guard order != Array(order.indices) else { return result }
    guard order.count == 4, order[0] == 0, order.sorted() == [0, 1, 2, 3] else {
      throw operation.unsupported("takes images whose dimensions were exchanged")
    }
    result.order = [0, 1, 2, 3]
    return append(
      "Permute", with: ["dims": .array(order.map { JSONValue($0) })], operation, from: [result],
      output: activation.shape, named: "permute")
  }

  /// Gives an output of a node a meaning.
  mutating func set(
    _ operation: ONNXOperation, _ value: ONNXValue, output: Int = 0
  ) throws(ONNXProblem) {
    guard operation.node.outputs.indices.contains(output),
      case let name = operation.node.outputs[output], !name.isEmpty
    else { throw operation.unsupported("has no output") }
    let shape =
      switch value {
      case .constant(let constant): constant.shape
      case .activation(let activation): activation.shape
      case .deferred: [Int]()
      }
    guard let count = shape.checkedProduct, count <= 1 << 40 else {
      throw operation.unsupported("makes the impossible shape \(shape.prefix(64))")
    }
    guard values.updateValue(value, forKey: name) == nil else {
      throw .notAModel("\(operation.node.title) makes \"\(name)\", which is there already")
    }
    makers[name] = operation
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
  ///   - named: what the layer is called if the file doesn't say, numbered.
  mutating func add(
    _ type: String, with settings: [String: JSONValue] = [:], _ operation: ONNXOperation,
    from input: ONNXActivation, output: [Int], named kind: String,
    parameters own: [String: ONNXParameter] = [:], weights: ONNXConstant? = nil
  ) throws {
    let result = append(
      type, with: settings, operation, from: [input], output: output, named: kind,
      parameters: own, weights: weights)
    try set(operation, .activation(result))
  }

  /// Adds a layer, and returns its output, which is otherwise like the first input.
  mutating func append(
    _ type: String, with settings: [String: JSONValue] = [:], _ operation: ONNXOperation,
    from inputs: [ONNXActivation], output: [Int], named kind: String,
    parameters own: [String: ONNXParameter] = [:], weights: ONNXConstant? = nil
  ) -> ONNXActivation {
    layers.append(
      Layer(
        type: type, settings: settings, sources: inputs.map(\.stage), kind: kind,
        module: weights.flatMap { operation.node.module(weights: $0.tensorName) },
        parameters: own))
    var result = inputs[0]
    result.shape = output
    result.stage = layers.count
    return result
  }
}
