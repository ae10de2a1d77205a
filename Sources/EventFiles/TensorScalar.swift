/// A number that tensors can hold. Not for types of one's own: the memory of an array of such numbers
/// is copied as it is.
public protocol TensorScalar: Sendable {
  /// Its type in event files.
  static var tensorType: TensorProto.DataType { get }

  /// Adds its bytes, the lowest first.
  func appendLittleEndian(to bytes: inout [UInt8])
}

extension TensorScalar where Self: FixedWidthInteger {
  /// Adds its bytes, the lowest first.
  public func appendLittleEndian(to bytes: inout [UInt8]) {
    withUnsafeBytes(of: littleEndian) { bytes.append(contentsOf: $0) }
  }
}

extension Float: TensorScalar {
  /// 32-bit floating point.
  public static var tensorType: TensorProto.DataType { .float }

  /// Adds its bytes, the lowest first.
  public func appendLittleEndian(to bytes: inout [UInt8]) {
    bitPattern.appendLittleEndian(to: &bytes)
  }
}

extension Double: TensorScalar {
  /// 64-bit floating point.
  public static var tensorType: TensorProto.DataType { .double }

  /// Adds its bytes, the lowest first.
  public func appendLittleEndian(to bytes: inout [UInt8]) {
    bitPattern.appendLittleEndian(to: &bytes)
  }
}

extension Int: TensorScalar {
  /// 64-bit signed integer.
  public static var tensorType: TensorProto.DataType { .int64 }

  /// Adds eight bytes, the lowest first.
  public func appendLittleEndian(to bytes: inout [UInt8]) {
    Int64(self).appendLittleEndian(to: &bytes)
  }
}

extension Int64: TensorScalar {
  /// 64-bit signed integer.
  public static var tensorType: TensorProto.DataType { .int64 }
}

extension Int32: TensorScalar {
  /// 32-bit signed integer.
  public static var tensorType: TensorProto.DataType { .int32 }
}

extension Int16: TensorScalar {
  /// 16-bit signed integer.
  public static var tensorType: TensorProto.DataType { .int16 }
}

extension Int8: TensorScalar {
  /// 8-bit signed integer.
  public static var tensorType: TensorProto.DataType { .int8 }
}

extension UInt64: TensorScalar {
  /// 64-bit unsigned integer.
  public static var tensorType: TensorProto.DataType { .uint64 }
}

extension UInt32: TensorScalar {
  /// 32-bit unsigned integer.
  public static var tensorType: TensorProto.DataType { .uint32 }
}

extension UInt16: TensorScalar {
  /// 16-bit unsigned integer.
  public static var tensorType: TensorProto.DataType { .uint16 }
}

extension UInt8: TensorScalar {
  /// 8-bit unsigned integer.
  public static var tensorType: TensorProto.DataType { .uint8 }
}

extension Bool: TensorScalar {
  /// Truth value.
  public static var tensorType: TensorProto.DataType { .bool }

  /// Adds one byte, 0 or 1.
  public func appendLittleEndian(to bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension TensorProto {
  /// Numbers in row-major order, as bytes.
  public init<Scalar: TensorScalar>(shape: [Int], scalars: some Collection<Scalar>) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(scalars.count * MemoryLayout<Scalar>.size)
    let isCopied: Void? =
      Self.isLittleEndian && MemoryLayout<Scalar>.size == MemoryLayout<Scalar>.stride
      ? scalars.withContiguousStorageIfAvailable { numbers in
        bytes.append(contentsOf: UnsafeRawBufferPointer(numbers))
      } : nil
    if isCopied == nil {
      for scalar in scalars { scalar.appendLittleEndian(to: &bytes) }
    }
    self.init(dataType: Scalar.tensorType, shape: shape, scalars: .bytes(bytes))
  }

  private static var isLittleEndian: Bool { 1.littleEndian == 1 }
}
