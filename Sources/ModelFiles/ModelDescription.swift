import CheckedArithmetic
public import NeuralNetworks

/// What a network is, without its parameters: the shape of its input, and its layers in the words of
/// `torch.nn`.
///
/// A checkpoint holds it as JSON, and so does a file that says what network PyTorch's tensors belong to:
///
/// ```json
/// {"input": [3, 32, 32],
///  "layers": [
///    {"type": "Conv2d", "name": "features.0", "padding": 1},
///    {"type": "ReLU"},
///    {"type": "MaxPool2d", "kernel_size": 2},
///    {"type": "Flatten"},
///    {"type": "Linear", "name": "classifier.1"}]}
/// ```
///
/// Types and settings are called and default as in `torch.nn`; `name` is what the names of a layer's
/// tensors begin with. What the tensors' shapes tell, `in_channels` or `kernel_size` of a convolution,
/// may be left out; if it is given, it must be true. In JSON an image's shape is channels, height, width.
public struct ModelDescription: Sendable, Equatable {
  /// The shape of one input, `[H, W, C]` for images.
  public let inputShape: [Int]
  /// The layers, first to last.
  package let layers: [LayerDescription]

  /// A description of these layers.
  package init(inputShape: [Int], layers: [LayerDescription]) {
    self.inputShape = inputShape
    self.layers = layers
  }

  /// The description of a network.
  ///
  /// - Throws: `ModelProblem.undescribable` for a layer that isn't one of this package's.
  public init(of model: Sequential, inputShape: [Int]) throws(ModelProblem) {
    self.init(inputShape: inputShape, layers: try LayerType.list(of: model))
  }

  // MARK: JSON

  /// Reads `{"input": …, "layers": …}`.
  init(_ json: JSONValue) throws(ModelProblem) {
    guard case .object(let fields) = json, case .array(let layers)? = fields["layers"],
      let input = fields["input"]
    else { throw .noDescription }
    if let stranger = fields.keys.filter({ $0 != "input" && $0 != "layers" }).min() {
      throw .badSetting(layer: "input", "beside it \"\(stranger)\", which isn't \"layers\"")
    }
    guard case .array = input, let shape = input.integers, (1...3).contains(shape.count) else {
      throw .badInput(input.text)
    }
    self.init(
      inputShape: shape.count == 3 ? [shape[1], shape[2], shape[0]] : shape,
      layers: try LayerDescription.list(layers))
  }

  /// The object that `init(_:)` reads.
  var json: JSONValue {
    let shape = inputShape.count == 3 ? [inputShape[2], inputShape[0], inputShape[1]] : inputShape
    return .object([
      "input": .array(shape.map { JSONValue($0) }), "layers": .array(layers.map(\.json)),
    ])
  }

  // MARK: Making

  private static let longestSide = 1 << 20
  /// The scalars of one input, or of what one layer makes of it.
  private static let mostScalars = 1 << 28

  /// The network, with parameters in PyTorch's names and layouts.
  ///
  /// - Throws: `ModelProblem`, or what the source throws.
  func makeModel(_ source: ParameterSource) throws -> Sequential {
    guard
      !inputShape.isEmpty, inputShape.allSatisfy({ (1...Self.longestSide).contains($0) }),
      let count = inputShape.checkedProduct, count <= Self.mostScalars
    else { throw ModelProblem.badInput("\(inputShape)") }
    return try Self.make(layers, input: inputShape, prefix: "", source).model
  }

  private static func make(
    _ layers: [LayerDescription], input: [Int], prefix: String, _ source: ParameterSource
  ) throws -> (model: Sequential, output: [Int]) {
    var made: [Sequential.NamedLayer] = []
    var numbers: [String: Int] = [:]
    // By the name in the description: which layer's output that is, and its shape.
    var outputs = [Sequential.input: (name: Sequential.input, shape: input)]
    var last = (name: Sequential.input, shape: input)
    for (index, description) in layers.enumerated() {
      let type = try LayerType.named(description.type, number: index + 1)
      numbers[type.kind, default: 0] += 1
      let name = description.name ?? "\(type.kind)\(numbers[type.kind] ?? 1)"
      let path = prefix + name
      guard !name.isEmpty, outputs[name] == nil else {
        throw ModelProblem.badSetting(layer: path, "no name of its own")
      }
      var inputs = [last]
      if let names = description.inputs {
        inputs = try names.map { input in
          guard let known = outputs[input] else {
            throw ModelProblem.badSetting(
              layer: path, "the input \"\(input)\", which no layer before it is called")
          }
          return known
        }
      }
      let shape = inputs[0].shape
      var layer: (any Layer)?
      var output = shape
      if type.name == LayerType.composition {
        let inner = try make(description.layers, input: shape, prefix: path + ".", source)
        (layer, output) = (inner.model, inner.output)
      } else {
        layer = try type.make(
          LayerReader(description: description, path: path, input: shape, source: source))
      }
      if inputs.count > 1, !(layer is any JoiningLayer) {
        throw ModelProblem.badSetting(
          layer: path, "\(inputs.count) inputs, which only an Add, Sub, Mul or Concat joins")
      }
      guard let layer else {
        numbers[type.kind, default: 1] -= 1
        last = inputs[0]
        outputs[name] = last
        continue
      }
      do throws(ShapeError) {
        if !(layer is Sequential) { output = try layer.outputShape(of: inputs.map(\.shape)) }
      } catch {
        throw ModelProblem.mismatch(error.inside(path))
      }
      guard let count = output.checkedProduct, count <= mostScalars else {
        throw ModelProblem.badSetting(layer: path, "the impossible output \(output)")
      }
      let isNext = inputs.count == 1 && inputs[0].name == made.last?.name ?? Sequential.input
      made.append(
        Sequential.NamedLayer(name, layer, inputs: isNext ? nil : inputs.map(\.name)))
      last = (name, output)
      outputs[name] = last
    }
    guard last.name == made.last?.name ?? Sequential.input else {
      throw ModelProblem.badSetting(
        layer: prefix + (layers.last?.name ?? "\(layers.count)"),
        "an output of a layer before the last")
    }
    return (Sequential(made), last.shape)
  }
}
