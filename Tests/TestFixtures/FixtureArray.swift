public import Tensors

/// An array of a `.npy` file, its numbers widened to `Double`.
public struct FixtureArray: Sendable {
  /// The length of each dimension.
  public let shape: [Int]
  /// The numbers in row-major order; empty for strings.
  public let numbers: [Double]
  /// The strings in row-major order; empty for numbers.
  public let strings: [String]

  /// The numbers as `Float`.
  public var floats: [Float] { numbers.map { Float($0) } }
  /// The numbers as `Int`; they must be whole.
  public var integers: [Int] { numbers.map { Int($0) } }
  /// The numbers as a tensor of the same shape.
  public var tensor: Tensor { Tensor(shape: shape, scalars: floats) }
  /// The largest magnitude, NaNs left out.
  public var largest: Double { numbers.lazy.filter { !$0.isNaN }.map(abs).max() ?? 0 }

  /// The part at an index of the first dimension, without that dimension.
  public subscript(index: Int) -> FixtureArray {
    let rest = Array(shape.dropFirst())
    let count = rest.reduce(1, *)
    let range = (index * count)..<((index + 1) * count)
    return FixtureArray(
      shape: rest, numbers: numbers.isEmpty ? [] : Array(numbers[range]),
      strings: strings.isEmpty ? [] : Array(strings[range]))
  }

  init(shape: [Int], numbers: [Double] = [], strings: [String] = []) {
    self.shape = shape
    self.numbers = numbers
    self.strings = strings
  }

  /// Decodes a `.npy` file of version 1, little-endian and in C order.
  ///
  /// - Source: numpy, `doc/source/reference/generated/numpy.lib.format.rst`.
  public init(npy bytes: [UInt8]) throws {
    guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes.count > 10, bytes[6] == 1 else {
      throw FixtureError("not a .npy file of version 1")
    }
    let headerEnd = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    guard headerEnd <= bytes.count else { throw FixtureError("a .npy file without its header") }
    let header = String(decoding: bytes[10..<headerEnd], as: UTF8.self)
    let type = try Self.value(of: "descr", in: header, from: "'", to: "'")
    let shapeText = try Self.value(of: "shape", in: header, from: "(", to: ")")
    guard header.contains("'fortran_order': False") else { throw FixtureError("Fortran order") }
    shape = shapeText.split(separator: ",").compactMap {
      Int(String($0.filter { $0 != " " }))
    }
    let count = shape.reduce(1, *)
    let data = Array(bytes[headerEnd...])
    let width = Int(type.drop { !$0.isNumber }) ?? 0
    let isText = type.hasPrefix("<U")
    guard data.count == count * width * (isText ? 4 : 1) else {
      throw FixtureError("\(data.count) bytes for \(count) of \(type)")
    }
    numbers = isText ? [] : try Self.numbers(data, type: type, count: count)
    strings = isText ? Self.strings(data, width: width, count: count) : []
  }

  private static func value(
    of key: String, in header: String, from open: Character, to close: Character
  ) throws -> String {
    guard let range = header.firstRange(of: "'\(key)':") else {
      throw FixtureError("a .npy header without \(key)")
    }
    let rest = header[range.upperBound...].drop { $0 != open }.dropFirst()
    return String(rest.prefix { $0 != close })
  }

  private static func numbers(_ data: [UInt8], type: String, count: Int) throws -> [Double] {
    try data.withUnsafeBytes { bytes in
      func load<Stored: BitwiseCopyable>(_: Stored.Type, _ widen: (Stored) -> Double) -> [Double] {
        (0..<count).map {
          widen(
            bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Stored>.size, as: Stored.self))
        }
      }
      return switch type {
      case "<f4": load(Float.self) { Double($0) }
      case "<f8": load(Double.self) { $0 }
      case "<i4": load(Int32.self) { Double($0) }
      case "<i8": load(Int64.self) { Double($0) }
      case "|u1", "|b1": load(UInt8.self) { Double($0) }
      case "|i1": load(Int8.self) { Double($0) }
      default: throw FixtureError("the number type \(type) isn't read")
      }
    }
  }

  private static func strings(_ data: [UInt8], width: Int, count: Int) -> [String] {
    (0..<count).map { index in
      var text = ""
      for position in 0..<width {
        let start = 4 * (index * width + position)
        let code = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[start + $1]) << (8 * UInt32($1)) }
        if code != 0, let scalar = Unicode.Scalar(code) { text.unicodeScalars.append(scalar) }
      }
      return text
    }
  }
}

/// Why a fixture can't be read.
public struct FixtureError: Error, Sendable, CustomStringConvertible {
  /// The reason.
  public let description: String

  init(_ description: String) { self.description = description }
}
