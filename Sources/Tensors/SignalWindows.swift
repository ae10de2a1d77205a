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
    let shifts = zip(corners, inside).enumerated().map { index, moved in
      Corner(image: index, y: moved.1.y - moved.0.y, x: moved.1.x - moved.0.x)
    }
    self.scalars = scalars.cropped(at: shifts, to: size)
  }

  /// Windows that lie inside already.
  package init(_ scalars: Tensor, at corners: [Corner], map: Extent) {
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
    return maps.cropped(at: corners, to: size)
  }

  /// Each window in a whole map of its own, `[windows, H, W, C]`, zero around it.
  package var wholeMaps: Tensor {
    guard size != map else { return scalars }
    return scalars.cropped(
      at: corners.enumerated().map { Corner(image: $0, y: -$1.y, x: -$1.x) }, to: map)
  }

  /// The windows of a layer's input that all of these, of its output, come from; they may reach over the
  /// edges.
  package func fields(
    of kernel: Extent, stride: Extent, padding: Padding
  ) -> (size: Extent, corners: [Corner]) {
    (
      Extent(
        height: (size.height - 1) * stride.height + kernel.height,
        width: (size.width - 1) * stride.width + kernel.width),
      corners.map {
        Corner(
          image: $0.image, y: $0.y * stride.height - padding.top,
          x: $0.x * stride.width - padding.left)
      }
    )
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

extension Tensor {
  /// Rectangles of one size out of images `[N, H, W, C]`, `[corners, height, width, C]`; what lies outside
  /// of the image is 0.
  package func cropped(at corners: [SignalWindows.Corner], to size: Extent) -> Tensor {
    precondition(rank == 4, "images are [N, H, W, C], got shape \(shape)")
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    var result = Tensor(zeros: [corners.count, size.height, size.width, channels])
    result.withUnsafeMutableBufferPointer { to in
      withUnsafeBufferPointer { from in
        guard let from = from.baseAddress, let to = to.baseAddress else { return }
        for (index, corner) in corners.enumerated() {
          let columns = (corner.x..<corner.x + size.width).clamped(to: 0..<width)
          let left = columns.lowerBound
          for y in (corner.y..<corner.y + size.height).clamped(to: 0..<height)
          where !columns.isEmpty {
            let source = (corner.image * height + y) * width + left
            let target = (index * size.height + y - corner.y) * size.width + left - corner.x
            (to + target * channels).update(
              from: from + source * channels, count: columns.count * channels)
          }
        }
      }
    }
    return result
  }
}
