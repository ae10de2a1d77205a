import Testing

@testable import Charts

@Suite struct RidgeChartTests {
  private func ridge(_ name: String, _ bins: [(Double, Double, Double)]) -> RidgeChart.Ridge {
    RidgeChart.Ridge(name, bins.map { .init(left: $0.0, right: $0.1, count: $0.2) })
  }

  @Test func `a bin's count is spread evenly between its edges`() {
    let chart = RidgeChart([])
    // Three eighths of all in the first half, the rest in the last quarter.
    let densities = chart.densities(
      ridge("", [(0, 24, 3), (36, 48, 5)]), low: 0, high: 48)
    #expect(densities.count == 48)
    let wanted: [Double] =
      Array(repeating: 0.375 / 24, count: 24) + Array(repeating: 0, count: 12)
      + Array(repeating: 0.625 / 12, count: 12)
    for (density, wanted) in zip(densities, wanted) { #expect(abs(density - wanted) < 1e-12) }
  }

  @Test func `bins across the range's ends count for what lies within, single values whole`() {
    let chart = RidgeChart([])
    let densities = chart.densities(
      ridge("", [(-10, 10, 1), (20, 20, 1), (48, 48, 1), (90, 95, 1)]), low: 0, high: 48)
    #expect(abs(densities.reduce(0, +) - 0.625) < 1e-12)
    #expect(densities[20] == 0.25 && densities[47] == 0.25)
  }

  @Test func `the figure has a ridge a distribution, the newest last`() {
    let chart = RidgeChart([
      ridge("1", [(0, 1, 4)]), ridge("empty", []), ridge("2 <&>", [(0, 1, 2), (1, 2, 2)]),
    ])
    let svg = chart.figure(width: 300, height: 200, label: "w", styleClass: "c3")
    let ridges = svg.split(separator: "\n").filter { $0.hasPrefix("<path class=\"ridge c3\"") }
    #expect(ridges.count == 2)
    #expect(ridges.first?.contains("<title>1</title>") == true)
    #expect(ridges.last?.contains("<title>2 &lt;&amp;&gt;</title>") == true)
  }

  @Test func `a spike doesn't press the rest flat, an ordinary peak isn't cut`() {
    let spike = (0..<50).map { Double($0 == 0 ? 1_000 : 1) }
    #expect(RidgeChart.height(of: [spike]) == 2.5)
    #expect(RidgeChart.height(of: [[0, 1, 2, 3, 2, 1, 0]]) == 3)
    #expect(RidgeChart.height(of: []) == 1)
  }

  @Test func `a far outlier doesn't stretch the axis`() {
    let chart = RidgeChart((0..<10).map { ridge("\($0)", [(-1, 1, 10_000), (1e6, 1e6 + 1, 1)]) })
    let svg = chart.figure(width: 300, height: 200, label: "", styleClass: "")
    #expect(svg.contains(">0.5<") && !svg.contains("e6") && !svg.contains("1,000,000"))
  }

  @Test(
    arguments: [
      [], [(0.0, 0.0, 5.0)], [(Double.nan, 1, 1)], [(2, 1, 1)], [(0, 1, .infinity)], [(0, 1, 0)],
      [(-1e308, 1e308, 1)], [(5, 5, 1), (5, 5, 1)], [(0, 1e-300, 1)],
    ] as [[(Double, Double, Double)]])
  func `odd distributions can be drawn`(bins: [(Double, Double, Double)]) {
    let svg = RidgeChart([ridge("a", bins)]).figure(
      width: 300, height: 200, label: "", styleClass: "")
    #expect(svg.hasSuffix("</svg>") && !svg.contains("nan") && !svg.contains("inf"))
  }
}
