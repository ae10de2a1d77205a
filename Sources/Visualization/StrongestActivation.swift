public import Tensors

/// The picture that excites a filter most, found in one pass over batches of any size.
///
/// Of equal activations the first picture's first one wins, so the order of batches doesn't matter
/// as long as pictures are counted.
public struct StrongestActivation: Sendable {
  /// The filter.
  public let filter: Int
  /// The only position that counts; nil for all of the map.
  public let position: (y: Int, x: Int)?
  /// The strongest so far: the picture's number and the unit; nil before the first batch.
  public private(set) var best: (picture: Int, unit: Activation2D)?
  /// Pictures looked at.
  public private(set) var seen = 0

  /// Nothing seen yet.
  ///
  /// - Parameter position: looks at one position of the map only.
  public init(filter: Int, at position: (y: Int, x: Int)? = nil) {
    self.filter = filter
    self.position = position
  }

  /// Looks at a layer's activations for a batch, `[N, H, W, filters]` or `[N, units]`.
  ///
  /// - Parameter pictures: the number of each picture of the batch.
  public mutating func look(at activations: Tensor, of pictures: [Int]) {
    let shape = activations.shape
    precondition(
      pictures.count == shape.first, "\(pictures.count) pictures for activations of shape \(shape)")
    let maps =
      shape.count == 2 ? activations.reshaped(to: [shape[0], 1, 1, shape[1]]) : activations
    let units =
      if let position {
        pictures.indices.map {
          Activation2D(
            y: position.y, x: position.x, value: maps[$0, position.y, position.x, filter])
        }
      } else {
        Deconvnet.strongest(maps, filter: filter)
      }
    for (picture, unit) in zip(pictures, units) {
      if let best, (best.unit.value, -best.picture) >= (unit.value, -picture) { continue }
      best = (picture, unit)
    }
    seen += pictures.count
  }
}
