import Charts
import Testing

@Suite struct LineChartFigureTests {
  private func chart(_ points: [(Double, Double)], style: String = "r0 c0") -> LineChart {
    var series = LineChart.Series("", points.map { LineChart.Point(x: $0.0, y: $0.1) })
    series.styleClass = style
    return LineChart(series: [series])
  }

  @Test func `a figure has classes where an image has colours`() {
    let svg = chart([(0, 1), (10, 3)]).figure(width: 400, height: 200, label: "a <b> \"c\"").svg
    #expect(
      svg.hasPrefix(
        #"<svg viewBox="0 0 400 200" role="img" aria-label="a &lt;b&gt; &quot;c&quot;">"#))
    #expect(svg.contains("<path class=\"curve r0 c0\" d=\"M"))
    #expect(!svg.contains("stroke=") && !svg.contains("fill=") && !svg.contains("xmlns"))
  }

  @Test func `the geometry places numbers where the path has them`() throws {
    let figure = chart([(2, 10), (4, 30), (6, 20)]).figure(width: 480, height: 280, label: "")
    let g = figure.geometry
    func place(_ x: Double, _ y: Double) -> (Double, Double) {
      (
        g.left + (x - g.lowestX) / (g.highestX - g.lowestX) * (g.right - g.left),
        g.bottom - (y - g.lowestY) / (g.highestY - g.lowestY) * (g.bottom - g.top)
      )
    }
    let match = try #require(figure.svg.firstMatch(of: /class="curve r0 c0" d="M([^"]*)"/))
    let points = match.1.split(separator: "L").map { pair in
      pair.split(separator: " ").compactMap { Double($0) }
    }
    #expect(points.count == 3)
    for (point, (x, y)) in zip(points, [(2.0, 10.0), (4, 30), (6, 20)]) {
      let wanted = place(x, y)
      #expect(abs(point[0] - wanted.0) < 0.06 && abs(point[1] - wanted.1) < 0.06)
    }
  }

  @Test func `few points are dots, many are not, and single ones always`() {
    func dots(_ points: [(Double, Double)], marks: Bool = true) -> Int {
      let svg = chart(points).figure(width: 400, height: 200, label: "", marksPoints: marks).svg
      return svg.split(separator: "h0").count - 1
    }
    let line = (0..<100).map { (Double($0), Double($0)) }
    #expect(dots(Array(line[..<25])) == 25)
    #expect(dots(Array(line[..<25]), marks: false) == 0)
    #expect(dots(line) == 0)
    // A point between gaps.
    var broken = line
    broken[49].1 = .nan
    broken[51].1 = .nan
    #expect(dots(broken) == 1)
  }

  @Test func `a faint curve's outlier ends at the edge of the plot`() throws {
    var chart = chart((0..<200).map { (Double($0), 1.0 + Double($0 % 2)) })
    chart.series[0].faint = (0..<200).map { .init(x: Double($0), y: $0 == 77 ? 1e9 : 1.5) }
    let figure = chart.figure(width: 400, height: 200, label: "")
    let match = try #require(figure.svg.firstMatch(of: /class="raw r0 c0" d="M([^"]*)"/))
    let ys = match.1.split(separator: "L").compactMap { Double($0.split(separator: " ")[1]) }
    #expect(abs((ys.min() ?? 0) - figure.geometry.top) < 0.06)
  }

  @Test func `a band is an area`() {
    var series = LineChart.Series(
      "", [], band: [.init(x: 0, low: 0, high: 1), .init(x: 1, low: 1, high: 3)])
    series.styleClass = "c2"
    let svg = LineChart(series: [series]).figure(width: 400, height: 200, label: "").svg
    #expect(svg.contains("<path class=\"band c2\" d=\"M") && svg.contains("Z\"/>"))
  }
}
