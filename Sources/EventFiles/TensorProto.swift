/// An array of scalars or strings with a shape, as event files hold it.
///
/// - Source: TensorBoard, `compat/proto/tensor.proto` and `types.proto`.
public struct TensorProto: Sendable, Equatable {
  /// The type of the scalars, by TensorFlow's numbers.
  public struct DataType: RawRepresentable, Sendable, Hashable {
    /// TensorFlow's number.
    public var rawValue: Int

    /// The type of this number.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// 32-bit floating point.
    public static let float = DataType(rawValue: 1)
    /// 64-bit floating point.
    public static let double = DataType(rawValue: 2)
    /// 32-bit signed integer.
    public static let int32 = DataType(rawValue: 3)
    /// 8-bit unsigned integer.
    public static let uint8 = DataType(rawValue: 4)
    /// 16-bit signed integer.
    public static let int16 = DataType(rawValue: 5)
    /// 8-bit signed integer.
    public static let int8 = DataType(rawValue: 6)
    /// Strings of bytes.
    public static let string = DataType(rawValue: 7)
    /// Two 32-bit floating-point numbers.
    public static let complex64 = DataType(rawValue: 8)
    /// 64-bit signed integer.
    public static let int64 = DataType(rawValue: 9)
    /// Truth value.
    public static let bool = DataType(rawValue: 10)
    /// The upper half of a 32-bit floating-point number.
    public static let bfloat16 = DataType(rawValue: 14)
    /// 16-bit unsigned integer.
    public static let uint16 = DataType(rawValue: 17)
    /// Two 64-bit floating-point numbers.
    public static let complex128 = DataType(rawValue: 18)
    /// 16-bit floating point.
    public static let half = DataType(rawValue: 19)
    /// 32-bit unsigned integer.
    public static let uint32 = DataType(rawValue: 22)
    /// 64-bit unsigned integer.
    public static let uint64 = DataType(rawValue: 23)
  }

  /// The scalars, in the form in which the file holds them.
  public enum Scalars: Sendable, Equatable {
    /// Little-endian bytes in row-major order.
    case bytes([UInt8])
    /// Floating-point numbers; of a complex type, two each.
    case floats([Float])
    /// Floating-point numbers; of a complex type, two each.
    case doubles([Double])
    /// Integers, truth values, or the bits of 16-bit floating-point numbers; unsigned by their bits.
    case integers([Int64])
    /// Strings of bytes.
    case strings([[UInt8]])
  }

  /// The type of the scalars.
  public var dataType: DataType
  /// The length of each dimension; `[]` is a single scalar.
  public var shape: [Int]
  /// The scalars in row-major order. Fewer than the shape says: the last one fills the rest.
  public var scalars: Scalars

  /// A tensor.
  public init(dataType: DataType, shape: [Int], scalars: Scalars) {
    self.dataType = dataType
    self.shape = shape
    self.scalars = scalars
  }

  /// Strings.
  public init(shape: [Int], strings: [String]) {
    self.init(
      dataType: .string, shape: shape, scalars: .strings(strings.map { Array($0.utf8) }))
  }
}

extension TensorProto {
  /// The number of scalars that the shape holds, or nil where it is negative or overflows.
  public var count: Int? {
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard length >= 0, !overflow else { return nil }
      count = product
    }
    return count
  }

  /// The scalars as numbers, as many as the file holds; nil where they are strings, complex, or bytes
  /// of another length than the shape's.
  public var numbers: [Double]? {
    switch scalars {
    case .floats(let values): dataType == .float ? values.map(Double.init) : nil
    case .doubles(let values): dataType == .double ? values : nil
    case .integers(let values): values.compactMapAll(number)
    case .strings: nil
    case .bytes(let bytes): numbers(in: bytes)
    }
  }

  /// The strings; nil where they are numbers.
  public var strings: [[UInt8]]? {
    if case .strings(let values) = scalars { values } else { nil }
  }

  /// Bytes a scalar, of the types that can be numbers.
  private var width: Int? {
    switch dataType {
    case .uint8, .int8, .bool: 1
    case .int16, .uint16, .half, .bfloat16: 2
    case .float, .int32, .uint32: 4
    case .double, .int64, .uint64: 8
    default: nil
    }
  }

  private func numbers(in bytes: [UInt8]) -> [Double]? {
    guard let width, bytes.count.isMultiple(of: width), bytes.count / width == count else {
      return nil
    }
    return stride(from: 0, to: bytes.count, by: width).compactMapAll { start in
      var bits: UInt64 = 0
      for index in 0..<width { bits |= UInt64(bytes[start + index]) << UInt64(8 * index) }
      return number(Int64(bitPattern: bits))
    }
  }

  /// A scalar from its bits, in the lowest bytes.
  private func number(_ bits: Int64) -> Double? {
    switch dataType {
    case .float: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .double: Double(bitPattern: UInt64(bitPattern: bits))
    case .half: half(UInt16(truncatingIfNeeded: bits))
    case .bfloat16: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits) << 16))
    case .int8: Double(Int8(truncatingIfNeeded: bits))
    case .int16: Double(Int16(truncatingIfNeeded: bits))
    case .int32: Double(Int32(truncatingIfNeeded: bits))
    case .int64: Double(bits)
    case .uint8, .bool: Double(UInt8(truncatingIfNeeded: bits))
    case .uint16: Double(UInt16(truncatingIfNeeded: bits))
    case .uint32: Double(UInt32(truncatingIfNeeded: bits))
    case .uint64: Double(UInt64(bitPattern: bits))
    default: nil
    }
  }

  /// A 16-bit floating-point number. `Float16` isn't there on every platform.
  private func half(_ bits: UInt16) -> Double {
    let sign = bits >> 15 == 0 ? 1.0 : -1.0
    let exponent = Int(bits >> 10 & 31)
    let fraction = Double(bits & 1023) / 1024
    return switch exponent {
    case 0: sign * fraction * 0x1p-14
    case 31: fraction == 0 ? sign * .infinity : .nan
    default: sign * (1 + fraction) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }
}

extension Sequence {
  /// The results for all elements, or nil if one has none.
  fileprivate func compactMapAll<Result>(_ transform: (Element) -> Result?) -> [Result]? {
    var results: [Result] = []
    results.reserveCapacity(underestimatedCount)
    for element in self {
      guard let result = transform(element) else { return nil }
      results.append(result)
    }
    return results
  }
}
