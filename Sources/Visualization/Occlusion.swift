public import Tensors

/// A square that covers a part of an image, at every place of a grid.
///
/// Squares lie inside the image: there are `(H - size) / stride + 1` rows of them, and columns
/// likewise.
public struct Occluder: Sendable, Equatable {
  /// The square's side, in pixels.
  public var size: Int
  /// Pixels from one place to the next.
  public var stride: Int
  /// What the square is filled with, one scalar a channel, in units of the input.
  public var fill: [Float]

  /// A square.
  public init(size: Int, stride: Int = 1, fill: [Float]) {
    precondition(
      size > 0 && stride > 0, "a square has 1 pixel or more and moves, got \(size), \(stride)")
    (self.size, self.stride, self.fill) = (size, stride, fill)
  }

  /// The rows and columns of places over an image.
  public func places(height: Int, width: Int) -> (rows: Int, columns: Int) {
    (max(0, (height - size) / stride + 1), max(0, (width - size) / stride + 1))
  }

  /// Covers the pixels from (y, x) on in one image of a batch `[N, H, W, C]`.
  static func cover(
    _ images: inout Tensor, image: Int, y: Int, x: Int, height: Int, width: Int, fill: [Float]
  ) {
    let (rows, columns, channels) = (images.shape[1], images.shape[2], images.shape[3])
    precondition(
      y >= 0 && x >= 0 && y + height <= rows && x + width <= columns && fill.count == channels,
      """
      a box of \(height)x\(width) at \(y), \(x) filled with \(fill) lies outside images of \
      \(images.shape)
      """)
    images.withUnsafeMutableBufferPointer { scalars in
      for row in y..<y + height {
        for column in x..<x + width {
          let pixel = ((image * rows + row) * columns + column) * channels
          for channel in 0..<channels { scalars[pixel + channel] = fill[channel] }
        }
      }
    }
  }
}

/// What a network makes of an image while a square covers it, place by place.
///
/// - Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
///   arXiv 1311.2901, §4.2, Fig. 7.
public struct Occlusion: Sendable {
  /// The square.
  public let occluder: Occluder
  /// Rows of places.
  public let rows: Int
  /// Columns of places.
  public let columns: Int
  /// The class whose probability is watched.
  public let label: Int
  /// The layer whose strongest map is watched.
  public let layer: NumberedLayer
  /// The filter whose activation was the largest of all on the whole image.
  public let filter: Int
  /// Fig. 7 (b): the sum of that filter's map, a place, in row-major order.
  public let activity: [Float]
  /// The probability of each class, `[rows, columns, classes]`.
  public let probabilities: Tensor
  /// The sum of the filter's map for the image without the square.
  public let clearActivity: Float
  /// The probabilities for the image without the square.
  public let clearProbabilities: [Float]

  /// Fig. 7 (d): the probability of the class, a place.
  public var labelProbabilities: [Float] {
    let classes = clearProbabilities.count
    return probabilities.withUnsafeBufferPointer { all in
      (0..<rows * columns).map { all[$0 * classes + label] }
    }
  }

  /// Fig. 7 (e): the most probable class, a place; the first one on a tie.
  public var bestClasses: [Int] {
    let classes = clearProbabilities.count
    return probabilities.withUnsafeBufferPointer { all in
      (0..<rows * columns).map {
        Deconvnet.indexOfLargest(all[$0 * classes..<($0 + 1) * classes])
      }
    }
  }

  /// The most probable class of the image without the square.
  public var clearClass: Int { Deconvnet.indexOfLargest(clearProbabilities) }

  /// The upper left pixel of a place.
  public func corner(ofPlace index: Int) -> (y: Int, x: Int) {
    (index / columns * occluder.stride, index % columns * occluder.stride)
  }
}

extension Deconvnet {
  /// Covers an image place by place.
  ///
  /// - `image`: `[1, H, W, C]`, no smaller than the square.
  /// - `label`: the class whose probability is watched.
  /// - `layer`: whose strongest map is watched; the paper takes its highest convolution.
  /// - `progress`: receives the number of places done.
  public func occlude(
    _ image: Tensor, label: Int, layer: NumberedLayer, with occluder: Occluder,
    progress: (_ done: Int) -> Void = { _ in }
  ) -> Occlusion {
    let places = occluder.places(height: image.shape[1], width: image.shape[2])
    let count = places.rows * places.columns
    let classes = classCount(input: Array(image.shape.dropFirst()))
    precondition((0..<classes).contains(label), "class \(label) of \(classes)")
    let (clear, clearLogits) = activationsAndLogits(of: image, layer: layer)
    let clearProbabilities = Self.softmax(clearLogits).scalars
    let filter = clear.withUnsafeBufferPointer(Self.indexOfLargest) % layer.filters

    var activity: [Float] = []
    var probabilities: [Float] = []
    let batchSize = Self.batchSize(for: image)
    for first in stride(from: 0, to: count, by: batchSize) {
      let batch = first..<min(count, first + batchSize)
      var covered = image.images(repeatElement(0, count: batch.count))
      for place in batch {
        Occluder.cover(
          &covered, image: place - first, y: place / places.columns * occluder.stride,
          x: place % places.columns * occluder.stride, height: occluder.size,
          width: occluder.size, fill: occluder.fill)
      }
      let (maps, logits) = activationsAndLogits(of: covered, layer: layer)
      activity += maps.sums(of: filter).map { Float($0) }
      probabilities += Self.softmax(logits).scalars
      progress(batch.upperBound)
    }
    return Occlusion(
      occluder: occluder, rows: places.rows, columns: places.columns, label: label, layer: layer,
      filter: filter, activity: activity,
      probabilities: Tensor(
        shape: [places.rows, places.columns, classes], scalars: probabilities),
      clearActivity: Float(clear.sums(of: filter)[0]), clearProbabilities: clearProbabilities)
  }

  /// Images that go through the network at once: many small ones, few large ones.
  static func batchSize(for image: Tensor) -> Int {
    max(1, min(64, 4_000_000 / max(1, image.count * 32)))
  }
}
