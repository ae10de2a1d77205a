public import Tensors

/// How active each filter of a layer is over many images, counted in one pass over batches of any size.
///
/// Sums are made in double precision, in an order that the number of threads doesn't change.
/// - Source: dead and rarely active filters: Zeiler & Fergus, arXiv 1311.2901, §3 and §4.1.
public struct ActivationStatistics: Sendable {
  /// What is known of one filter.
  public struct Filter: Sendable, Equatable {
    /// The mean of all activations.
    public var mean: Double
    /// The population's variance.
    public var variance: Double
    /// The smallest activation.
    public var minimum: Float
    /// The largest activation.
    public var maximum: Float
    /// The share of activations above 0.
    public var activeShare: Double
    /// The share of images with an activation above 0.
    public var activeImageShare: Double
    /// The mean of each image's largest activation.
    public var meanOfImageMaxima: Double

    /// The population's standard deviation.
    public var standardDeviation: Double { variance.squareRoot() }
    /// Whether no image has an activation above 0.
    public var isDead: Bool { maximum <= 0 }
    /// Whether it isn't dead, but fewer images than this share have an activation above 0.
    public func isRare(below share: Double = 0.01) -> Bool {
      !isDead && activeImageShare < share
    }
  }

  /// The layer.
  public let layer: NumberedLayer
  /// Images looked at.
  public private(set) var seen = 0
  /// Positions of a map.
  private var positions = 0
  private var sums: [Sums]

  private struct Sums {
    var sum = 0.0
    var squares = 0.0
    var minimum = Float.infinity
    var maximum = -Float.infinity
    var active = 0
    var activeImages = 0
    var maxima = 0.0

    mutating func add(_ other: Sums) {
      sum += other.sum
      squares += other.squares
      minimum = min(minimum, other.minimum)
      maximum = max(maximum, other.maximum)
      active += other.active
      activeImages += other.activeImages
      maxima += other.maxima
    }
  }

  /// Nothing seen yet.
  public init(of layer: NumberedLayer) {
    self.layer = layer
    sums = Array(repeating: Sums(), count: layer.filters)
  }

  /// Each filter's numbers; of no images, zeros.
  public var filters: [Filter] {
    let (count, images) = (Double(max(1, seen * positions)), Double(max(1, seen)))
    return sums.map { sums in
      let mean = sums.sum / count
      return Filter(
        mean: mean, variance: max(0, sums.squares / count - mean * mean),
        minimum: seen > 0 ? sums.minimum : 0, maximum: seen > 0 ? sums.maximum : 0,
        activeShare: Double(sums.active) / count,
        activeImageShare: Double(sums.activeImages) / images,
        meanOfImageMaxima: sums.maxima / images)
    }
  }

  /// Looks at a layer's activations for a batch, `[N, H, W, filters]` or `[N, units]`.
  public mutating func look(at activations: Tensor) {
    let (batch, channels) = (activations.shape[0], layer.filters)
    precondition(
      activations.shape.last == channels,
      "activations of shape \(activations.shape) for \(channels) filters")
    guard batch > 0 else { return }
    positions = activations.count / batch / channels
    let positions = positions
    var ofImages = [Sums](repeating: Sums(), count: batch * channels)
    activations.withUnsafeBufferPointer { scalars in
      ofImages.withUnsafeMutableBufferPointer { all in
        Parallel.forEachRange(batch, chunk: 4) { range in
          for image in range {
            let sums = all.extracting(image * channels..<(image + 1) * channels)
            for position in 0..<positions {
              let start = (image * positions + position) * channels
              for channel in 0..<channels {
                let value = scalars[start + channel]
                sums[channel].sum += Double(value)
                sums[channel].squares += Double(value) * Double(value)
                sums[channel].minimum = min(sums[channel].minimum, value)
                sums[channel].maximum = max(sums[channel].maximum, value)
                sums[channel].active += value > 0 ? 1 : 0
              }
            }
            for channel in 0..<channels {
              sums[channel].activeImages = sums[channel].maximum > 0 ? 1 : 0
              sums[channel].maxima = Double(sums[channel].maximum)
            }
          }
        }
      }
    }
    for image in 0..<batch {
      for channel in 0..<channels { sums[channel].add(ofImages[image * channels + channel]) }
    }
    seen += batch
  }
}
