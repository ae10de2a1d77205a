public import EventFiles

extension Summary {
  /// Numbers of any shape. No dashboard of TensorBoard's own shows them; readers and plugins do.
  ///
  /// - Parameters:
  ///   - values: In row-major order.
  ///   - shape: The length of each dimension; nil: that of a list, `[]`: a single number.
  ///   - plugin: Whose values they are.
  /// - Throws: `SummaryError` where the shape doesn't hold as many numbers.
  public static func tensor(
    _ tag: String, _ values: some Collection<some TensorScalar>, shape: [Int]? = nil,
    plugin: String = "tensors"
  ) throws(SummaryError) -> Summary {
    let shape = shape ?? [values.count]
    try check(tag, shape, values.count)
    return tensor(tag, TensorProto(shape: shape, scalars: values), plugin: plugin)
  }

  /// Strings of any shape.
  ///
  /// - Throws: `SummaryError` where the shape doesn't hold as many strings.
  public static func tensor(
    _ tag: String, _ values: [String], shape: [Int]? = nil, plugin: String = "tensors"
  ) throws(SummaryError) -> Summary {
    let shape = shape ?? [values.count]
    try check(tag, shape, values.count)
    return tensor(tag, TensorProto(shape: shape, strings: values), plugin: plugin)
  }

  /// Numbers of any shape that lie in memory of one's own.
  ///
  /// - Throws: `SummaryError` where the shape doesn't hold as many numbers.
  public static func tensor(
    _ tag: String, _ values: Span<some TensorScalar>, shape: [Int]? = nil,
    plugin: String = "tensors"
  ) throws(SummaryError) -> Summary {
    try values.withUnsafeBufferPointer { buffer throws(SummaryError) in
      try tensor(tag, buffer, shape: shape, plugin: plugin)
    }
  }

  /// A tensor.
  public static func tensor(
    _ tag: String, _ tensor: TensorProto, plugin: String = "tensors"
  ) -> Summary {
    let metadata = SummaryMetadata(pluginName: plugin, dataClass: .tensor)
    return Summary(values: [Value(tag: tag, metadata: metadata, content: .tensor(tensor))])
  }

  private static func check(
    _ tag: String, _ shape: [Int], _ count: Int
  ) throws(SummaryError) {
    let held = TensorProto(dataType: .float, shape: shape, scalars: .bytes([])).count
    guard held == count else {
      throw .wrongCount(
        tag: tag, what: "values", got: count,
        expected: held.map { "\($0) for the shape \(shape)" } ?? "a shape that exists, not \(shape)"
      )
    }
  }
}
