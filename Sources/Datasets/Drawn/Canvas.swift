import Tensors

/// A square gray image being painted: brightness 0 to 1, blended with the coverage of each pixel.
struct Canvas {
  let side: Int
  private var values: [Float]

  /// A canvas of one brightness.
  init(side: Int, brightness: Float) {
    self.side = side
    values = [Float](repeating: brightness, count: side * side)
  }

  var center: Point { 0.5 * Point(x: Float(side), y: Float(side)) }

  /// Covers everything.
  mutating func fill(with surface: Surface) {
    let center = center
    forEachPixel { value, point in value = surface.brightness(at: point, center: center) }
  }

  /// Paints a figure whose border is `softness` pixels wide; nothing beyond `radius` is touched.
  mutating func fill(
    _ outline: Outline, center: Point, radius: Float, softness: Float, with surface: Surface
  ) {
    let reach = radius + softness
    forEachPixel { value, point in
      let from = point - center
      guard from * from < reach * reach else { return }
      let coverage = min(max(0.5 - outline.signedDistance(to: point) / softness, 0), 1)
      guard coverage > 0 else { return }
      value += coverage * (surface.brightness(at: point, center: center) - value)
    }
  }

  /// Paints a straight line with round ends, anti-aliased.
  mutating func stroke(from start: Point, to end: Point, width: Float, brightness: Float) {
    let along = end - start
    let scale = 1 / max(along * along, 1e-6)
    forEachPixel { value, point in
      let from = point - start
      let rest = from - min(max(from * along * scale, 0), 1) * along
      let coverage = min(max(0.5 + width / 2 - (rest * rest).squareRoot(), 0), 1)
      value += coverage * (brightness - value)
    }
  }

  /// Makes the pixels between two corners at least as bright as `brightness` says.
  mutating func brighten(from: Point, to: Point, _ brightness: (Point) -> Float) {
    let columns = max(0, Int(from.x))..<max(0, min(side, Int(to.x) + 1), Int(from.x))
    let rows = max(0, Int(from.y))..<max(0, min(side, Int(to.y) + 1), Int(from.y))
    for y in rows {
      for x in columns {
        let point = Point(x: Float(x) + 0.5, y: Float(y) + 0.5)
        values[y * side + x] = max(values[y * side + x], brightness(point))
      }
    }
  }

  /// Adds noise of this standard deviation to each pixel and writes bytes.
  func develop(
    noise: Float, using generator: inout SeededGenerator,
    into bytes: UnsafeMutableBufferPointer<UInt8>
  ) {
    for index in values.indices {
      let value = values[index] + noise * generator.noise()
      bytes[index] = UInt8(min(max(value, 0), 1) * 255 + 0.5)
    }
  }

  private mutating func forEachPixel(_ paint: (inout Float, Point) -> Void) {
    for y in 0..<side {
      for x in 0..<side {
        paint(&values[y * side + x], Point(x: Float(x) + 0.5, y: Float(y) + 0.5))
      }
    }
  }
}
