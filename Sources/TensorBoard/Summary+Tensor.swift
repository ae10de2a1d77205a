public import EventFiles

extension Summary {
  /// Numbers of any shape. No dashboard of TensorBoard's own shows them; readers and plugins do.
  ///
  /// - `values`: In row-major order.
  /// - `shape`: The length of each dimension; nil: that of a list, `[]`: a single number.
  /// - `plugin`: Whose values they are.
  /// - Throws: `SummaryError` where the shape doesn't hold as many numbers.
  public static func tensor(
    _ tag: String, _ values: some Collection<some BinaryFloatingPoint>, shape: [Int]? = nil,
    plugin: String = "tensors"
  ) throws(SummaryError) -> Summary {
    let tensor = TensorProto(shape: shape ?? [values.count], scalars: values)
    return try self.tensor(tag, tensor, holding: values.count, plugin: plugin)
  }

  /// Whole numbers of any shape; of a type wider than 64 bits, the nearest of 64.
  public static func tensor(
    _ tag: String, _ values: some Collection<some BinaryInteger>, shape: [Int]? = nil,
    plugin: String = "tensors"
  ) throws(SummaryError) -> Summary {
    let tensor = TensorProto(shape: shape ?? [values.count], scalars: values)
    return try self.tensor(tag, tensor, holding: values.count, plugin: plugin)
  }

  /// Truth values of any shape.
  public static func tensor(
    _ tag: String, _ values: some Collection<Bool>, shape: [Int]? = nil, plugin: String = "tensors"
  ) throws(SummaryError) -> Summary {
    let tensor = TensorProto(shape: shape ?? [values.count], scalars: values)
    return try self.tensor(tag, tensor, holding: values.count, plugin: plugin)
  }

  /// Strings of any shape.
  public static func tensor(
    _ tag: String, _ values: [String], shape: [Int]? = nil, plugin: String = "tensors"
  ) throws(SummaryError) -> Summary {
    let tensor = TensorProto(shape: shape ?? [values.count], strings: values)
    return try self.tensor(tag, tensor, holding: values.count, plugin: plugin)
  }

  /// Numbers of any shape that lie in memory of one's own.
  public static func tensor(
    _ tag: String, _ values: Span<some BinaryFloatingPoint>, shape: [Int]? = nil,
    plugin: String = "tensors"
  ) throws(SummaryError) -> Summary {
    try values.withUnsafeBufferPointer { buffer throws(SummaryError) in
      try tensor(tag, buffer, shape: shape, plugin: plugin)
    }
  }

  /// Whole numbers of any shape that lie in memory of one's own.
  public static func tensor(
    _ tag: String, _ values: Span<some BinaryInteger>, shape: [Int]? = nil,
    plugin: String = "tensors"
  ) throws(SummaryError) -> Summary {
    try values.withUnsafeBufferPointer { buffer throws(SummaryError) in
      try tensor(tag, buffer, shape: shape, plugin: plugin)
    }
  }

  /// A vector's numbers.
  public static func tensor<Vector: SIMD>(
    _ tag: String, _ vector: Vector, plugin: String = "tensors"
  ) -> Summary where Vector.Scalar: BinaryFloatingPoint {
    let scalars = vector.indices.map { vector[$0] }
    return tensor(tag, TensorProto(shape: [scalars.count], scalars: scalars), plugin: plugin)
  }

  /// A vector's whole numbers.
  public static func tensor<Vector: SIMD>(
    _ tag: String, _ vector: Vector, plugin: String = "tensors"
  ) -> Summary where Vector.Scalar: BinaryInteger {
    let scalars = vector.indices.map { vector[$0] }
    return tensor(tag, TensorProto(shape: [scalars.count], scalars: scalars), plugin: plugin)
  }

  /// A tensor as the file will hold it.
  public static func tensor(
    _ tag: String, _ tensor: TensorProto, plugin: String = "tensors"
  ) -> Summary {
    let metadata = SummaryMetadata(pluginName: plugin, dataClass: .tensor)
    return Summary(values: [Value(tag: tag, metadata: metadata, content: .tensor(tensor))])
  }

  private static func tensor(
    _ tag: String, _ tensor: TensorProto, holding count: Int, plugin: String
  ) throws(SummaryError) -> Summary {
    guard tensor.count == count else {
      throw .wrongCount(
        tag: tag, what: "values", got: count,
        expected: tensor.count.map { "\($0) for the shape \(tensor.shape)" }
          ?? "a shape that exists, not \(tensor.shape)")
    }
    return self.tensor(tag, tensor, plugin: plugin)
  }
}
