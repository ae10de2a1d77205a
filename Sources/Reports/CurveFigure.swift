import Charts
import EventFiles
import TextOutput

/// A curve of a chart.
struct Curve {
  /// What the values under the pointer are named by.
  var name: String
  /// Its colour and dashes, and the run that toggles it: `r3 c3 d0`.
  var styleClass: String
  var series: Series
}

/// Draws curves over common axes as a `<figure>`: an image that needs no script, and its numbers, for the
/// script that shows those under the pointer.
struct CurveFigure {
  /// How large a chart is, in the units of its `viewBox`.
  enum Size {
    case large, small

    var width: Int { self == .large ? 480 : 320 }
    var height: Int { self == .large ? 280 : 190 }
  }

  var title: String
  var curves: [Curve]
  var size = Size.large
  var smoothing: Double
  /// Points of each curve.
  var pointLimit: Int
  /// Names of the curves are shown in the figure: no legend of the page has them.
  var hasLegend = false
  /// Values are accuracies: powers of ten would say nothing.
  var isShare = false
  /// What lies around curves; those of means aren't smoothed.
  var bands: [Band] = []

  /// Mean ± deviation.
  struct Band {
    var points: [LineChart.BandPoint]
    var styleClass: String
  }

  /// Curves from which on a chart is crowded.
  static let crowd = 12

  /// A curve's points that are drawn and told.
  private struct Drawn {
    var curve: Curve
    var xs: [Int]
    var values: [Double]
    var smoothed: [Double]?
    /// The positions in the series that the page tells: those of other curves of the same steps, too.
    var told: [Int]
    var allSmoothed: [Double]?
  }

  /// The element.
  func html() -> String {
    let drawn = curves.map(points)
    let linear = chart(drawn, .linear).figure(
      width: size.width, height: size.height, label: label, marksPoints: drawn.count <= Self.crowd)
    var charts = [(linear, false)]
    if let decades = decades(drawn), decades > 1 {
      let logarithmic = chart(drawn, .logarithmic).figure(
        width: size.width, height: size.height, label: label + ", logarithmic",
        marksPoints: drawn.count <= Self.crowd)
      // Where a linear axis would show one diverging curve and a flat rest, powers of ten come first.
      charts.insert((logarithmic, true), at: decades > 2.5 ? 0 : 1)
    }
    var html = "<figure class=\"chart\(size == .small ? " small" : "")\">\n"
    html += "<figcaption>\(Markup.escaped(title))"
    if hasLegend {
      html += curves.map { curve in
        " <span class=\"key\">\(HTML.sample(curve.styleClass))\(Markup.escaped(curve.name))</span>"
      }.joined()
    }
    html += "</figcaption>\n"
    for (index, (figure, _)) in charts.enumerated() {
      html += "<div class=\"plot\"\(index > 0 ? " hidden" : "")>\(figure.svg)</div>\n"
    }
    return html + script(drawn, charts) + "</figure>\n"
  }

  private var label: String {
    let names = curves.prefix(8).map(\.name).joined(separator: ", ")
    return "\(title): \(names)\(curves.count > 8 ? ", …" : "")"
  }

  private func points(of curve: Curve) -> Drawn {
    let series = curve.series
    let isSmoothed =
      smoothing > 0 && series.count >= ReportOptions.smoothedCount && bands.isEmpty
    let positions = Thinning.positions(of: series.numbers, limit: pointLimit)
    let smoothed = isSmoothed ? Smoothing.exponential(series.numbers, weight: smoothing) : nil
    let longest = curves.map(\.series.count).max() ?? 0
    let stride = max(1, (longest + pointLimit - 1) / pointLimit)
    var told = Array(Swift.stride(from: 0, to: series.count, by: stride))
    if told.last != series.count - 1 { told.append(series.count - 1) }
    return Drawn(
      curve: curve, xs: positions.map { series.steps[$0] },
      values: positions.map { series.numbers[$0] },
      smoothed: smoothed.map { all in positions.map { all[$0] } }, told: told,
      allSmoothed: smoothed)
  }

  private func chart(_ drawn: [Drawn], _ scale: LineChart.Scale) -> LineChart {
    var series = drawn.map { one in
      let raw = zip(one.xs, one.values).map { LineChart.Point(x: Double($0), y: $1) }
      // Among many curves, dots and faint ones would only be fog.
      let isCrowded = drawn.count > Self.crowd
      let smooth = one.smoothed.map {
        zip(one.xs, $0).map { LineChart.Point(x: Double($0), y: $1) }
      }
      var series = LineChart.Series("", smooth ?? raw, faint: smooth == nil || isCrowded ? [] : raw)
      series.styleClass = one.curve.styleClass
      return series
    }
    let areas = bands.map { band in
      let positions = Thinning.positions(of: band.points.map(\.high), limit: pointLimit)
      var area = LineChart.Series("", [], band: positions.map { band.points[$0] })
      area.styleClass = band.styleClass
      return area
    }
    series.insert(contentsOf: areas, at: 0)
    var chart = LineChart(xName: size == .large ? "step" : "", series: series)
    chart.yScale = scale
    return chart
  }

  /// How many powers of ten the values span; nil where some aren't positive.
  private func decades(_ drawn: [Drawn]) -> Double? {
    guard bands.isEmpty, !isShare else { return nil }
    var (low, high) = (Double.infinity, 0.0)
    for value in drawn.lazy.flatMap({ $0.smoothed ?? $0.values }) where value.isFinite {
      guard value > 0 else { return nil }
      (low, high) = (min(low, value), max(high, value))
    }
    guard low < high else { return nil }
    return log10(high / low)
  }

  /// The numbers: `g` geometries of the plots, `s` series of a class, a name, steps, values and smoothed
  /// values.
  private func script(
    _ drawn: [Drawn], _ charts: [(figure: LineChart.Figure, isLogarithmic: Bool)]
  ) -> String {
    let geometries = charts.map { figure, isLogarithmic in
      let g = figure.geometry
      let numbers = [
        g.left, g.right, g.top, g.bottom, g.lowestX, g.highestX, g.lowestY, g.highestY,
      ].map { "\($0)" }
      return "[\(numbers.joined(separator: ",")),\(isLogarithmic ? 1 : 0)]"
    }
    let series = drawn.map { one in
      let series = one.curve.series
      let smoothed =
        one.allSmoothed.map { all in
          ",\"z\":\(Number.json(one.told.map { all[$0] }))"
        } ?? ""
      let name = JSON.quoted(one.curve.name, inMarkup: true)
      return "{\"c\":\(JSON.quoted(one.curve.styleClass)),\"n\":\(name),"
        + "\"x\":[\(one.told.map { "\(series.steps[$0])" }.joined(separator: ","))],"
        + "\"y\":\(Number.json(one.told.map { series.numbers[$0] }))"
        + "\(smoothed)}"
    }
    return "<script type=\"application/json\">{\"g\":[\(geometries.joined(separator: ","))],"
      + "\"s\":[\(series.joined(separator: ","))]}</script>\n"
  }
}
