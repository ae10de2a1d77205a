import EventFiles
import TensorBoard
import Testing

@Suite struct HistogramTests {
  /// Numbers that are the same each time.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64 = 1

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state ^ (state >> 29)) &* 0x9E37_79B9_7F4A_7C15
    }

    mutating func normal() -> Float {
      (0..<12).reduce(-6) { sum, _ in sum + Float.random(in: 0..<1, using: &self) }
    }
  }

  private static func numbers(_ kind: String, count: Int) -> [Float] {
    var generator = Generator()
    return (0..<count).map { index in
      let x = generator.normal()
      return switch kind {
      case "normal": x
      case "offset": 1_000 + x * 0.01
      case "rectified": max(x, 0)
      case "sparse": index.isMultiple(of: 50) ? abs(x) : 0
      case "heavy": x * x * x * x * x
      case "outliers": index < 3 ? 1e9 * Float(index - 1) : x
      case "integers": Float(Int(x * 3))
      case "two": index.isMultiple(of: 3) ? 0.25 : -1
      case "tiny": x * 1e-38 * 1e-4
      case "huge": x > 0 ? 3.4e38 : -3.4e38 * Float.random(in: 0..<1, using: &generator)
      default: Float(index)
      }
    }
  }

  static let kinds = [
    "normal", "offset", "rectified", "sparse", "heavy", "outliers", "integers", "two", "tiny",
    "huge", "ramp",
  ]

  /// How many numbers lie below `x` if each row's numbers are spread evenly.
  private func below(_ x: Double, _ histogram: Histogram) -> Double {
    histogram.rows.reduce(0) { sum, row in
      if x >= row.right { return sum + row.count }
      if x <= row.left { return sum }
      return sum + row.count * ((x - row.left) / (row.right - row.left))
    }
  }

  @Test(arguments: kinds, [1, 2, 3, 10, 63, 64, 65, 1_000, 50_000])
  func rowsCoverTheNumbersWithoutGaps(kind: String, count: Int) throws {
    let numbers = Self.numbers(kind, count: count)
    let histogram = Histogram(of: numbers)
    let rows = histogram.rows
    #expect(rows.reduce(0) { $0 + $1.count } == Double(count))
    #expect(rows.first?.left == numbers.min().map(Double.init))
    #expect(rows.last?.right == numbers.max().map(Double.init))
    #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.right == $1.left })
    #expect(rows.count == 1 || rows.allSatisfy { $0.left < $0.right && $0.count >= 0 })
    #expect(rows.count < 400)
    #expect(histogram.nonFiniteCount == 0)
  }

  /// Percentiles are what the dashboard Distributions shows.
  @Test(arguments: kinds)
  func percentilesComeOutRight(kind: String) throws {
    let numbers = Self.numbers(kind, count: 50_000)
    let histogram = Histogram(of: numbers)
    let sorted = numbers.sorted()
    for part in [0.05, 0.16, 0.31, 0.5, 0.69, 0.84, 0.95] {
      let value = sorted[Int(part * Double(sorted.count))]
      // The share of the numbers up to a value lies between those below it and those not above it,
      // give or take a row and a half.
      let low = Double(sorted.count { $0 < value }) / Double(sorted.count)
      let high = Double(sorted.count { $0 <= value }) / Double(sorted.count)
      let share = below(Double(value), histogram) / Double(sorted.count)
      #expect(share > low - 0.025 && share < high + 0.025, "\(kind) at \(part)")
    }
  }

  @Test func eachRowHoldsTheNumbersBetweenItsEdges() {
    // Numbers in the middle of their cells, so that an edge is never one of them.
    let numbers = (0..<2048).map { Double($0) }
    for row in Histogram(of: numbers).rows {
      #expect(row.count == Double(numbers.count { $0 > row.left && $0 < row.right } + ends(row)))
    }
    func ends(_ row: HistogramBucket) -> Int {
      (row.left == 0 ? 1 : 0) + (row.right == 2047 ? 1 : 0)
    }
  }

  @Test(arguments: kinds)
  func doublesAndFloatsGiveTheSameCounts(kind: String) {
    let numbers = Self.numbers(kind, count: 5_000)
    let floats = Histogram(of: numbers).rows
    let doubles = Histogram(of: numbers.map(Double.init)).rows
    #expect(doubles.reduce(0) { $0 + $1.count } == floats.reduce(0) { $0 + $1.count })
    #expect(abs(doubles.count - floats.count) < 20)
  }

  @Test func equalNumbersAreOneRowWithoutWidth() {
    #expect(
      Histogram(of: [Float](repeating: 0.5, count: 7)).rows
        == [HistogramBucket(left: 0.5, right: 0.5, count: 7)])
    #expect(Histogram(of: [3]).rows == [HistogramBucket(left: 3, right: 3, count: 1)])
  }

  @Test func noNumbersAreNoRows() {
    #expect(Histogram(of: [Float]()) == Histogram(rows: []))
    #expect(Histogram(of: [Double.nan, .infinity]) == Histogram(rows: [], nonFiniteCount: 2))
  }

  @Test(arguments: [0, 5, 16, 39])
  func numbersThatAreNotFiniteAreCountedApart(index: Int) {
    for odd in [Float.nan, .infinity, -.infinity] {
      var numbers = (0..<40).map(Float.init)
      numbers[index] = odd
      let histogram = Histogram(of: numbers)
      numbers.remove(at: index)
      #expect(histogram.nonFiniteCount == 1)
      #expect(histogram.rows == Histogram(of: numbers).rows)
    }
  }

  @Test func theGreatestRangesDoNotOverflow() {
    let doubles = Histogram(of: [-Double.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude])
    #expect(doubles.rows.map(\.count).filter { $0 > 0 } == [1, 1, 1])
    #expect(doubles.rows.allSatisfy { $0.left.isFinite && $0.right.isFinite })
    let least = Histogram(of: [0, Double.leastNonzeroMagnitude, 3 * .leastNonzeroMagnitude])
    #expect(least.rows.reduce(0) { $0 + $1.count } == 3)
  }

  @Test func collectionsOfOtherKindsAreCountedToo() {
    let numbers = [1, 2, 3, 4]
    let expected = Histogram(of: numbers.map(Double.init))
    #expect(Histogram(of: numbers) == expected)
    #expect(Histogram(of: numbers.map(UInt8.init)) == expected)
    #expect(Histogram(of: numbers.lazy.map(Double.init)) == expected)
    #expect(Histogram(of: [0, 1, 2, 3, 4].dropFirst().map(Double.init)) == expected)
  }
}
