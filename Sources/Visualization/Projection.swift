public import Tensors

/// What to take from a layer and bring down to the pixels; everything else is set to zero.
public enum FeatureSelection: Sendable, Equatable {
  /// The filter's largest activation, the first in row-major order if it is there twice.
  case strongest(filter: Int)
  /// The filter's activation at a position of its map.
  case position(filter: Int, y: Int, x: Int)
  /// The filter's whole map, before pooling.
  case map(filter: Int)
  /// The filter's whole map, after the pooling behind it.
  case pooledMap(filter: Int)
  /// A class, with the value 1: a unit of the last layer.
  case `class`(Int)

  /// The filter, unit or class.
  public var filter: Int {
    switch self {
    case .strongest(let filter), .position(let filter, _, _), .map(let filter),
      .pooledMap(let filter), .class(let filter):
      filter
    }
  }

  /// Whether a single unit is kept of each image.
  var isUnit: Bool {
    switch self {
    case .strongest, .position, .class: true
    case .map, .pooledMap: false
    }
  }
}

/// A unit of a feature map and its activation.
public struct Activation2D: Sendable, Equatable {
  /// The row in the map; 0 for dense units.
  public var y: Int
  /// The column in the map; 0 for dense units.
  public var x: Int
  /// The activation.
  public var value: Float

  /// A unit.
  public init(y: Int, x: Int, value: Float) {
    self.y = y
    self.x = x
    self.value = value
  }
}

/// A feature brought down to the pixels, for each image of a batch.
public struct Projection: Sendable {
  /// The signal at the pixels, `[N, H, W, C]`, signed, in units of the input.
  public let pixels: Tensor
  /// The unit that was kept, an image; empty when a whole map was.
  public let units: [Activation2D]
  /// The layer it comes from.
  public let layer: NumberedLayer
  /// What was taken from it.
  public let selection: FeatureSelection
  /// The rule at the rectifiers.
  public let rule: ProjectionRule

  /// The pixels that the kept unit of an image sees, some of them outside the image; nil for a
  /// unit that sees everything and for whole maps.
  public func field(ofImage index: Int) -> (rows: Range<Int>, columns: Range<Int>)? {
    units.indices.contains(index) ? layer.field(of: units[index]) : nil
  }
}
