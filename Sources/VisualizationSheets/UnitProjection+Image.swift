public import Images
import Tensors
public import Visualization

extension UnitProjection {
  /// The scale that makes 0 the middle gray, and what is farthest from it black or white.
  public var scale: ContrastScale { scale(100) }

  /// The same of what a percentile of the magnitudes at the pixels that the unit sees is.
  package func scale(_ percentile: Double) -> ContrastScale {
    ContrastScale(.symmetric, of: patch.scalars, percentile: percentile)
  }

  /// The signal at all pixels of the image.
  ///
  /// - Parameter scale: nil for its own.
  public func image(scale: ContrastScale? = nil) -> Image {
    Image(
      contrastStretching: pixels.scalars, width: imageShape[1], height: imageShape[0],
      channels: imageShape[2], scale: scale ?? self.scale)
  }

  /// The signal at the pixels that the unit sees; those outside the image are marked by a colour.
  ///
  /// - Parameter scale: nil for its own.
  public func patchImage(scale: ContrastScale? = nil) -> Image {
    let whole = image(scale: scale)
    return field.map { SheetPalette().patch(of: whole, $0) } ?? whole
  }

  /// What the unit sees of the image itself; what lies outside is marked by a colour.
  public func patch(of source: Image) -> Image {
    field.map { SheetPalette().patch(of: source, $0) } ?? source
  }

  /// Whether part of what the unit sees lies outside the image, where the network saw its padding.
  public var reachesOverBorder: Bool {
    guard let field else { return false }
    return field.rows.lowerBound < 0 || field.columns.lowerBound < 0
      || field.rows.upperBound > imageShape[0] || field.columns.upperBound > imageShape[1]
  }
}

extension ContrastScale {
  /// One symmetric scale for all these projections, so that their brightness can be compared.
  public static func shared(by projections: some Sequence<UnitProjection>) -> ContrastScale {
    shared(by: projections, 100)
  }

  package static func shared(
    by projections: some Sequence<UnitProjection>, _ percentile: Double
  ) -> ContrastScale {
    ContrastScale(
      .symmetric, of: projections.flatMap { $0.patch.scalars }, percentile: percentile)
  }
}
