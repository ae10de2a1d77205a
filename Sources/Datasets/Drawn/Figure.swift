import Tensors

/// The ten figures of `Dataset.shapes`, upright in a circle of radius 1 about the origin.
enum Figure: Int, CaseIterable {
  case disc, ring, halfDisc, crescent, heart, triangle, square, cross, star, arrow

  /// The name of the class.
  var name: String { self == .halfDisc ? "half disc" : "\(self)" }

  /// The figure's polygons, with proportions drawn anew each time.
  func polygons(_ generator: inout SeededGenerator) -> [[Point]] {
    switch self {
    case .disc:
      return [Self.circle]
    case .ring:
      let hole = generator.uniform(0.42, 0.68)
      return [Self.circle, Self.circle.map { hole * $0 }]
    case .halfDisc:
      let shift = Point(x: 0, y: -0.4)
      return [Self.circle[0...12].map { $0 + shift }]
    case .crescent:
      // The inner arc is a circle through (nearly) the ends of the outer one.
      let center = generator.uniform(0.22, 0.42)
      let end = Self.circle[4] - Point(x: center, y: 0)
      let radius = (end * end).squareRoot()
      let inner = Self.circle[5...19].reversed().map { radius * $0 + Point(x: center, y: 0) }
      return [Array(Self.circle[4...20]) + inner]
    case .heart:
      let depth = generator.uniform(0.3, 0.55)
      let lobe = (-10...3).reversed().map { index in
        0.52 * Self.circle[(index + 24) % 24] + Point(x: 0.48, y: -0.35)
      }
      let right = lobe.filter { $0.x > 0.02 }
      let left = right.reversed().map { Point(x: -$0.x, y: $0.y) }
      return [[Point(x: 0, y: 0.98)] + right + [Point(x: 0, y: -depth)] + left]
    case .triangle:
      return [[18, 2, 10].map { Self.circle[$0] }]
    case .square:
      return [[3, 9, 15, 21].map { Self.circle[$0] }]
    case .cross:
      let arm = generator.uniform(0.24, 0.38)
      let quarter = [Point(x: 0.95, y: -arm), Point(x: 0.95, y: arm), Point(x: arm, y: arm)]
      let half = quarter + quarter.map(\.turned)
      return [half + half.map { -1 * $0 }]
    case .star:
      let inner = generator.uniform(0.4, 0.52)
      return [Self.decagon.enumerated().map { ($0 % 2 == 0 ? -1 : -inner) * $1.turned }]
    case .arrow:
      let shaft = generator.uniform(0.16, 0.28)
      let head = generator.uniform(0.55, 0.75)
      let neck = generator.uniform(-0.05, 0.2)
      let upper = [Point(x: -1, y: shaft), Point(x: neck, y: shaft), Point(x: neck, y: head)]
      let lower = upper.reversed().map { Point(x: $0.x, y: -$0.y) }
      return [upper + [Point(x: 1, y: 0)] + lower]
    }
  }

  /// A circle of 24 corners, the first at (1, 0), one every 15 degrees.
  private static let circle = turning(
    24, step: Point(x: 0.965_925_83, y: 0.258_819_05))
  /// A circle of 10 corners, one every 36 degrees.
  private static let decagon = turning(10, step: Point(x: 0.809_017, y: 0.587_785_25))

  /// The first unit vector turned 0, 1, 2, ... times by the angle of `step`.
  private static func turning(_ count: Int, step: Point) -> [Point] {
    var points = [Point(x: 1, y: 0)]
    while points.count < count {
      let last = points[points.count - 1]
      points.append(last.x * step + last.y * step.turned)
    }
    return points
  }
}
