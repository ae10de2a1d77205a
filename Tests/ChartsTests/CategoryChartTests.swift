import Testing

@testable import Charts

@Suite struct CategoryChartTests {
  private func dot(_ category: Int, _ value: Double) -> CategoryChart.Dot {
    .init(category: category, value: value, name: "<\(value)>", styleClass: "c\(category)")
  }

  @Test func `each finite value is a dot, a category of several has its mean`() {
    let chart = CategoryChart(
      categories: ["adam", "sgd", "none"], dots: [dot(0, 1), dot(0, 3), dot(1, 2), dot(1, .nan)])
    #expect(chart.mean(of: 0) == 2 && chart.mean(of: 1) == 2 && chart.mean(of: 2) == nil)
    let lines = chart.figure(width: 300, height: 200, label: "").split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("<path class=\"dot c0\"") }.count == 2)
    #expect(lines.filter { $0.hasPrefix("<path class=\"dot c1\"") }.count == 1)
    #expect(lines.filter { $0.hasPrefix("<path class=\"mean\"") }.count == 1)
    #expect(lines.contains { $0.contains("<title>&lt;3.0&gt;</title>") })
  }

  @Test func `greater values stand higher, and categories from left to right`() throws {
    let svg = CategoryChart(categories: ["a", "b"], dots: [dot(0, 1), dot(1, 5)])
      .figure(width: 300, height: 200, label: "")
    let places = svg.matches(of: /class="dot c\d" d="M([0-9.]+) ([0-9.]+)h0"/).map {
      (Double($0.1) ?? 0, Double($0.2) ?? 0)
    }
    #expect(places.count == 2)
    #expect(places[0].0 + 100 < places[1].0 && places[0].1 > places[1].1 + 100)
  }

  @Test func `names that don't fit are cut, charts without dots can be drawn`() {
    let names = (0..<10).map { "a long category \($0)" }
    let svg = CategoryChart(categories: names, dots: []).figure(width: 300, height: 200, label: "")
    #expect(svg.contains("…</text>") && !svg.contains("category"))
    #expect(
      CategoryChart(categories: [], dots: []).figure(width: 300, height: 200, label: "")
        .hasSuffix("</svg>"))
  }
}
