public import EventFiles

extension Summary {
  /// A number, for the dashboards Time Series and Scalars.
  ///
  /// Kept in 32 bits, as TensorBoard does. Infinities and NaN are written as they are, and shown.
  public static func scalar(_ tag: String, _ value: Float) -> Summary {
    Summary(values: [Value(tag: tag, content: .scalar(value))])
  }

  /// A number of any floating-point type, kept in 32 bits.
  @inlinable
  public static func scalar(_ tag: String, _ value: some BinaryFloatingPoint) -> Summary {
    scalar(tag, Float(value))
  }

  /// A number of any integer type, kept in 32 bits.
  @inlinable
  public static func scalar(_ tag: String, _ value: some BinaryInteger) -> Summary {
    scalar(tag, Float(value))
  }

  /// A truth value: 1 or 0.
  public static func scalar(_ tag: String, _ value: Bool) -> Summary {
    scalar(tag, value ? 1 : 0 as Float)
  }

  /// Several numbers of one thing, each a scalar `<tag>/<name>` of this run.
  ///
  /// With a chart `.multiline(tag, tags: …)` in the layout of `customScalars` they stand in one chart:
  /// one file and one run, not a run for each as with torch's `add_scalars`.
  public static func scalars(
    _ tag: String, _ values: [String: some BinaryFloatingPoint]
  ) -> Summary {
    Summary(
      values: values.sorted { $0.key < $1.key }.map { name, value in
        Value(tag: "\(tag)/\(name)", content: .scalar(Float(value)))
      })
  }

  /// Several whole numbers of one thing, each a scalar `<tag>/<name>` of this run.
  public static func scalars(_ tag: String, _ values: [String: some BinaryInteger]) -> Summary {
    scalars(tag, values.mapValues { Float($0) })
  }

  /// A text in Markdown, for the dashboard Text.
  public static func text(_ tag: String, _ markdown: String) -> Summary {
    let metadata = SummaryMetadata(pluginName: "text", dataClass: .tensor)
    let tensor = TensorProto(shape: [], strings: [markdown])
    return Summary(values: [Value(tag: tag, metadata: metadata, content: .tensor(tensor))])
  }
}
