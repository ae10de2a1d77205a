import Charts
import Testing

@Suite struct SmoothingTests {
  /// The recurrence by hand: s₁ = .4·1, s₂ = .6·.4 + .4·3, …, each over 1 - .6ⁿ.
  @Test func `an average is corrected for its start`() {
    let smoothed = Smoothing.exponential([1, 3, 2], weight: 0.6)
    let expected = [1, 1.44 / 0.64, (1.44 * 0.6 + 0.8) / (1 - 0.216)]
    for (got, wanted) in zip(smoothed, expected) { #expect(abs(got - wanted) < 1e-12) }
  }

  @Test func `what isn't finite stays and isn't averaged`() {
    let smoothed = Smoothing.exponential([1, .nan, 3, .infinity], weight: 0.6)
    #expect(smoothed[1].isNaN && smoothed[3] == .infinity)
    #expect(abs(smoothed[2] - 1.44 / 0.64) < 1e-12)
  }

  @Test func `constants, no weight and full weight`() {
    #expect(Smoothing.exponential([0.1, 0.1, 0.1], weight: 0.9) == [0.1, 0.1, 0.1])
    #expect(Smoothing.exponential([1, 2], weight: 0) == [1, 2])
    #expect(Smoothing.exponential([1, 2], weight: 1) == [0, 0])
    #expect(Smoothing.exponential([], weight: 0.5) == [])
  }
}
