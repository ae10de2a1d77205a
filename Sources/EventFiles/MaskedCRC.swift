internal import CCRC32C

/// The checksum of TFRecord files: a CRC-32C, turned and shifted so that the sum of bytes that hold
/// sums stays a good one.
///
/// - Source: TensorFlow, `core/lib/hash/crc32c.h`.
package enum MaskedCRC {
  /// The checksum of these bytes.
  package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let crc = crc32c_extend(0, bytes.baseAddress, bytes.count)
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }
}
