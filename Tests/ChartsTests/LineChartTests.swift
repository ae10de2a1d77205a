import Charts
import Images
import Testing

@Suite struct LineChartTests {
  private let rising = LineChart(
    title: "accuracy <test>", yName: "share",
    series: [
      .init("a & b", (0...10).map { .init(x: Double($0), y: Double($0) / 10) }),
      .init("c", [.init(x: 0, y: 1), .init(x: 10, y: .nan), .init(x: 10, y: 0)]),
    ])

  /// The lines of an SVG that draw curves; samples in the legend are thicker.
  private func curves(_ svg: String) -> [Substring] {
    svg.split(separator: "\n").filter {
      $0.hasPrefix("<path") && $0.contains("stroke-width=\"1.5\"")
    }
  }

  @Test func `an SVG has its texts escaped and nothing from outside`() {
    let svg = rising.svg()
    #expect(svg.contains("accuracy &lt;test&gt;") && svg.contains("a &amp; b"))
    #expect(!svg.contains("<script") && !svg.contains("href"))
    #expect(svg.hasSuffix("</svg>\n"))
    // One curve of a whole path; the other broken in two dots.
    #expect(curves(svg).count == 1)
    #expect(svg.split(separator: "\n").filter { $0.hasPrefix("<circle") }.count == 2)
  }

  @Test func `an image has the curve's colour where the curve is`() {
    let line = LineChart(
      series: [
        .init(
          "", [.init(x: 0, y: 0), .init(x: 1, y: 1)], color: Color(red: 255, green: 0, blue: 0))
      ])
    let image = line.image(width: 400, height: 300, textSize: 11)
    func isRed(_ x: Int, _ y: Int) -> Bool {
      let at = (y * image.width + x) * 3
      return image.pixels[at] > 200 && image.pixels[at + 1] < 120
    }
    let red = (0..<300).flatMap { y in (0..<400).filter { isRed($0, y) }.map { ($0, y) } }
    #expect(red.count > 200)
    // It rises: the further right, the higher up.
    let (left, right) = (red.min { $0.0 < $1.0 }, red.max { $0.0 < $1.0 })
    #expect((left?.1 ?? 0) > (right?.1 ?? 0) + 200)
  }

  @Test func `a terminal's lines fit its width`() {
    for unicode in [true, false] {
      let text = rising.text(columns: 60, rows: 8, usesUnicode: unicode)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count == 1 + 8 + 2 + 1)
      #expect(lines.allSatisfy { $0.count <= 70 })
      #expect(unicode || text.utf8.allSatisfy { $0 < 128 })
    }
    #expect(rising.text(columns: 60, usesColor: true).contains("\u{1B}[34m"))
  }

  @Test(arguments: [true, false])
  func `without colours marks tell curves apart, and the legend tells the marks`(unicode: Bool) {
    let lines = LineChart(
      series: (0..<3).map { number in
        .init("run \(number)", (0...50).map { .init(x: Double($0), y: Double($0 * (number + 1))) })
      })
    let text = lines.text(columns: 80, rows: 12, usesUnicode: unicode)
    let rows = text.split(separator: "\n", omittingEmptySubsequences: false)
    let legend = rows.last ?? ""
    let marks = Array(unicode ? "●○■" : "*o+")
    for (number, mark) in marks.enumerated() {
      #expect(legend.contains(unicode ? "─\(mark)─ run \(number)" : "\(mark)\(mark) run \(number)"))
      // Some along each curve, in columns of their own.
      let places = rows.prefix(12).flatMap { row in
        row.enumerated().filter { $0.element == mark }.map(\.offset)
      }
      #expect(places.count >= 3)
      #expect((places.max() ?? 0) - (places.min() ?? 0) > 30)
    }
    // The steepest curve's marks stand above the flattest one's, at the right end.
    func highest(_ mark: Character) -> Int { rows.firstIndex { $0.contains(mark) } ?? 99 }
    #expect(highest(marks[2]) < highest(marks[1]) && highest(marks[1]) < highest(marks[0]))
  }

  @Test func `a single curve, and curves in colours, need no marks`() {
    let one = LineChart(series: [.init("a", (0...9).map { .init(x: Double($0), y: Double($0)) })])
    #expect(!one.text(columns: 60).contains("●"))
    #expect(!rising.text(columns: 60, usesColor: true).contains("●"))
    #expect(rising.text(columns: 60).contains("─●─ a & b  ─○─ c"))
  }

  @Test func `curves on each other all keep marks`() {
    let points = (0...99).map { LineChart.Point(x: Double($0), y: Double($0)) }
    let text = LineChart(series: (0..<8).map { .init("\($0)", points) }).text(columns: 100)
    let plot = text.split(separator: "\n").dropLast(3).joined()
    for mark in "●○■□▲△◆◇" { #expect(plot.contains(mark), "\(mark)") }
  }

  @Test func `twelve curves differ by colour or dashes, in every form`() {
    let chart = LineChart(
      series: (0..<12).map { number in
        .init("run \(number)", [.init(x: 0, y: Double(number)), .init(x: 100, y: Double(number))])
      })
    let styles = curves(chart.svg()).map { line in line.drop { $0 != "s" }.description }
    #expect(styles.count == 12 && Set(styles).count == 12)
    let text = chart.text(columns: 100, rows: 24, usesColor: true)
    #expect("●○■□▲△◆◇ABCD".allSatisfy { text.contains($0) })
    // A whole line has more ink than a dashed one of its colour, the eighth curve, above it.
    let image = chart.image(width: 900, height: 700)
    let blue = LineChart.palette[0]
    let ink = (0..<700).map { y in
      (100..<860).count { x in
        let at = (y * image.width + x) * 3
        return Array(image.pixels[at..<at + 3]) == [blue.red, blue.green, blue.blue]
      }
    }.filter { $0 > 100 }
    #expect(ink.count >= 2)
    #expect((ink.first ?? 0) < (ink.last ?? 0) * 3 / 4)
  }

  @Test(arguments: [true, false])
  func `a terminal shades a band behind its curve`(unicode: Bool) {
    var series = LineChart.Series(
      "a", (0...10).map { .init(x: Double($0), y: 5) },
      band: (0...10).map { .init(x: Double($0), low: 4, high: 6) })
    func rows(_ text: String) -> Int {
      text.split(separator: "\n").dropLast(3).count {
        $0.drop { $0 != "│" && $0 != "┤" && $0 != "|" && $0 != "+" }.dropFirst().contains {
          $0 != " "
        }
      }
    }
    let banded = LineChart(series: [series]).text(columns: 60, rows: 16, usesUnicode: unicode)
    #expect(rows(banded) > 10)
    series.band = []
    #expect(
      rows(LineChart(series: [series]).text(columns: 60, rows: 16, usesUnicode: unicode)) == 1)
  }

  @Test func `a chart without points can be drawn`() {
    for chart in [LineChart(series: []), LineChart(series: [.init("a", [])])] {
      #expect(chart.svg().hasSuffix("</svg>\n"))
      #expect(chart.image().width == 1200)
      #expect(!chart.text(columns: 40).isEmpty)
    }
  }

  @Test func `many points are thinned to what the pixels show`() {
    let noise = (0..<100_000).map { LineChart.Point(x: Double($0), y: Double($0 &* 7919 % 1000)) }
    let svg = LineChart(series: [.init("", noise)]).svg(width: 400)
    #expect(svg.utf8.count < 60_000)
  }
}
