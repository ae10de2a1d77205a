import Tensors

/// How the ten digits are written: strokes of a pen, each a smooth curve through its points.
///
/// Digits are one high and about 0.6 wide, with the origin in the middle. Strokes that begin where
/// another ends make a corner.
enum DigitStrokes {
  /// The strokes of a digit, in one of the ways in which people write it.
  static func strokes(of digit: Int, using generator: inout SeededGenerator) -> [[Point]] {
    switch digit {
    case 0: zero(&generator)
    case 1: one(&generator)
    case 2: two(&generator)
    case 3: three(&generator)
    case 4: four(&generator)
    case 5: five(&generator)
    case 6: six(&generator)
    case 7: seven(&generator)
    case 8: eight(&generator)
    default: nine(&generator)
    }
  }

  /// Points from pairs of x and y, in hundredths.
  private static func curve(_ coordinates: Float...) -> [Point] {
    stride(from: 0, to: coordinates.count, by: 2).map {
      Point(x: 0.01 * coordinates[$0], y: 0.01 * coordinates[$0 + 1])
    }
  }

  private static func zero(_ generator: inout SeededGenerator) -> [[Point]] {
    // The pen may stop short of the start or go past it.
    let end = generator.uniform(-12, 10)
    return [
      curve(
        8, -48, -12, -46, -27, -25, -31, 4, -22, 36, 0, 50, 22, 38, 31, 6, 26, -26, 10, -46, end,
        -50)
    ]
  }

  private static func one(_ generator: inout SeededGenerator) -> [[Point]] {
    let stem = curve(2, -50, 1, -16, -1, 18, 0, 50)
    switch generator.integer(below: 5) {
    case 0, 1, 2: return [stem]
    case 3: return [curve(-20, -28, -8, -38, 2, -50), stem]
    default: return [curve(-18, -32, 2, -50), stem, curve(-20, 50, 22, 49)]
    }
  }

  private static func two(_ generator: inout SeededGenerator) -> [[Point]] {
    let isLooped = generator.chance(0.35)
    if isLooped {
      return [
        curve(
          -27, -30, -14, -47, 10, -49, 25, -33, 20, -10, 2, 16, -17, 38, -28, 44, -30, 34, -18, 29,
          0, 38, 16, 46, 34, 40)
      ]
    }
    return [
      curve(-28, -28, -18, -45, 6, -50, 25, -36, 22, -12, 2, 16, -30, 47),
      curve(-30, 47, 0, 44, 32, 46),
    ]
  }

  private static func three(_ generator: inout SeededGenerator) -> [[Point]] {
    let isFlat = generator.chance(0.2)
    let belly = curve(-6, -5, 16, 0, 28, 20, 20, 42, -4, 51, -28, 40)
    if isFlat { return [curve(-26, -47, 24, -48), curve(24, -48, -6, -5), belly] }
    return [curve(-27, -38, -8, -50, 17, -46, 24, -28, 12, -11, -6, -5), belly]
  }

  private static func four(_ generator: inout SeededGenerator) -> [[Point]] {
    let bar = generator.uniform(2, 18)
    if generator.chance(0.4) {
      return [
        curve(14, -50, -8, -18, -31, bar), curve(-31, bar, 2, bar, 34, bar - 2),
        curve(14, -50, 12, 0, 13, 50),
      ]
    }
    return [
      curve(-20, -47, -27, -20, -28, bar), curve(-28, bar, 0, bar + 1, 30, bar - 4),
      curve(20, -44, 15, 4, 10, 50),
    ]
  }

  private static func five(_ generator: inout SeededGenerator) -> [[Point]] {
    let lift = generator.uniform(-3, 3)
    return [
      curve(-17, -46, 4, -47, 29, -48 + lift), curve(-17, -46, -20, -28, -23, -8),
      curve(-23, -8, 0, -14, 22, -2, 28, 20, 16, 42, -6, 50, -30, 39),
    ]
  }

  private static func six(_ generator: inout SeededGenerator) -> [[Point]] {
    let reach = generator.uniform(4, 24)
    return [
      curve(
        reach, -50, -10, -32, -25, -4, -29, 24, -18, 46, 4, 50, 24, 34, 22, 12, 4, 4, -16, 13, -27,
        30)
    ]
  }

  private static func seven(_ generator: inout SeededGenerator) -> [[Point]] {
    var strokes = [curve(-29, -45, 0, -46, 29, -46), curve(29, -46, 11, -8, -3, 20, -10, 50)]
    if generator.chance(0.3) { strokes.append(curve(-14, 2, 6, 1, 26, -1)) }
    if generator.chance(0.2) { strokes.append(curve(-29, -45, -30, -32)) }
    return strokes
  }

  private static func eight(_ generator: inout SeededGenerator) -> [[Point]] {
    if generator.chance(0.25) {
      return [
        curve(2, -50, -20, -40, -20, -16, 0, -4, 21, -16, 21, -40, 1, -50),
        curve(0, -4, -25, 10, -27, 34, 0, 50, 27, 34, 25, 10, 0, -4),
      ]
    }
    return [
      curve(
        22, -38, 4, -50, -19, -42, -20, -22, 0, -5, 21, 12, 26, 32, 8, 49, -16, 46, -26, 30, -17,
        10,
        4, -6, 21, -22, 22, -40)
    ]
  }

  private static func nine(_ generator: inout SeededGenerator) -> [[Point]] {
    let loop = curve(23, -30, 8, -48, -16, -44, -27, -24, -16, -6, 6, -6, 20, -20, 24, -34)
    let tail =
      generator.chance(0.6)
      ? curve(24, -34, 22, -6, 17, 22, 12, 50)
      : curve(24, -34, 25, -4, 20, 28, 2, 48, -22, 42)
    return [loop, tail]
  }
}
