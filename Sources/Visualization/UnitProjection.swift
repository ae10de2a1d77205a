public import Tensors

/// A unit of a layer, in an image of a batch.
public struct FeatureUnit: Sendable, Equatable {
  /// The image's place in the batch.
  public var image: Int
  /// The filter, or the dense unit.
  public var filter: Int
  /// Where in the filter's map, and how active.
  public var activation: Activation2D

  /// A unit.
  public init(image: Int, filter: Int, activation: Activation2D) {
    self.image = image
    self.filter = filter
    self.activation = activation
  }
}

/// One unit brought down to the pixels it sees.
public struct UnitProjection: Sendable {
  /// The unit.
  public let unit: FeatureUnit
  /// The pixels that the unit sees, some of them maybe outside the image; nil for all of it.
  public let field: (rows: Range<Int>, columns: Range<Int>)?
  /// Height, width and channels of the image.
  public let imageShape: [Int]
  /// The part of the signal that isn't zero for certain, `[h, w, C]`, and where it begins.
  private let window: Tensor
  private let corner: (y: Int, x: Int)

  init(
    unit: FeatureUnit, field: (rows: Range<Int>, columns: Range<Int>)?, imageShape: [Int],
    window: Tensor, corner: (y: Int, x: Int)
  ) {
    self.unit = unit
    self.field = field
    self.imageShape = imageShape
    self.window = window
    self.corner = corner
  }

  /// The signal at all pixels of the image, `[H, W, C]`, signed, in units of the input.
  public var pixels: Tensor {
    part(rows: 0..<imageShape[0], columns: 0..<imageShape[1])
  }

  /// The signal at the pixels that the unit sees, `[rows, columns, C]`; zero outside the image.
  public var patch: Tensor {
    field.map { part(rows: $0.rows, columns: $0.columns) } ?? pixels
  }

  private func part(rows: Range<Int>, columns: Range<Int>) -> Tensor {
    let size = Extent(height: rows.count, width: columns.count)
    let place = SignalWindows.Corner(
      image: 0, y: rows.lowerBound - corner.y, x: columns.lowerBound - corner.x)
    return window.reshaped(to: [1] + window.shape).cropped(at: [place], to: size)
      .reshaped(to: [rows.count, columns.count, imageShape[2]])
  }
}
