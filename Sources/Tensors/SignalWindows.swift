/// Windows of one size into the maps of a batch, each at a place of its own: a signal that is zero
/// everywhere else. Every window lies inside its map.
package struct SignalWindows: Sendable {
  /// Where a window begins.
  package struct Corner: Sendable, Equatable {
    /// The image of the batch; several windows may be of one.
    package var image: Int
    package var y: Int
    package var x: Int

    package init(image: Int, y: Int, x: Int) {
      (self.image, self.y, self.x) = (image, y, x)
    }
  }

  /// `[windows, height, width, channels]`.
  package private(set) var scalars: Tensor
  /// Where each begins in its map.
  package private(set) var corners: [Corner]
  /// The rows and columns of the maps.
  package let map: Extent

  /// Windows that may reach over the edges of their maps: what lies outside is cut off, and each is
  /// moved so that it lies inside.
  package init(cropping scalars: Tensor, at corners: [Corner], map: Extent) {
    precondition(
      scalars.rank == 4 && scalars.shape[0] == corners.count,
      "\(corners.count) corners for windows of shape \(scalars.shape)")
    let given = Extent(height: scalars.shape[1], width: scalars.shape[2])
    let (size, inside) = Self.placed(given, at: corners, in: map)
    self.map = map
    self.corners = inside
    guard size != given || inside != corners else {
      self.scalars = scalars
      return
    }
    let channels = scalars.shape[3]
    var cropped = Tensor(zeros: [corners.count, size.height, size.width, channels])
    cropped.withUnsafeMutableBufferPointer { to in
      scalars.withUnsafeBufferPointer { from in
        for (index, (old, new)) in zip(corners, inside).enumerated() {
          // A window that lies outside of its map altogether leaves nothing.
          let rows = (old.y..<old.y + given.height).clamped(to: new.y..<new.y + size.height)
          let columns = (old.x..<old.x + given.width).clamped(to: new.x..<new.x + size.width)
          guard !columns.isEmpty else { continue }
          for y in rows {
            let source = (index * given.height + y - old.y) * given.width
            let target = (index * size.height + y - new.y) * size.width
            let count = columns.count * channels
            let first = (source + columns.lowerBound - old.x) * channels
            let start = (target + columns.lowerBound - new.x) * channels
            for offset in 0..<count { to[start + offset] = from[first + offset] }
          }
        }
      }
    }
    self.scalars = cropped
  }

  /// Windows that lie inside already.
  init(_ scalars: Tensor, at corners: [Corner], map: Extent) {
    self.scalars = scalars
    self.corners = corners
    self.map = map
  }

  /// Rows and columns of a window.
  package var size: Extent { Extent(height: scalars.shape[1], width: scalars.shape[2]) }
  /// Channels of a map.
  package var channels: Int { scalars.shape[3] }
  /// The number of windows.
  package var count: Int { corners.count }

  /// The same windows with other scalars.
  package func replacing(_ scalars: Tensor) -> SignalWindows {
    precondition(
      scalars.shape == self.scalars.shape,
      "scalars of shape \(scalars.shape) for windows of \(self.scalars.shape)")
    return SignalWindows(scalars, at: corners, map: map)
  }

  /// What other maps `[N, H, W, C]` of the batch hold in the windows.
  package func contents(of maps: Tensor) -> Tensor {
    precondition(
      maps.rank == 4 && Array(maps.shape[1...]) == [map.height, map.width, channels],
      "maps of shape \(maps.shape) for windows into \(map.height) × \(map.width) × \(channels)")
    let row = size.width * channels
    return Tensor(uninitializedShape: scalars.shape) { to in
      maps.withUnsafeBufferPointer { from in
        for (index, corner) in corners.enumerated() {
          for y in 0..<size.height {
            let source =
              ((corner.image * map.height + corner.y + y) * map.width + corner.x) * channels
            let target = (index * size.height + y) * row
            for offset in 0..<row {
              to.initializeElement(at: target + offset, to: from[source + offset])
            }
          }
        }
      }
    }
  }

  /// Each window in a whole map of its own, `[windows, H, W, C]`, zero around it.
  package var wholeMaps: Tensor {
    guard size != map else { return scalars }
    var whole = Tensor(zeros: [count, map.height, map.width, channels])
    let row = size.width * channels
    whole.withUnsafeMutableBufferPointer { to in
      scalars.withUnsafeBufferPointer { from in
        for (index, corner) in corners.enumerated() {
          for y in 0..<size.height {
            let source = (index * size.height + y) * row
            let target = ((index * map.height + corner.y + y) * map.width + corner.x) * channels
            for offset in 0..<row { to[target + offset] = from[source + offset] }
          }
        }
      }
    }
    return whole
  }

  /// The size and the corners of windows when they lie inside their maps: no larger than a map, and
  /// moved to its edge where they reach over it. Nothing of a map that they covered is lost.
  static func placed(
    _ size: Extent, at corners: [Corner], in map: Extent
  ) -> (size: Extent, corners: [Corner]) {
    let inside = Extent(
      height: min(size.height, map.height), width: min(size.width, map.width))
    let moved = corners.map { corner in
      Corner(
        image: corner.image, y: max(0, min(corner.y, map.height - inside.height)),
        x: max(0, min(corner.x, map.width - inside.width)))
    }
    return (inside, moved)
  }
}
