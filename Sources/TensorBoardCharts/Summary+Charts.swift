@_exported public import Charts
public import TensorBoard

extension Summary {
  /// A chart, for the dashboards Images and Time Series.
  ///
  /// ```swift
  /// let points = curve.map { LineChart.Point(x: $0.threshold, y: $0.recall) }
  /// try writer.add(.image("recall", LineChart(series: [.init("recall", points)])), step: step)
  /// ```
  ///
  /// - `width`: In pixels.
  /// - `height`: In pixels.
  /// - Throws: `SummaryError` where it can't be encoded as PNG.
  public static func image(
    _ tag: String, _ chart: LineChart, width: Int = 900, height: Int = 540
  ) throws(SummaryError) -> Summary {
    try image(tag, chart.image(width: width, height: height))
  }

  /// A chart of bars, for the dashboards Images and Time Series.
  ///
  /// - `width`: In pixels.
  /// - Throws: `SummaryError` where it can't be encoded as PNG.
  public static func image(
    _ tag: String, _ chart: BarChart, width: Int = 900
  ) throws(SummaryError) -> Summary {
    try image(tag, chart.image(width: width))
  }
}
