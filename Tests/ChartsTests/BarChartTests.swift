import Charts
import Images
import Testing

@Suite struct BarChartTests {
  /// How many pixels of the bars' colour each row of bars has at its middle.
  private func lengths(_ values: [Double]) -> [Int] {
    let image = BarChart(bars: values.map { .init("a", $0) }).image(width: 400, textSize: 11)
    return values.indices.map { index in
      (0..<400).count { image[$0, 7 + 28 * index + 5] == LineChart.palette[0] }
    }
  }

  @Test func barsAreAsLongAsTheirValues() {
    let lengths = lengths([1, 2, 4, 0])
    #expect(lengths[3] == 0)
    #expect(abs(lengths[2] - 2 * lengths[1]) <= 2 && abs(lengths[1] - 2 * lengths[0]) <= 2)
    #expect(lengths[2] > 200)
  }

  @Test func negativeValuesGoToTheLeft() {
    let lengths = lengths([-3, 3])
    #expect(abs(lengths[0] - lengths[1]) <= 1 && lengths[0] > 100)
  }

  @Test func whatIsNotFiniteHasNoLength() {
    #expect(lengths([.nan, .infinity, 1])[..<2] == [0, 0])
    #expect(lengths([-.greatestFiniteMagnitude, .greatestFiniteMagnitude]).allSatisfy { $0 > 100 })
  }

  @Test func noBarsAreStillAnImage() {
    #expect(BarChart(title: "errors", bars: []).image().height > 0)
  }
}
