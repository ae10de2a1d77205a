import Testing

@testable import Datasets

/// Made by Python 3.11: `gzip.compress(text, mtime=0)` and `zlib.compressobj(9, zlib.DEFLATED, -15)`
/// of `text = b"abcabcabcabc" * 3 + b"end"`.
private let packedAsGzip: [UInt8] = [
  0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4B, 0x4C, 0x4A, 0x4E, 0x24, 0x84,
  0x52, 0xF3, 0x52, 0x00, 0x77, 0xE3, 0x16, 0xCF, 0x27, 0x00, 0x00, 0x00,
]
private let packedAsDeflate: [UInt8] = [
  0x4B, 0x4C, 0x4A, 0x4E, 0x24, 0x84, 0x52, 0xF3, 0x52, 0x00,
]
private let text = Array((String(repeating: "abcabcabcabc", count: 3) + "end").utf8)

struct InflateTests {
  @Test func bothFormatsUnpack() throws {
    #expect(try Inflate.decode(packedAsGzip, format: .gzip, maximumByteCount: 100) == text)
    #expect(try Inflate.decode(packedAsDeflate, format: .deflate, maximumByteCount: 39) == text)
  }

  @Test func theMembersOfAGzipFileFollowEachOther() throws {
    let twice = packedAsGzip + packedAsGzip
    #expect(try Inflate.decode(twice, format: .gzip, maximumByteCount: 100) == text + text)
    #expect(throws: InflateError.self) {
      try Inflate.decode(packedAsGzip + [1, 2, 3], format: .gzip, maximumByteCount: 100)
    }
    #expect(throws: InflateError.damaged("bytes follow the end of the data")) {
      try Inflate.decode(packedAsDeflate + [0], format: .deflate, maximumByteCount: 100)
    }
  }

  @Test func theLimitHolds() {
    for limit in [0, 1, 38] {
      #expect(throws: InflateError.tooLarge(limit: limit)) {
        try Inflate.decode(packedAsGzip, format: .gzip, maximumByteCount: limit)
      }
    }
  }

  @Test(arguments: [0, 1, 10, 38, 39, 100])
  func theBeginningIsReadWithoutTheRest(count: Int) throws {
    let first = try Inflate.beginning(of: packedAsGzip, format: .gzip, byteCount: count)
    #expect(first == Array(text.prefix(count)))
    // What follows isn't looked at.
    let damaged = packedAsGzip.dropLast(8) + [UInt8](repeating: 0, count: 8)
    if count < text.count {
      #expect(
        try Inflate.beginning(of: Array(damaged), format: .gzip, byteCount: count)
          == Array(text.prefix(count)))
    }
  }

  @Test func cutAtEachByteIsTruncated() {
    for count in packedAsGzip.indices {
      #expect(throws: InflateError.truncated, "\(count) bytes") {
        try Inflate.decode(Array(packedAsGzip[..<count]), format: .gzip, maximumByteCount: 100)
      }
    }
    for count in packedAsDeflate.indices {
      #expect(throws: InflateError.truncated, "\(count) bytes") {
        try Inflate.decode(
          Array(packedAsDeflate[..<count]), format: .deflate, maximumByteCount: 100)
      }
    }
  }

  @Test func eachByteFlippedIsAnErrorOrChangesNothing() {
    for index in packedAsGzip.indices {
      for mask: UInt8 in [1, 0x10, 0x80, 0xFF] {
        var damaged = packedAsGzip
        damaged[index] ^= mask
        // Time, flags and system of the header don't belong to the text.
        let unpacked = try? Inflate.decode(damaged, format: .gzip, maximumByteCount: 100)
        #expect(unpacked == nil || (unpacked == text && index < 10), "byte \(index)")
      }
    }
  }

  @Test(arguments: [
    (InflateError.truncated, "is cut off, its packed data ends too early"),
    (.damaged("incorrect data check"), "is damaged: incorrect data check"),
    (.tooLarge(limit: 7), "unpacks to more than the 7 bytes expected"),
    (.outOfMemory, "can't be unpacked, there is no memory left"),
  ])
  func eachErrorIsHalfASentence(_ error: InflateError, _ words: String) {
    #expect("\(error)" == words)
  }
}
