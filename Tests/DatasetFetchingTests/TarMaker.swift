/// Makes archives to unpack.
enum TarMaker {
  /// A tar archive of these files.
  ///
  /// - Parameter size: What each header says of its file's size; nil: the truth.
  static func archive(
    _ files: [(name: String, bytes: [UInt8])], type: UInt8 = UInt8(ascii: "0"),
    size: String? = nil
  ) -> [UInt8] {
    var archive: [UInt8] = []
    for (name, bytes) in files {
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, at offset: Int) {
        for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
      }
      put(name, at: 0)
      put("0000644\0", at: 100)
      put(size ?? octal(bytes.count, digits: 11), at: 124)
      put("        ", at: 148)
      header[156] = type
      put("ustar\u{0}00", at: 257)
      put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6), at: 148)
      header[154] = 0
      archive += header + bytes
      archive += [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }
    return archive + [UInt8](repeating: 0, count: 1024)
  }

  /// The archive as a gzip file of stored blocks.
  static func gzipped(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    let bytes = archive(files)
    var result: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    for start in stride(from: 0, to: bytes.count, by: 65_535) {
      let part = bytes[start..<min(start + 65_535, bytes.count)]
      let length = UInt16(part.count)
      result.append(start + 65_535 >= bytes.count ? 1 : 0)
      result += [
        UInt8(length & 255), UInt8(length >> 8), ~UInt8(length & 255), ~UInt8(length >> 8),
      ]
      result += part
    }
    for value in [crc32(bytes), UInt32(bytes.count)] {
      for shift in [0, 8, 16, 24] as [UInt32] {
        result.append(UInt8(truncatingIfNeeded: value >> shift))
      }
    }
    return result
  }

  private static func octal(_ value: Int, digits: Int) -> String {
    let text = String(value, radix: 8)
    return String(repeating: "0", count: digits - text.count) + text + "\0"
  }

  /// CRC-32 of RFC 1952, bit by bit.
  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
