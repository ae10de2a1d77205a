extension Image {
  /// The image at another size: each new pixel is the mean of the area it covers, its sums exact
  /// and rounded once (a box filter, so a smaller image has no aliases).
  public func resized(toWidth newWidth: Int, height newHeight: Int) -> Image {
    precondition(
      newWidth > 0 && newHeight > 0,
      "an image has at least 1x1 pixels, got \(newWidth)x\(newHeight)")
    guard newWidth != width || newHeight != height else { return self }
    let columns = AreaWeights(from: width, to: newWidth)
    let rows = AreaWeights(from: height, to: newHeight)
    let (oldStride, newStride) = (width * channels, newWidth * channels)
    let area = width * height
    var bytes = [UInt8](repeating: 0, count: newHeight * newStride)
    var mixed = [Int](repeating: 0, count: oldStride)
    for newY in 0..<newHeight {
      // The old rows that the new one covers, added up; then the same along the row.
      for at in 0..<oldStride { mixed[at] = 0 }
      for tap in 0..<rows.taps {
        let weight = rows.weights[newY * rows.taps + tap]
        guard weight > 0 else { continue }
        let row = (rows.first[newY] + tap) * oldStride
        for at in 0..<oldStride { mixed[at] += weight * Int(pixels[row + at]) }
      }
      for newX in 0..<newWidth {
        for channel in 0..<channels {
          var sum = area / 2
          for tap in 0..<columns.taps {
            let weight = columns.weights[newX * columns.taps + tap]
            if weight > 0 {
              sum += weight * mixed[(columns.first[newX] + tap) * channels + channel]
            }
          }
          bytes[newY * newStride + newX * channels + channel] = UInt8(sum / area)
        }
      }
    }
    return Image(width: newWidth, height: newHeight, channels: channels, pixels: bytes)
  }
}

/// Along one direction: which old pixels a new one covers, and how much of each.
private struct AreaWeights {
  /// Old pixels that a new one covers, at most.
  let taps: Int
  /// The first old pixel of each new one.
  let first: [Int]
  /// `taps` for each new pixel, in units of 1/new: they add up to the number of old pixels.
  let weights: [Int]

  init(from count: Int, to newCount: Int) {
    let taps = (count + newCount - 1) / newCount + 1
    self.taps = taps
    first = (0..<newCount).map { $0 * count / newCount }
    weights = (0..<newCount).flatMap { new in
      let (start, end) = (new * count, (new + 1) * count)
      return (0..<taps).map { tap in
        let old = start / newCount + tap
        return max(0, min(end, (old + 1) * newCount) - max(start, old * newCount))
      }
    }
  }
}
