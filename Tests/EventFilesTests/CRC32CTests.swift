import CCRC32C
import EventFiles
import Testing

@Suite struct CRC32CTests {
  private func fast(_ bytes: some Collection<UInt8>, after crc: UInt32 = 0) -> UInt32 {
    Array(bytes).withUnsafeBytes { crc32c_extend(crc, $0.baseAddress, $0.count) }
  }

  private func portable(_ bytes: some Collection<UInt8>, after crc: UInt32 = 0) -> UInt32 {
    Array(bytes).withUnsafeBytes { crc32c_extend_portable(crc, $0.baseAddress, $0.count) }
  }

  /// RFC 3720, appendix B.4, and the check value of the polynomial.
  static let vectors: [(bytes: [UInt8], sum: UInt32)] = [
    (Array("123456789".utf8), 0xE306_9283),
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
    ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    (Array(0..<32), 0x46DD_794E),
    (Array((0..<32).reversed()), 0x113F_DB5C),
    ([], 0),
  ]

  @Test(arguments: vectors)
  func publishedVectors(bytes: [UInt8], sum: UInt32) {
    #expect(fast(bytes) == sum)
    #expect(portable(bytes) == sum)
  }

  @Test func bothWaysAgreeAtEveryLengthAndAlignment() {
    let bytes = (0..<60_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) }
    let lengths =
      Array(0..<900) + stride(from: 900, to: 8_200, by: 53) + [
        3071, 3072, 3073, 6144, 24_575, 24_576, 24_577, 49_152, 59_001,
      ]
    bytes.withUnsafeBytes { all in
      for alignment in 0..<16 {
        for length in lengths {
          let part = UnsafeRawBufferPointer(rebasing: all[alignment..<alignment + length])
          let seed = UInt32(truncatingIfNeeded: length &* 77_777)
          if crc32c_extend(seed, part.baseAddress, length)
            != crc32c_extend_portable(seed, part.baseAddress, length)
          {
            Issue.record("they differ for \(length) bytes at \(alignment)")
          }
        }
      }
    }
  }

  @Test func sumsExtendOneAnother() {
    let bytes = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* $0) }
    for cut in [0, 1, 7, 400, 3_100, 4_999, 5_000] {
      #expect(fast(bytes[cut...], after: fast(bytes[..<cut])) == fast(bytes))
    }
  }

  @Test func theProcessorsInstructionIsUsedWhereThereIsOne() {
    let name = String(cString: crc32c_implementation())
    #if arch(x86_64)
      #expect(name == "sse4.2" || name == "portable")
    #elseif arch(arm64)
      #expect(name == "armv8" || name == "portable")
    #else
      #expect(name == "portable")
    #endif
  }

  /// TensorFlow's own test of the masked sum: a record that holds this text.
  @Test func maskedSum() {
    let payload: [UInt8] = [0x1a, 0x11] + Array("CRC test, one two".utf8)
    #expect(payload.withUnsafeBytes { MaskedCRC.of($0) } == 0x5794_D08A)
  }
}
