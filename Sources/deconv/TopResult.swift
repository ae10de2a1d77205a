import Datasets
import NumPyFiles
import Tensors
import Visualization

/// What `deconv top` found of a filter, as a line of JSON.
struct TopFilter: Encodable {
  /// One of its strongest images.
  struct Image: Encodable {
    var image: Int
    var source: String
    var label: String
    var y: Int
    var x: Int
    var activation: Float
    /// First and last row and column that the unit sees; absent for a unit that sees everything.
    var rows: [Int]?
    var columns: [Int]?
    var over_border: Bool
    /// What is white in the projection: the farthest from 0.
    var scale: Float
  }

  var layer: Int
  var name: String
  var filter: Int
  var dead: Bool
  var strongest: [Image]

  init(
    layer: NumberedLayer, filter: Int, _ entries: [StrongestImages.Entry],
    _ projections: [UnitProjection], images: DataImages
  ) {
    self.layer = layer.number
    name = layer.name
    self.filter = filter
    dead = entries.isEmpty
    strongest = zip(entries, projections).map { entry, projection in
      let index = entry.image
      return Image(
        image: index, source: images.images.sources[index],
        label: images.classNames[images.images.labels[index]], y: entry.unit.y, x: entry.unit.x,
        activation: entry.unit.value,
        rows: projection.field.map { [$0.rows.lowerBound, $0.rows.upperBound - 1] },
        columns: projection.field.map { [$0.columns.lowerBound, $0.columns.upperBound - 1] },
        over_border: projection.reachesOverBorder, scale: projection.scale.farthest)
    }
  }
}

/// The numbers of `deconv top` for `--npy`: one row a filter, one column a rank; -1 and NaN where a
/// filter has fewer images.
struct TopArrays {
  static let names = ["index", "y", "x", "value", "projection"]

  private let count: Int
  private var index: [Int32] = []
  private var y: [Int32] = []
  private var x: [Int32] = []
  private var value: [Float] = []
  private var projection: [Float] = []
  private var patchShape: [Int] = []
  private var filters = 0
  private var isMissing: [Bool] = []

  init(count: Int) { self.count = count }

  mutating func add(
    _ entries: [StrongestImages.Entry], _ projections: [UnitProjection]
  ) {
    filters += 1
    for rank in 0..<count {
      guard rank < entries.count else {
        index.append(-1)
        y.append(-1)
        x.append(-1)
        value.append(.nan)
        isMissing.append(true)
        continue
      }
      index.append(Int32(entries[rank].image))
      y.append(Int32(entries[rank].unit.y))
      x.append(Int32(entries[rank].unit.x))
      value.append(entries[rank].unit.value)
      isMissing.append(false)
      let patch = projections[rank].patch
      patchShape = patch.shape
      projection += patch.scalars
    }
  }

  func write(to files: RawFiles) throws {
    guard files.areWanted else { return }
    let shape = [filters, count]
    try files.write("index", index, shape: shape)
    try files.write("y", y, shape: shape)
    try files.write("x", x, shape: shape)
    try files.write("value", value, shape: shape)
    let size = patchShape.reduce(1, *)
    var all: [Float] = []
    var next = 0
    for missing in isMissing {
      if missing {
        all += [Float](repeating: 0, count: patchShape.isEmpty ? 0 : size)
      } else {
        all += projection[next..<next + size]
        next += size
      }
    }
    try files.write("projection", all, shape: patchShape.isEmpty ? [0] : shape + patchShape)
  }
}
