public import Tensors

/// The images that excite each filter of a layer most, found in one pass over batches of any size.
///
/// An image counts once for a filter, with its largest activation, the first in row-major order. Of
/// equal activations the image with the smaller number wins, so the order of batches doesn't matter.
/// Nothing of the images or their activations is kept.
/// - Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
///   arXiv 1311.2901, §4 and Fig. 2 (nine), Fig. 4 (one).
public struct StrongestImages: Sendable {
  /// An image and the unit that was strongest in it.
  public struct Entry: Sendable, Equatable {
    /// The image's number.
    public var image: Int
    /// The unit.
    public var unit: Activation2D
  }

  /// The layer.
  public let layer: NumberedLayer
  /// Images kept of a filter, at most.
  public let count: Int
  /// The filters looked at.
  public let filters: [Int]
  /// Images looked at.
  public private(set) var seen = 0
  /// The positions that count; nil for all of the map.
  private let positions: (rows: Range<Int>, columns: Range<Int>)?
  /// For each filter looked at, the strongest first.
  private var best: [[Entry]]

  /// Nothing seen yet.
  ///
  /// - `count`: images to keep of a filter.
  /// - `filters`: those to look at; nil for all.
  /// - `positions`: the only positions of the maps that count; nil for all.
  public init(
    of layer: NumberedLayer, count: Int = 9, filters: [Int]? = nil,
    positions: (rows: Range<Int>, columns: Range<Int>)? = nil
  ) {
    precondition(count > 0, "one image or more are kept, not \(count)")
    self.layer = layer
    self.count = count
    self.filters = filters ?? Array(0..<layer.filters)
    self.positions = positions
    best = self.filters.map { _ in [] }
  }

  /// The strongest images of a filter, the strongest first. Activations of a rectified layer that are
  /// 0 don't count, so a dead filter has none.
  public func entries(of filter: Int) -> [Entry] {
    filters.firstIndex(of: filter).map { best[$0] } ?? []
  }

  /// Looks at a layer's activations for a batch, `[N, H, W, filters]` or `[N, units]`, of all its
  /// filters or of those looked at alone.
  ///
  /// - `images`: the number of each image of the batch.
  public mutating func look(at activations: Tensor, of images: [Int]) {
    let shape = activations.shape
    precondition(
      [layer.filters, filters.count].contains(shape.last) && shape.first == images.count,
      "\(images.count) images for activations of shape \(shape)")
    let whole = shape.count == 4 ? (shape[1], shape[2]) : (1, 1)
    let rows = (positions?.rows ?? 0..<whole.0).clamped(to: 0..<whole.0)
    let columns = (positions?.columns ?? 0..<whole.1).clamped(to: 0..<whole.1)
    let channels = shape.last ?? 0
    let isOfAll = channels == layer.filters
    // Most images are none of the strongest: the maxima alone are found first, of all filters at once.
    var maxima = [Float](repeating: -.infinity, count: images.count * channels)
    activations.withUnsafeBufferPointer { scalars in
      maxima.withUnsafeMutableBufferPointer { maxima in
        Parallel.forEachRange(images.count, chunk: 4) { range in
          for image in range {
            let largest = maxima.extracting(image * channels..<(image + 1) * channels)
            for y in rows {
              for x in columns {
                let place = ((image * whole.0 + y) * whole.1 + x) * channels
                let here = scalars.extracting(place..<place + channels)
                for channel in 0..<channels {
                  largest[channel] = max(largest[channel], here[channel])
                }
              }
            }
          }
        }
      }
      for (row, image) in images.enumerated() {
        for (index, filter) in filters.enumerated() {
          let channel = isOfAll ? filter : index
          let value = maxima[row * channels + channel]
          guard value.isFinite, value > 0 || !layer.isRectified else { continue }
          guard isWanted(value, image, at: index) else { continue }
          let map = row * whole.0 * whole.1
          search: for y in rows {
            for x in columns
            where scalars[(map + y * whole.1 + x) * channels + channel] == value {
              insert(
                Entry(image: image, unit: Activation2D(y: y, x: x, value: value)), at: index)
              break search
            }
          }
        }
      }
    }
    seen += images.count
  }

  private func isWanted(_ value: Float, _ image: Int, at index: Int) -> Bool {
    guard best[index].count == count, let last = best[index].last else { return true }
    return (value, -image) > (last.unit.value, -last.image)
  }

  private mutating func insert(_ entry: Entry, at index: Int) {
    let place =
      best[index].firstIndex {
        (entry.unit.value, -entry.image) > ($0.unit.value, -$0.image)
      } ?? best[index].count
    best[index].insert(entry, at: place)
    if best[index].count > count { best[index].removeLast() }
  }
}

extension NumberedLayer {
  /// The positions of a layer's maps whose receptive fields lie inside the image; nil for layers whose
  /// units see everything.
  ///
  /// The strongest units of a first layer often lie at the border, where the padding looks like an edge.
  /// - Parameters:
  ///   - map: one image's activations, `[H, W, filters]`.
  ///   - image: the image, `[H, W, C]`.
  public func interior(
    ofMap map: [Int], image: [Int]
  ) -> (rows: Range<Int>, columns: Range<Int>)? {
    guard let receptiveField, map.count == 3 else { return nil }
    func inside(_ axis: ReceptiveField.Axis, _ units: Int, _ length: Int) -> Range<Int> {
      let all = (0..<units).filter {
        let pixels = axis.pixels(of: $0)
        return pixels.lowerBound >= 0 && pixels.upperBound <= length
      }
      guard let first = all.first, let last = all.last else { return 0..<0 }
      return first..<last + 1
    }
    return (
      inside(receptiveField.y, map[0], image[0]), inside(receptiveField.x, map[1], image[1])
    )
  }
}
