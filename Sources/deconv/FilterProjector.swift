import CommandSupport
import Images
import ModelFiles
import NumPyFiles
import Tensors
import Visualization

/// What `deconv project` does with each filter: one unit of it, or its whole map, to the pixels.
struct FilterProjector {
  let network: Network
  let layer: NumberedLayer
  let position: MapPosition?
  let isWholeMap: Bool
  let rule: ProjectionRule

  /// What excites filters most.
  var search: ImageSearch {
    ImageSearch(network: network, layer: layer, position: position)
  }

  /// The projection of a filter of an image; nil when the filter is silent on it.
  ///
  /// A projection of nothing would be a gray image without a word.
  func projection(of filter: Int, _ image: InputImage) throws -> Projection? {
    let projection = try network.deconvnet.project(
      selection(of: filter), layer: layer.number, of: image.tensor(network.pixels), rule: rule)
    guard layer.isRectified else { return projection }
    let isActive =
      projection.units.first.map { $0.value > 0 }
      ?? projection.pixels.scalars.contains { $0 != 0 }
    return isActive ? projection : nil
  }

  private func selection(of filter: Int) -> FeatureSelection {
    if isWholeMap { return .map(filter: filter) }
    if let position { return .position(filter: filter, y: position.y, x: position.x) }
    return layer.isLast && layer.kind == .dense ? .class(filter) : .strongest(filter: filter)
  }
}

/// What `deconv project` found of a filter, as a line of JSON.
struct ProjectedFilter: Encodable {
  var layer: Int
  var name: String
  var filter: Int
  var rule: String
  /// The position in the data set; absent for a PNG of one's own, and for a filter without an image.
  var image: Int?
  var source: String?
  /// Whether the filter is 0 there.
  var silent: Bool
  var y: Int?
  var x: Int?
  var activation: Float?
  /// First and last row and column that the unit sees.
  var rows: [Int]?
  var columns: [Int]?
  /// What is white in the projection: the farthest from 0.
  var scale: Float?

  /// All pixels; not part of the line.
  var pixels: Tensor?

  private enum CodingKeys: String, CodingKey {
    case layer, name, filter, rule, image, source, silent, y, x, activation, rows, columns, scale
  }

  init(
    _ projection: Projection?, filter: Int, layer: NumberedLayer, rule: ProjectionRule,
    image: Int?, source: String?
  ) {
    self.layer = layer.number
    name = layer.name
    self.filter = filter
    self.rule = rule.rawValue
    self.image = image
    self.source = source
    silent = projection == nil
    if let unit = projection?.units.first {
      (y, x, activation) = (unit.y, unit.x, unit.value)
    }
    if let field = projection?.field(ofImage: 0) {
      rows = [field.rows.lowerBound, field.rows.upperBound - 1]
      columns = [field.columns.lowerBound, field.columns.upperBound - 1]
    }
    scale = projection?.image().scale.farthest
    pixels = projection?.pixels
  }

  /// The names of the arrays of `--npy`.
  static let arrays = ["projection", "activation"]

  /// Writes the pixels `[filters, H, W, C]`, zero for a silent filter, and the activations `[filters]`.
  static func write(_ found: [ProjectedFilter], to files: RawFiles) throws {
    guard files.areWanted else { return }
    let shape = found.lazy.compactMap { $0.pixels?.shape }.first.map { Array($0.dropFirst()) } ?? []
    let size = shape.isEmpty ? 0 : shape.reduce(1, *)
    try files.write(
      "projection",
      found.flatMap { $0.pixels?.scalars ?? [Float](repeating: 0, count: size) },
      shape: [found.count] + (shape.isEmpty ? [0] : shape))
    try files.write(
      "activation", found.map { $0.activation ?? (($0.silent ? 0 : .nan)) },
      shape: [found.count])
  }
}
