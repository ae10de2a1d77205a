// Tensors of Swift's numbers. Their bytes are copied where the file holds the same type.

extension TensorProto {
  /// Whole numbers in row-major order; of a type that files don't have, as the nearest 64-bit ones.
  public init<Scalar: BinaryInteger>(shape: [Int], scalars: some Collection<Scalar>) {
    self =
      Self(copying: scalars, shape: shape)
      ?? TensorProto(shape: shape, scalars: scalars.map { Int64(clamping: $0) })
  }

  /// Floating-point numbers of 16, 32 or 64 bits in row-major order; wider ones are kept in 64.
  public init<Scalar: BinaryFloatingPoint>(shape: [Int], scalars: some Collection<Scalar>) {
    if let copy = Self(copying: scalars, shape: shape) {
      self = copy
    } else if Scalar.exponentBitCount == 5, Scalar.significandBitCount == 10 {
      let halves = TensorProto(
        shape: shape,
        scalars: scalars.map { scalar in
          UInt16(scalar.sign == .minus ? 1 : 0) << 15
            | UInt16(truncatingIfNeeded: scalar.exponentBitPattern) << 10
            | UInt16(truncatingIfNeeded: scalar.significandBitPattern)
        })
      self.init(dataType: .half, shape: shape, scalars: halves.scalars)
    } else {
      self.init(shape: shape, scalars: scalars.map { Double($0) })
    }
  }

  /// Truth values in row-major order.
  public init(shape: [Int], scalars: some Collection<Bool>) {
    self.init(dataType: .bool, shape: shape, scalars: .bytes(scalars.map { $0 ? 1 : 0 }))
  }

  private static let types: [ObjectIdentifier: DataType] = [
    ObjectIdentifier(Float.self): .float, ObjectIdentifier(Double.self): .double,
    ObjectIdentifier(Int.self): .int64, ObjectIdentifier(Int64.self): .int64,
    ObjectIdentifier(Int32.self): .int32, ObjectIdentifier(Int16.self): .int16,
    ObjectIdentifier(Int8.self): .int8, ObjectIdentifier(UInt.self): .uint64,
    ObjectIdentifier(UInt64.self): .uint64, ObjectIdentifier(UInt32.self): .uint32,
    ObjectIdentifier(UInt16.self): .uint16, ObjectIdentifier(UInt8.self): .uint8,
  ]

  /// The memory of numbers of one of these types; nil for another.
  private init?<Scalar>(copying scalars: some Collection<Scalar>, shape: [Int]) {
    guard let type = Self.types[ObjectIdentifier(Scalar.self)] else { return nil }
    var bytes =
      scalars.withContiguousStorageIfAvailable { Array(UnsafeRawBufferPointer($0)) }
      ?? Array(scalars).withUnsafeBytes { Array($0) }
    if 1.littleEndian != 1 {
      let width = MemoryLayout<Scalar>.size
      for start in stride(from: 0, to: bytes.count, by: width) {
        bytes[start..<start + width].reverse()
      }
    }
    self.init(dataType: type, shape: shape, scalars: .bytes(bytes))
  }
}
