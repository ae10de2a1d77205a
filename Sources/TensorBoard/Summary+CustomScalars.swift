public import EventFiles
internal import ProtobufWire

extension Summary {
  /// Which scalars the dashboard Custom Scalars shows together; goes once into a run.
  ///
  /// - Throws: `SummaryError` where there is no chart, one shows nothing, or a title occurs twice.
  public static func customScalars(
    _ layout: CustomScalarLayout
  ) throws(SummaryError) -> Summary {
    let tag = "custom_scalars__config__"
    guard !layout.categories.isEmpty else { throw .empty(tag: tag, what: "categories") }
    try SummaryError.checkDistinct(layout.categories.map(\.title), tag: tag, what: "category")
    for category in layout.categories {
      guard !category.charts.isEmpty else {
        throw .empty(tag: tag, what: "charts in the category \(category.title)")
      }
      try SummaryError.checkDistinct(
        category.charts.map(\.title), tag: tag, what: "chart of the category \(category.title)")
      for chart in category.charts where chart.isEmpty {
        throw .empty(tag: tag, what: "tags in the chart \(chart.title)")
      }
    }
    let metadata = SummaryMetadata(pluginName: "custom_scalars", dataClass: .tensor)
    let tensor = TensorProto(
      dataType: .string, shape: [], scalars: .strings([layout.wireBytes]))
    return Summary(values: [Value(tag: tag, metadata: metadata, content: .tensor(tensor))])
  }
}

extension CustomScalarLayout.Chart {
  /// There is nothing it could show.
  fileprivate var isEmpty: Bool {
    switch content {
    case .multiline(let patterns): patterns.allSatisfy(\.isEmpty)
    case .margin(let series):
      series.isEmpty || series.contains { [$0.value, $0.lower, $0.upper].contains("") }
    case nil: true
    }
  }
}
