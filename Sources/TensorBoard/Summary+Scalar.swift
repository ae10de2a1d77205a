public import EventFiles

extension Summary {
  /// A number, for the dashboards Time Series and Scalars.
  ///
  /// Kept in 32 bits, as TensorBoard does. Infinities and NaN are written as they are, and shown.
  public static func scalar(_ tag: String, _ value: Float) -> Summary {
    Summary(values: [Value(tag: tag, content: .scalar(value))])
  }

  /// A number, for the dashboards Time Series and Scalars; kept in 32 bits.
  public static func scalar(_ tag: String, _ value: Double) -> Summary {
    scalar(tag, Float(value))
  }

  /// A number, for the dashboards Time Series and Scalars; kept in 32 bits.
  public static func scalar(_ tag: String, _ value: Int) -> Summary {
    scalar(tag, Float(value))
  }

  /// A text in Markdown, for the dashboard Text.
  public static func text(_ tag: String, _ markdown: String) -> Summary {
    let metadata = SummaryMetadata(pluginName: "text", dataClass: .tensor)
    let tensor = TensorProto(shape: [], strings: [markdown])
    return Summary(values: [Value(tag: tag, metadata: metadata, content: .tensor(tensor))])
  }
}
