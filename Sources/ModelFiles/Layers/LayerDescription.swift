/// A layer without its parameters: its name, its type in `torch.nn`'s words, and its settings.
///
/// In JSON an object: `{"name": "conv1", "type": "Conv2d", "kernel_size": 5, "padding": 2}`. Settings that
/// aren't there have PyTorch's defaults, or follow from the shapes of the layer's tensors. `LayerType` is
/// the table of what there is.
package struct LayerDescription: Sendable, Equatable {
  /// What its parameters' names begin with; nil for one that is numbered by its kind.
  package var name: String?
  /// The type's name, for example `Conv2d`.
  package var type: String
  /// Its settings by their names in `torch.nn`.
  package var settings: [String: JSONValue]
  /// The layers inside a `Sequential`.
  package var layers: [LayerDescription]
  /// The names of the layers whose outputs it takes, `input` for the network's; nil for the one before.
  package var inputs: [String]?

  /// A description, not checked yet.
  package init(
    _ name: String?, _ type: String, _ settings: [String: JSONValue] = [:],
    layers: [LayerDescription] = [], inputs: [String]? = nil
  ) {
    (self.name, self.type, self.settings, self.layers) = (name, type, settings, layers)
    self.inputs = inputs
  }

  /// Reads a layer's object.
  ///
  /// - Parameter number: its place among its neighbours, from 1, for the errors.
  init(_ json: JSONValue, number: Int) throws(ModelProblem) {
    guard case .object(var fields) = json, case .string(let type)? = fields["type"] else {
      throw .noType(number: number)
    }
    if case .string(let name)? = fields["name"] { self.name = name }
    self.type = type
    layers = []
    if type == LayerType.composition, case .array(let inner)? = fields["layers"] {
      layers = try Self.list(inner)
      fields["layers"] = nil
    }
    if let given = fields["inputs"] {
      guard case .array(let values) = given, !values.isEmpty else {
        throw .badSetting(
          layer: name ?? "\(number)", "the inputs \(given.text), which aren't names")
      }
      inputs = []
      for case .string(let name) in values { inputs?.append(name) }
      guard inputs?.count == values.count else {
        throw .badSetting(
          layer: name ?? "\(number)", "the inputs \(given.text), which aren't names")
      }
    }
    fields["inputs"] = nil
    fields["type"] = nil
    fields["name"] = nil
    settings = fields
    let known = try LayerType.named(type, number: number)
    if let stranger = fields.keys.filter({ !known.settings.contains($0) }).min() {
      let own = known.settings.sorted().joined(separator: ", ")
      throw .badSetting(
        layer: name ?? "\(number)",
        "no setting \"\(stranger)\"" + (own.isEmpty ? "" : "; a \(type) has \(own)"))
    }
  }

  /// Reads a list of layers.
  static func list(_ json: [JSONValue]) throws(ModelProblem) -> [LayerDescription] {
    var result: [LayerDescription] = []
    for (index, layer) in json.enumerated() {
      result.append(try LayerDescription(layer, number: index + 1))
    }
    return result
  }

  /// The layer's object.
  var json: JSONValue {
    var fields = settings
    fields["name"] = name.map { .string($0) }
    fields["type"] = .string(type)
    if let inputs { fields["inputs"] = .array(inputs.map { .string($0) }) }
    if type == LayerType.composition { fields["layers"] = .array(layers.map(\.json)) }
    return .object(fields)
  }
}
