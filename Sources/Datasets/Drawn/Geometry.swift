import Tensors

/// A place on a canvas; x counts pixels from the left, y from the top.
struct Point: Equatable {
  var x: Float
  var y: Float

  static func + (left: Point, right: Point) -> Point {
    Point(x: left.x + right.x, y: left.y + right.y)
  }

  static func - (left: Point, right: Point) -> Point {
    Point(x: left.x - right.x, y: left.y - right.y)
  }

  static func * (factor: Float, point: Point) -> Point {
    Point(x: factor * point.x, y: factor * point.y)
  }

  /// The scalar product.
  static func * (left: Point, right: Point) -> Float { left.x * right.x + left.y * right.y }

  /// A quarter turn, clockwise on the canvas.
  var turned: Point { Point(x: -y, y: x) }
}

/// A rotation, scaling and shear about the origin, then a shift.
struct Affine {
  /// Where the unit vectors go.
  var xAxis: Point
  var yAxis: Point
  var origin: Point

  func callAsFunction(_ point: Point) -> Point {
    origin + point.x * xAxis + point.y * yAxis
  }
}

/// Draws from simple distributions with nothing but arithmetic that IEEE 754 rounds exactly, so that
/// a seed gives the same images on every machine.
extension SeededGenerator {
  mutating func uniform(_ lower: Float, _ upper: Float) -> Float {
    lower + (upper - lower) * nextUniform()
  }

  mutating func integer(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  mutating func chance(_ probability: Float) -> Bool { nextUniform() < probability }

  mutating func sign() -> Float { chance(0.5) ? 1 : -1 }

  /// A point of the unit circle.
  mutating func direction() -> Point {
    while true {
      let point = Point(x: uniform(-1, 1), y: uniform(-1, 1))
      let square = point * point
      if square <= 1, square > 0.01 { return 1 / square.squareRoot() * point }
    }
  }

  /// A unit vector that deviates from straight up or right by at most this slope.
  mutating func lean(_ slope: Float) -> Point {
    let point = Point(x: 1, y: uniform(-slope, slope))
    return 1 / (point * point).squareRoot() * point
  }

  /// Nearly normal, standard deviation 1: the sum of four uniform draws.
  mutating func noise() -> Float {
    let bits = next()
    let sum =
      (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + bits >> 48
    return (Float(sum) * 0x1p-16 - 2) * 1.732_050_8
  }
}
