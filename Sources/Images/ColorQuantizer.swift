/// Chooses the colours that stand for many others with the least squared error.
///
/// Boxes of colours are cut in two, always the box with the greatest error and there where it falls
/// most; then each colour moves to the mean of those that it stands for, which lowers the error again.
///
/// - Source: X. Wu, "Efficient Statistical Computations for Optimal Color Quantization", Graphics Gems
///   II, 1991, doi:10.1016/B978-0-08-050754-5.50035-9.
struct ColorQuantizer {
  /// Sums over colours.
  private struct Moments {
    var count = 0
    /// Red, green and blue.
    var sums = SIMD3<Int>()
    var squares = 0

    /// The squared distance from the mean, summed up.
    var error: Double {
      count == 0 ? 0 : Double(squares) - energy
    }

    /// What is taken off the squares for the mean.
    var energy: Double {
      guard count > 0 else { return 0 }
      let (red, green, blue) = (Double(sums.x), Double(sums.y), Double(sums.z))
      return (red * red + green * green + blue * blue) / Double(count)
    }

    /// The mean colour.
    var mean: UInt32 {
      let half = SIMD3(repeating: count / 2)
      let mean = (sums &+ half) / SIMD3(repeating: count)
      return UInt32(mean.x) << 16 | UInt32(mean.y) << 8 | UInt32(mean.z)
    }

    static func + (left: Moments, right: Moments) -> Moments {
      Moments(
        count: left.count + right.count, sums: left.sums &+ right.sums,
        squares: left.squares + right.squares)
    }

    static func - (left: Moments, right: Moments) -> Moments {
      Moments(
        count: left.count - right.count, sums: left.sums &- right.sums,
        squares: left.squares - right.squares)
    }
  }

  /// Cells above `low` up to and including `high`, along red, green and blue.
  private struct Box {
    var low: SIMD3<Int>
    var high: SIMD3<Int>
  }

  /// Cells a component: 32, and one of nothing before them.
  private static let side = 33
  /// How often the colours move to the mean of theirs.
  private static let refinements = 3

  /// The colours by cell; only cells that aren't empty.
  private let cells: [Moments]
  /// For each cell, the sums over all cells that aren't beyond it in any direction.
  private let cumulative: [Moments]

  /// Pixels of 0xRRGGBB; transparent ones don't count.
  init(_ pixels: [UInt32]) {
    let side = Self.side
    var moments = [Moments](repeating: Moments(), count: side * side * side)
    for pixel in pixels where pixel != ColorPalette.transparent {
      let color = SIMD3(Int(pixel >> 16), Int(pixel >> 8 & 255), Int(pixel & 255))
      let cell = color &>> 3 &+ 1
      let index = Self.index(cell)
      moments[index].count += 1
      moments[index].sums &+= color
      moments[index].squares += (color &* color).wrappedSum()
    }
    cells = moments.filter { $0.count > 0 }
    for stride in [1, side, side * side] {
      for index in moments.indices where index / stride % side > 0 {
        moments[index] = moments[index] + moments[index - stride]
      }
    }
    cumulative = moments
  }

  /// The colours, at most `count` of them.
  func palette(of count: Int) -> [UInt32] {
    let end = Self.side - 1
    var boxes = [Box(low: SIMD3(0, 0, 0), high: SIMD3(end, end, end))]
    var errors = [moments(boxes[0]).error]
    while boxes.count < count, let worst = errors.indices.max(by: { errors[$0] < errors[$1] }),
      errors[worst] > 0
    {
      guard let (first, second) = cut(boxes[worst]) else {
        // All its colours lie in one cell.
        errors[worst] = 0
        continue
      }
      boxes[worst] = first
      errors[worst] = moments(first).error
      boxes.append(second)
      errors.append(moments(second).error)
    }
    var palette = boxes.map { moments($0).mean }
    for _ in 0..<Self.refinements { palette = refined(palette) }
    return palette
  }

  /// Each colour at the mean of the cells that are nearest to it.
  private func refined(_ palette: [UInt32]) -> [UInt32] {
    let search = NearestColor(palette)
    var sums = [Moments](repeating: Moments(), count: palette.count)
    for cell in cells {
      let index = search.index(of: cell.mean)
      sums[index] = sums[index] + cell
    }
    return zip(palette, sums).map { $1.count > 0 ? $1.mean : $0 }
  }

  /// The two parts of a box whose errors have the least sum, if it has two that hold colours.
  private func cut(_ box: Box) -> (Box, Box)? {
    let whole = moments(box)
    var best: (energy: Double, axis: Int, position: Int)?
    for axis in 0..<3 {
      for position in box.low[axis] + 1..<max(box.high[axis], box.low[axis] + 1) {
        var lower = box
        lower.high[axis] = position
        let part = moments(lower)
        guard part.count > 0, part.count < whole.count else { continue }
        let energy = part.energy + (whole - part).energy
        if energy > best?.energy ?? -1 { best = (energy, axis, position) }
      }
    }
    guard let best else { return nil }
    var (lower, upper) = (box, box)
    lower.high[best.axis] = best.position
    upper.low[best.axis] = best.position
    return (lower, upper)
  }

  private func moments(_ box: Box) -> Moments {
    let (low, high) = (box.low, box.high)
    func sum(_ x: Int, _ y: Int, _ z: Int) -> Moments { cumulative[Self.index(SIMD3(x, y, z))] }
    let upper =
      sum(high.x, high.y, high.z) - sum(high.x, high.y, low.z)
      - sum(high.x, low.y, high.z) + sum(high.x, low.y, low.z)
    let lower =
      sum(low.x, high.y, high.z) - sum(low.x, high.y, low.z)
      - sum(low.x, low.y, high.z) + sum(low.x, low.y, low.z)
    return upper - lower
  }

  private static func index(_ cell: SIMD3<Int>) -> Int {
    (cell.x * side + cell.y) * side + cell.z
  }
}
