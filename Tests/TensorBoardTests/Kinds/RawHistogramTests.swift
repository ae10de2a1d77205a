import EventFiles
import TensorBoard
import Testing

@Suite struct RawHistogramTests {
  private func rows(_ summary: Summary) throws -> [[Double]] {
    let tensor = try tensor(summary.values.first)
    #expect(tensor.shape[1] == 3)
    let numbers = try #require(tensor.numbers)
    return stride(from: 0, to: numbers.count, by: 3).map { Array(numbers[$0..<$0 + 3]) }
  }

  @Test func `edges lie around counts`() throws {
    let summary = try Summary.histogram("h", edges: [-1, 0, 0.5], counts: [3, 0])
    #expect(try rows(summary) == [[-1, 0, 3], [0, 0.5, 0]])
    #expect(try Summary.histogram("h", edges: [-1, 0, 0.5], counts: [3.0, 0.0]) == summary)
    #expect(summary.values.first?.metadata?.pluginName == "histograms")
  }

  @Test func `limits end buckets, and extremes the outer ones`() throws {
    let summary = try Summary.histogram(
      "h", limits: [-1, 0, 1, 2, .greatestFiniteMagnitude], counts: [0, 4, 0, 2, 0], min: -0.5,
      max: 1.5)
    #expect(try rows(summary) == [[-0.5, 0, 4], [0, 1, 0], [1, 1.5, 2]])
    let open = try Summary.histogram("h", limits: [0, .infinity], counts: [1, 2], min: -3, max: 7)
    #expect(try rows(open) == [[-3, 0, 1], [0, 7, 2]])
    let single = try Summary.histogram("h", limits: [0, 1], counts: [0, 2], min: 0.5, max: 0.5)
    #expect(try rows(single) == [[0.5, 0.5, 2]])
  }

  @Test func `spans are counted as they lie in memory`() {
    let numbers: [Float] = [1, 2, 2, .nan]
    #expect(Summary.histogram("h", numbers.span) == Summary.histogram("h", numbers))
    let doubles = [1.0, 2, 2]
    #expect(Summary.histogram("h", doubles.span) == Summary.histogram("h", doubles))
  }

  @Test func `nothing counted is a histogram without rows`() throws {
    let summary = try Summary.histogram("h", limits: [1, 2], counts: [0, 0], min: .nan, max: .nan)
    #expect(try rows(summary) == [])
    #expect(try rows(Summary.histogram("h", edges: [1], counts: [Double]())) == [])
  }

  @Test(
    arguments: [
      ([0, 1], [1, 2]), ([0, 1, 1], [1, 2]), ([0, 2, 1], [1, 2]), ([0, .nan, 1], [1, 2]),
      ([0, 1, .infinity], [1, 2]), ([0, 1, 2], [1, -1]), ([0, 1, 2], [1, .nan]),
      ([0, 1, 2], [.infinity, 1]),
    ] as [([Double], [Double])])
  func `wrong edges and counts are refused`(_ edges: [Double], _ counts: [Double]) {
    #expect(throws: SummaryError.self) { try Summary.histogram("h", edges: edges, counts: counts) }
  }

  @Test(
    arguments: [
      ([0, 1, 2], [1, 2], 0, 1), ([1, 0], [1, 2], -1, 1), ([0, 1], [1, -2], -1, 1),
      ([0, 1], [1, 2], 0.5, 1), ([0, 1], [1, 2], -1, 1.5), ([0, 1], [1, 2], -1, -0.5),
      ([0, 1], [0, 2], -1, 1), ([0, 1], [1, 2], -.infinity, 1), ([0, 1], [1, 2], -1, .nan),
    ] as [([Double], [Double], Double, Double)])
  func `wrong limits, counts and extremes are refused`(
    _ limits: [Double], _ counts: [Double], _ min: Double, _ max: Double
  ) {
    #expect(throws: SummaryError.self) {
      try Summary.histogram("h", limits: limits, counts: counts, min: min, max: max)
    }
  }
}
