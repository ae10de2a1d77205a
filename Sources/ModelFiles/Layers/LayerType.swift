import NeuralNetworks

/// The table of layers: what each is called in `torch.nn`, which settings it has, how it is made of them
/// and of its tensors, and how a layer is described.
///
/// Not PyTorch's are `Add`, `Sub`, `Mul` and `Concat`, where branches meet, `Slice`, which picks rows, columns
/// or channels, `RowSequence`, which makes a sequence of an image's rows, and some settings:
/// `returns_sequence` of recurrent layers, whose output here is the last state alone without it, `alpha` and
/// `beta` of `Hardsigmoid`, `coordinates` and `rounding` of `Upsample`. `Permute` is torchvision's.
struct LayerType: Sendable {
  /// The name in `torch.nn`.
  let name: String
  /// What a layer without a name is called, with a number.
  let kind: String
  /// The settings it has; those that matter in training alone are read over.
  let settings: [String]
  /// The layer of a description; nil for one that does nothing.
  let make: @Sendable (LayerReader) throws -> (any Layer)?
  /// The settings of a layer; nil for one of another type.
  let describe: @Sendable (any Layer) -> [String: JSONValue]?

  /// A type that layers of `Described` are.
  init<Described: Layer>(
    _ name: String, _ kind: String, _ settings: String = "",
    describe: @escaping @Sendable (Described) -> [String: JSONValue],
    make: @escaping @Sendable (LayerReader) throws -> (any Layer)?
  ) {
    self.init(
      name, kind, settings, describeAny: { ($0 as? Described).map(describe) }, make: make)
  }

  /// A type that layers of several types are.
  init(
    _ name: String, _ kind: String, _ settings: String = "",
    describeAny: @escaping @Sendable (any Layer) -> [String: JSONValue]?,
    make: @escaping @Sendable (LayerReader) throws -> (any Layer)?
  ) {
    (self.name, self.kind, self.make, describe) = (name, kind, make, describeAny)
    self.settings = settings.split(separator: " ").map(String.init)
  }

  /// A type that no layer is described as.
  init(
    _ name: String, _ kind: String, _ settings: String = "",
    make: @escaping @Sendable (LayerReader) throws -> (any Layer)?
  ) {
    self.init(name, kind, settings, describeAny: { _ in nil }, make: make)
  }

  /// The type that holds other layers; `ModelDescription` makes it.
  static let composition = "Sequential"

  /// All types.
  static let all: [LayerType] =
    convolutions + pools + normalizations + functions + rows + rearrangements + [
      LayerType(composition, "block") { _ in nil },
      LayerType("Identity", "identity") { _ in nil },
    ]

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// The type of a name.
  ///
  /// - Parameter number: the layer's place, from 1, for the error.
  static func named(_ name: String, number: Int) throws(ModelProblem) -> LayerType {
    guard let type = byName[name] else {
      throw .unknownType(number: number, type: name, known: byName.keys.sorted())
    }
    return type
  }

  /// A layer's description.
  ///
  /// - Throws: `ModelProblem.undescribable` for one that the table doesn't hold.
  static func description(
    of layer: any Layer, named name: String
  ) throws(ModelProblem) -> LayerDescription {
    if let inner = layer as? Sequential {
      return LayerDescription(name, composition, layers: try list(of: inner))
    }
    for type in all {
      if let settings = type.describe(layer) {
        return LayerDescription(name, type.name, settings)
      }
    }
    throw .undescribable(layer: name, type: "\(Swift.type(of: layer))")
  }

  /// The descriptions of the layers of a composition.
  static func list(of model: Sequential) throws(ModelProblem) -> [LayerDescription] {
    var result: [LayerDescription] = []
    for named in model.layers {
      var described = try description(of: named.layer, named: named.name)
      described.inputs = named.inputs
      result.append(described)
    }
    return result
  }
}
