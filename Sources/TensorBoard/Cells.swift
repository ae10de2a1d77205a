/// A scalar that histograms can count.
protocol CountableScalar: BinaryFloatingPoint {
  /// A number so great that the sum of it and a cell's index ends in the bits of the index.
  static var indexAnchor: Self { get }

  /// The lowest bits of the significand.
  var lowBits: Int { get }

  /// How many of the numbers, all finite and between the extremes, lie in each cell.
  static func count(_ numbers: UnsafeBufferPointer<Self>, in cells: Cells<Self>) -> [Int]

  /// The least and the greatest number, and whether all are finite; numbers may be left out at the end.
  static func extremes(_ numbers: UnsafeBufferPointer<Self>) -> (Self, Self, allFinite: Bool)
}

/// 2048 cells of equal width between two numbers; of the first and the last, half lies outside.
///
/// A number's cell is found by arithmetic alone, and the greater of two numbers never has the lesser
/// cell, rounding or not.
struct Cells<Scalar: CountableScalar> {
  let low: Scalar
  let high: Scalar
  /// A power of two that brings numbers too great or too small for the arithmetic into its range.
  private let prescale: Scalar
  let scale: Scalar

  /// The number of cells. Four counters each fill a processor's nearest memory.
  static var count: Int { 2048 }

  /// Cells between two finite numbers that aren't equal.
  init(from low: Scalar, to high: Scalar) {
    self.low = low
    self.high = high
    let steps = Scalar(Self.count - 1)
    if !(high - low).isFinite {
      prescale = 1 / 4
    } else if !(steps / (high - low)).isFinite {
      prescale = Scalar(sign: .plus, exponent: 100, significand: 1)
    } else {
      prescale = 1
    }
    scale = steps / (high * prescale - low * prescale)
  }

  /// The numbers can be taken as they are.
  var isPlain: Bool { prescale == 1 }

  /// The cell of a number between the extremes.
  func index(of number: Scalar) -> Int {
    let position = (number * prescale - low * prescale) * scale
    return (position + Scalar.indexAnchor).lowBits & (Self.count - 1)
  }

  /// Where a cell begins and the one before it ends.
  func edge(_ index: Int) -> Double {
    if index <= 0 { return Double(low) }
    if index >= Self.count { return Double(high) }
    let part = (Double(index) - 0.5) / Double(Self.count - 1)
    return Double(low) * (1 - part) + Double(high) * part
  }

  /// How many numbers lie in each cell; those that aren't finite or between the extremes, in none.
  func countThoseInside(_ numbers: UnsafeBufferPointer<Scalar>) -> [Int] {
    var counts = [Int](repeating: 0, count: Self.count)
    for number in numbers where number >= low && number <= high {
      counts[index(of: number)] += 1
    }
    return counts
  }

  /// The least and the greatest number in some cells, at least one of which isn't empty.
  func extremes(
    of numbers: UnsafeBufferPointer<Scalar>, in range: Range<Int>
  ) -> (low: Scalar, high: Scalar) {
    var result = (low: high, high: low)
    for number in numbers where number >= low && number <= high {
      guard range.contains(index(of: number)) else { continue }
      result.low = Swift.min(result.low, number)
      result.high = Swift.max(result.high, number)
    }
    return result
  }
}

/// The least and the greatest finite number, and how many others there are.
struct Extremes<Scalar: CountableScalar> {
  var min = Scalar.infinity
  var max = -Scalar.infinity
  var nonFiniteCount = 0

  init(of numbers: UnsafeBufferPointer<Scalar>) {
    let (low, high, allFinite) = Scalar.extremes(numbers)
    if allFinite {
      (min, max) = (low, high)
      return
    }
    for number in numbers {
      if number.isFinite {
        min = Swift.min(min, number)
        max = Swift.max(max, number)
      } else {
        nonFiniteCount += 1
      }
    }
  }
}

extension Double: CountableScalar {
  static var indexAnchor: Double { 0x1p52 }
  var lowBits: Int { Int(truncatingIfNeeded: bitPattern) }

  static func count(_ numbers: UnsafeBufferPointer<Double>, in cells: Cells<Double>) -> [Int] {
    cells.countThoseInside(numbers)
  }

  static func extremes(
    _ numbers: UnsafeBufferPointer<Double>
  ) -> (Double, Double, allFinite: Bool) {
    var low = Double.infinity
    var high = -Double.infinity
    var zero = 0.0
    for number in numbers {
      if number < low { low = number }
      if number > high { high = number }
      // Infinities and NaN make this NaN, for good.
      zero += number * 0
    }
    return (low, high, zero == 0)
  }
}
