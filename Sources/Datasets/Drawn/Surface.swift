import Tensors

/// How bright a surface is at each place: a base, a pattern on it, and light from one side.
///
/// Brightness goes from 0 (black) to 1 (white).
struct Surface {
  private enum Pattern: CaseIterable {
    case plain, stripes, checks, dots, clouds
  }

  private var base: Float
  private var pattern: Pattern
  private var contrast: Float
  /// The pattern's first direction, over its period in pixels.
  private var axis: Point
  private var phase: Point
  private var light: Point
  private var clouds: Clouds

  /// A surface of this brightness with a random pattern of at most this contrast.
  init(
    base: Float, contrast: Float, shading: Float, side: Int, using generator: inout SeededGenerator
  ) {
    self.base = base
    pattern = Pattern.allCases[generator.integer(below: Pattern.allCases.count)]
    self.contrast = generator.uniform(0.3, 1) * contrast
    axis = 1 / generator.uniform(3, 8) * generator.direction()
    phase = Point(x: generator.nextUniform(), y: generator.nextUniform())
    light = generator.uniform(0, shading) / Float(side) * generator.direction()
    clouds = Clouds(side: side, using: &generator)
  }

  /// The brightness at a place; `center` is where the light has its mean strength.
  func brightness(at point: Point, center: Point) -> Float {
    let from = point - center
    return base + light * from + contrast * patternValue(from)
  }

  /// The pattern, from about -1 to 1.
  private func patternValue(_ from: Point) -> Float {
    switch pattern {
    case .plain: return 0
    case .stripes: return Self.wave(axis * from + phase.x)
    case .checks:
      return Self.wave(axis * from + phase.x) * Self.wave(axis.turned * from + phase.y)
    case .dots:
      let u = Self.distanceToWhole(axis * from + phase.x)
      let v = Self.distanceToWhole(axis.turned * from + phase.y)
      return min(max(1 - 12 * (u * u + v * v - 0.07), -1), 1)
    case .clouds: return clouds.value(at: from)
    }
  }

  /// A wave of period 1 with flat tops, from -1 to 1.
  private static func wave(_ x: Float) -> Float {
    min(max(6 * (0.25 - distanceToWhole(x)), -1), 1)
  }

  /// How far the nearest whole number is, 0 to 0.5.
  private static func distanceToWhole(_ x: Float) -> Float {
    abs(x - x.rounded(.toNearestOrEven))
  }
}

/// Smooth noise: random values on a coarse grid and what lies between.
private struct Clouds {
  private static let cells = 8
  private var values: [Float] = []
  private var scale: Float

  init(side: Int, using generator: inout SeededGenerator) {
    scale = 1 / generator.uniform(2.5, 6)
    for _ in 0..<Self.cells * Self.cells { values.append(generator.uniform(-1, 1)) }
  }

  /// The noise at a place; the grid repeats.
  func value(at point: Point) -> Float {
    let (x, y) = (point.x * scale + 64, point.y * scale + 64)
    let (left, top) = (Int(x), Int(y))
    let (u, v) = (Self.ease(x - Float(left)), Self.ease(y - Float(top)))
    let upper = (1 - u) * self[left, top] + u * self[left + 1, top]
    let lower = (1 - u) * self[left, top + 1] + u * self[left + 1, top + 1]
    return (1 - v) * upper + v * lower
  }

  private subscript(x: Int, y: Int) -> Float {
    values[(y % Self.cells) * Self.cells + x % Self.cells]
  }

  private static func ease(_ x: Float) -> Float { x * x * (3 - 2 * x) }
}
