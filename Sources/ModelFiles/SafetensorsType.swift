import CheckedArithmetic

/// A number type of the safetensors format.
///
/// - Source: https://github.com/huggingface/safetensors, `safetensors/src/tensor.rs`, `enum Dtype`
///   (the types of whole bytes).
enum SafetensorsType: String {
  case bool = "BOOL"
  case u8 = "U8"
  case i8 = "I8"
  case f8e5m2 = "F8_E5M2"
  case f8e4m3 = "F8_E4M3"
  case f8e8m0 = "F8_E8M0"
  case i16 = "I16"
  case u16 = "U16"
  case f16 = "F16"
  case bf16 = "BF16"
  case i32 = "I32"
  case u32 = "U32"
  case f32 = "F32"
  case i64 = "I64"
  case u64 = "U64"
  case f64 = "F64"
  case c64 = "C64"

  /// The size of one number, in bytes.
  var byteCount: Int {
    switch self {
    case .bool, .u8, .i8, .f8e5m2, .f8e4m3, .f8e8m0: 1
    case .i16, .u16, .f16, .bf16: 2
    case .i32, .u32, .f32: 4
    case .i64, .u64, .f64, .c64: 8
    }
  }

  /// The size of a tensor, in bytes, or nil when no computer has so many.
  func byteCount(ofShape shape: [Int]) -> Int? { ([byteCount] + shape).checkedProduct }

  /// Reads the number at a byte offset as a `Float`; nil for types that aren't read.
  var widen: ((UnsafeRawBufferPointer, Int) -> Float)? {
    switch self {
    case .f32:
      {
        Float(
          bitPattern: UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: $1, as: UInt32.self)))
      }
    case .f64:
      { bytes, offset in
        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return Float(Double(bitPattern: UInt64(littleEndian: bits)))
      }
    case .f16:
      { bytes, offset in
        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return Self.float(half: UInt16(littleEndian: bits))
      }
    case .bf16:
      { bytes, offset in
        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return Float(bitPattern: UInt32(UInt16(littleEndian: bits)) << 16)
      }
    default: nil
    }
  }

  /// IEEE 754 binary16, by its bits: `Float16` isn't there on every platform.
  static func float(half bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF) / 1024
    switch exponent {
    case 0: return sign * fraction * 0x1p-14
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * (1 + fraction) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }
}
