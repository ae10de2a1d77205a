import Charts
import Images
import Testing

@Suite struct BarChartTests {
  /// How many pixels of a row have the bars' colour.
  private func length(_ image: Image, row: Int) -> Int {
    (0..<image.width).count { image[$0, row] == LineChart.palette[0] }
  }

  @Test func `bars are as long as their numbers, on both sides of 0`() {
    let chart = BarChart(title: "t", bars: [.init("a", 4), .init("b", 2), .init("c", -2)])
    let image = chart.image(width: 600)
    let rows = (0..<3).map { length(image, row: 40 + $0 * 40 + 10) }
    #expect(abs(rows[0] - 2 * rows[1]) <= 2 && abs(rows[1] - rows[2]) <= 2, "\(rows)")
    #expect(rows[0] > 200)
    #expect(image.height == 40 + 3 * 40)
  }

  @Test(arguments: [[], [Double.nan], [.infinity, 1], [0, 0], [1e308, -1e308]])
  func `any numbers make a chart`(values: [Double]) {
    let bars = values.map { BarChart.Bar("a name that is much too long for a chart", $0) }
    #expect(BarChart(bars: bars).image(width: 100).width == 100)
  }
}
