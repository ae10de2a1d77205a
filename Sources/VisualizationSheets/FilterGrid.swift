package import Charts
public import Images
public import NeuralNetworks
import Tensors
import TextOutput

/// A first layer's filters as little images (Zeiler & Fergus, Fig. 6).
public struct FilterGrid: Sendable {
  /// One image a filter, gray or RGB.
  public let filters: [Image]
  /// The scale of each.
  public let scales: [ContrastScale]
  /// The weights of each, `[height, width, channels]`.
  package let planes: [[Float]]

  /// The filters of a convolution over gray or RGB images; nil for other numbers of channels, which
  /// no image can show.
  ///
  /// - `sharingScale`: one symmetric scale for all, so that strong and weak filters can be told
  ///   apart; otherwise each filter goes from its own lowest to its highest weight.
  public init?(of convolution: Conv2D, sharingScale: Bool = false) {
    let (height, width) = (convolution.kernel.height, convolution.kernel.width)
    let (channels, count) = (convolution.inChannels, convolution.outChannels)
    guard channels == 1 || channels == 3 else { return nil }
    planes = (0..<count).map { Kernels.channels($0..<$0 + 1, of: convolution.weight).scalars }
    (filters, scales) = Image.contrastStretched(
      planes, width: width, height: height, channels: channels,
      rule: sharingScale ? .symmetric : .minMax, sharingScale: sharingScale)
  }

  /// All filters in rows, on black, each pixel enlarged.
  ///
  /// - `columns`: filters in a row; nil for about twice as many as there are rows.
  public func image(columns: Int? = nil, enlargedBy factor: Int = 1) -> Image {
    Image.grid(
      filters.map { $0.enlarged(by: factor) }, columns: columns ?? width, spacing: factor)
  }

  /// A sheet for people: below each filter its number and its largest weight, sign or not.
  public func sheet(title: String) -> Image { drawing(title: title).image() }

  package func drawing(title: String) -> Drawing {
    TileSheet(
      title: title,
      tiles: zip(filters, planes).enumerated().map { index, filter in
        let largest = filter.1.map { abs($0) }.max() ?? 0
        return TileSheet.Tile(
          filter.0, side: 56, caption: "\(index): \(Format.short(largest, digits: 2))")
      }, columns: width
    ).drawing()
  }

  /// Filters in a row, for about twice as many as there are rows.
  private var width: Int {
    var wide = 1
    while wide * wide < 2 * filters.count { wide += 1 }
    return wide
  }
}
