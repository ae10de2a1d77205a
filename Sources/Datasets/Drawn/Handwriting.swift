import Tensors

/// A digit as a hand wrote it: its strokes distorted, sized and placed, as short straight pieces.
struct Handwriting {
  /// A piece of a stroke, with the pen's width at both ends, in pixels.
  struct Piece {
    var start: Point
    var end: Point
    var startWidth: Float
    var endWidth: Float
  }

  private(set) var pieces: [Piece] = []

  /// Writes a digit on a square of `side` pixels.
  init(digit: Int, side: Float, using generator: inout SeededGenerator) {
    let strokes = DigitStrokes.strokes(of: digit, using: &generator)
    let elastic = ElasticField(strength: generator.uniform(0.04, 0.17), using: &generator)
    let slant = generator.uniform(-0.12, 0.42)
    let turn = generator.lean(0.45)
    let breadth = generator.uniform(0.75, 1.2)
    let paths = strokes.map { stroke in
      Self.smoothed(stroke).map { point in
        let bent = elastic(point)
        let sheared = Point(x: breadth * bent.x - slant * bent.y, y: bent.y)
        return sheared.x * turn + sheared.y * turn.turned
      }
    }
    place(paths, side: side, using: &generator)
  }

  /// Fits the strokes into the square's middle, and draws the pen's width and its changes.
  private mutating func place(
    _ paths: [[Point]], side: Float, using generator: inout SeededGenerator
  ) {
    let points = paths.joined()
    let left = points.map(\.x).min() ?? 0
    let right = points.map(\.x).max() ?? 0
    let top = points.map(\.y).min() ?? 0
    let bottom = points.map(\.y).max() ?? 0
    let height = generator.uniform(0.56, 0.7) * side
    let scale = min(height / (bottom - top), 0.72 * side / max(right - left, 0.01))
    let middle = 0.5 * Point(x: left + right, y: top + bottom)
    let width = generator.uniform(1.5, 3.3) * side / 28
    // The digit may go anywhere where the thickest ink stays off the border.
    let room = side / 2 - 1.8 - 0.65 * width
    let center = Point(
      x: side / 2 + generator.uniform(-1, 1) * min(2, room - scale * (right - left) / 2),
      y: side / 2 + generator.uniform(-1, 1) * min(2, room - scale * (bottom - top) / 2))
    for path in paths {
      var pressure = generator.uniform(0.85, 1.15)
      let placed = path.map { center + scale * ($0 - middle) }
      for (start, end) in zip(placed, placed.dropFirst()) {
        let next = min(max(pressure + generator.uniform(-0.07, 0.07), 0.7), 1.3)
        pieces.append(
          Piece(
            start: start, end: end, startWidth: width * pressure, endWidth: width * next))
        pressure = next
      }
    }
  }

  /// A curve through the points in short straight pieces.
  ///
  /// - Source: Catmull & Rom, "A class of local interpolating splines", 1974 (the uniform kind).
  private static func smoothed(_ points: [Point]) -> [Point] {
    let pieces = 5
    guard let first = points.first, let last = points.last, points.count > 2 else { return points }
    // The ends are mirrored, so that the curve leaves them straight.
    let padded = [2 * first - points[1]] + points + [2 * last - points[points.count - 2]]
    var curve = [first]
    for index in 1..<padded.count - 2 {
      let (a, b, c, d) = (padded[index - 1], padded[index], padded[index + 1], padded[index + 2])
      for piece in 1...pieces {
        let t = Float(piece) / Float(pieces)
        let linear = 0.5 * t * (c - a)
        let square = 0.5 * t * t * ((2 * a - 5 * b) + (4 * c - d))
        let cube = 0.5 * t * t * t * ((3 * b - a) + (d - 3 * c))
        curve.append(b + linear + square + cube)
      }
    }
    return curve
  }
}

/// A smooth random displacement of the plane around the origin.
///
/// - Source: the idea is Simard, Steinkraus & Platt's, "Best Practices for Convolutional Neural
///   Networks Applied to Visual Document Analysis", ICDAR 2003; here a coarse grid takes the place of
///   blurred noise, and points are moved rather than pixels.
private struct ElasticField {
  private static let cells = 5
  /// How far the grid's points are apart; closer ones would put corners into the strokes.
  private static let spacing: Float = 0.34
  private var shifts: [Point] = []

  /// Displacements of up to `strength` at the grid's points.
  init(strength: Float, using generator: inout SeededGenerator) {
    for _ in 0..<Self.cells * Self.cells {
      shifts.append(
        Point(x: generator.uniform(-strength, strength), y: generator.uniform(-strength, strength)))
    }
  }

  /// The place to which a point moves.
  func callAsFunction(_ point: Point) -> Point {
    let last = Float(Self.cells - 1)
    let x = min(max(point.x / Self.spacing + last / 2, 0), last - 0.001)
    let y = min(max(point.y / Self.spacing + last / 2, 0), last - 0.001)
    let (column, row) = (Int(x), Int(y))
    let (u, v) = (Self.ease(x - Float(column)), Self.ease(y - Float(row)))
    let at = row * Self.cells + column
    let upper = (1 - u) * shifts[at] + u * shifts[at + 1]
    let lower = (1 - u) * shifts[at + Self.cells] + u * shifts[at + Self.cells + 1]
    return point + (1 - v) * upper + v * lower
  }

  private static func ease(_ x: Float) -> Float { x * x * (3 - 2 * x) }
}
