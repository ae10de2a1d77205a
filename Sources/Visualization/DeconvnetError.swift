/// Why a projection that was asked for can't be made.
public enum DeconvnetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No layer has this number.
  case noSuchLayer(Int, layers: [String])
  /// No convolution or dense layer has this name.
  case noLayerNamed(String, layers: [String])
  /// The layer has no such filter.
  case noSuchFilter(Int, layer: String, filters: Int)
  /// The layer's maps have no such position.
  case noSuchPosition(y: Int, x: Int, layer: String, height: Int, width: Int)
  /// Nothing pools the layer's maps.
  case noPooling(layer: String)
  /// The layer isn't the last.
  case notLast(layer: String)
  /// A layer on the way down has no way down.
  case cannotProject(layer: String, type: String)

  /// The sentence for a user.
  public var description: String {
    switch self {
    case .noSuchLayer(let number, let layers):
      layers.isEmpty
        ? "the network has no convolution and no dense layer"
        : """
        there is no layer \(number): the network has layers 1 to \(layers.count) \
        (\(layers.joined(separator: ", ")))
        """
    case .noLayerNamed(let name, let layers):
      "there is no convolution or dense layer \"\(name)\": there are \(layers.joined(separator: ", "))"
    case .noSuchFilter(let filter, let layer, let filters):
      "\(layer) has no filter \(filter): its filters are 0 to \(filters - 1)"
    case .noSuchPosition(let y, let x, let layer, let height, let width):
      """
      \(layer) has no position \(y),\(x): its maps have rows 0 to \(height - 1) and columns 0 to \
      \(width - 1)
      """
    case .noPooling(let layer):
      "\(layer) has no pooling behind it"
    case .notLast(let layer):
      "\(layer) isn't the last, so its units aren't classes"
    case .cannotProject(let layer, let type):
      "layer \"\(layer)\" is a \(type), which has no way down to the pixels"
    }
  }
}
