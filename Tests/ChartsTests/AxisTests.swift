import Testing

@testable import Charts

@Suite struct AxisTests {
  @Test(
    arguments: [
      ([0, 1], 5, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      ([0, 10_000], 4, ["0", "5,000", "10,000"]),
      ([-3, 2.5], 5, ["-2", "0", "2"]),
      ([1e-5, 9e-5], 4, ["2e-5", "4e-5", "6e-5", "8e-5"]),
      ([0.5, 1.9], 2, ["0.5", "1.0", "1.5"]),
    ] as [([Double], Int, [String])])
  func `ticks are round numbers`(numbers: [Double], count: Int, texts: [String]) {
    let axis = Axis(numbers, scale: .linear, margin: 0)
    #expect(axis.ticks(about: count).map(\.text) == texts)
  }

  @Test func `a tick stands where its number does`() {
    let axis = Axis([2, 4], scale: .linear, margin: 0)
    for tick in axis.ticks(about: 4) {
      #expect(abs(axis.place(of: Double(tick.text) ?? .nan) - tick.place) < 1e-12)
    }
  }

  @Test func `powers of ten lie evenly on a logarithmic axis`() {
    let axis = Axis([0.001, 1, 1_000, -5, 0], scale: .logarithmic, margin: 0)
    #expect(axis.place(of: 0.001) == 0)
    #expect(abs(axis.place(of: 1) - 0.5) < 1e-12)
    #expect(axis.place(of: 1_000) == 1)
    #expect(!axis.place(of: -1).isFinite)
    #expect(
      axis.ticks(about: 6).map(\.text) == ["0.001", "0.01", "0.1", "1", "10", "100", "1,000"])
  }

  @Test func `a constant lies in the middle, nothing and infinities do no harm`() {
    #expect(Axis([5, 5], scale: .linear, margin: 0).place(of: 5) == 0.5)
    #expect(Axis([0], scale: .linear, margin: 0).place(of: 0) == 0.5)
    for numbers in [[], [.nan], [.infinity, -.infinity], [-1e308, 1e308], [1, 1.0.nextUp]]
      as [[Double]]
    {
      _ = Axis(numbers, scale: .linear, margin: 0.1).ticks(about: 5)
    }
  }
}
