internal import CheckedArithmetic

/// A number that NumPy knows, as its `.npy` files spell the type.
package protocol NumPyScalar: BitwiseCopyable, Sendable {
  /// The type's name in a header, little-endian where it matters: `<f4`.
  static var numPyDescription: String { get }
}

extension Float: NumPyScalar {
  package static var numPyDescription: String { "<f4" }
}
extension Double: NumPyScalar {
  package static var numPyDescription: String { "<f8" }
}
extension Int64: NumPyScalar {
  package static var numPyDescription: String { "<i8" }
}
extension Int32: NumPyScalar {
  package static var numPyDescription: String { "<i4" }
}
extension UInt8: NumPyScalar {
  package static var numPyDescription: String { "|u1" }
}

/// Files that `numpy.load` reads: format version 1.0 of numpy.lib.format.
package enum NumPyFile {
  /// The bytes of a whole file.
  ///
  /// - Parameters:
  ///   - scalars: The numbers, the last axis fastest. As many as `shape` says.
  ///   - shape: The length of each axis; empty for one number.
  package static func bytes<Scalar: NumPyScalar>(of scalars: [Scalar], shape: [Int]) -> [UInt8] {
    precondition(
      scalars.count == shape.checkedProduct, "\(scalars.count) scalars can't fill \(shape)")
    let axes = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header =
      "{'descr': '\(Scalar.numPyDescription)', 'fortran_order': False, 'shape': (\(axes)), }"
    // The numbers start at a multiple of 64.
    let fixed = 10
    header += String(repeating: " ", count: 63 - (fixed + header.utf8.count) % 64) + "\n"
    let length = UInt16(header.utf8.count)
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes += [UInt8(truncatingIfNeeded: length), UInt8(length >> 8)]
    bytes += header.utf8
    // Every platform that Swift runs on is little-endian.
    scalars.withUnsafeBytes { bytes.append(contentsOf: $0) }
    return bytes
  }
}
