import ProtobufWire
import Testing

@Suite struct WireCursorTests {
  private func withCursor<Result>(
    _ bytes: [UInt8], _ body: (inout WireCursor) throws -> Result
  ) throws -> Result {
    try bytes.withUnsafeBytes { bytes in
      guard var cursor = WireCursor(bytes) else { throw NoMemory() }
      return try body(&cursor)
    }
  }

  private struct NoMemory: Error {}

  @Test func `fields of every type are read`() throws {
    let bytes: [UInt8] =
      [0x08, 0xAC, 0x02] + [0x11, 1, 0, 0, 0, 0, 0, 0, 0x80] + [0x1A, 2, 7, 8] + [0x25, 1, 0, 0, 0]
    try withCursor(bytes) { cursor in
      let number = (cursor.nextKey(), cursor.varint())
      #expect(number == (0x08, 300))
      let wide = (cursor.nextKey(), cursor.fixed64())
      #expect(wide == (0x11, 0x8000_0000_0000_0001))
      let key = cursor.nextKey()
      let content = cursor.bytes().map { Array($0) }
      #expect(key == 0x1A && content == [7, 8])
      let narrow = (cursor.nextKey(), cursor.fixed32(), cursor.nextKey())
      #expect(narrow == (0x25, 1, 0))
    }
  }

  @Test(
    arguments: [
      [0x08], [0x08, 0x80], [0x11, 1, 2], [0x1A, 3, 1], [0x25, 1], [0x0B], [0x00], [0x0E],
      [0x08] + [UInt8](repeating: 0xFF, count: 10),
      [0x1A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
    ] as [[UInt8]])
  func `what isn't whole is refused`(bytes: [UInt8]) throws {
    try withCursor(bytes) { cursor in
      let key = cursor.nextKey() ?? 0
      let isWhole = key != 0 && cursor.skip(key)
      #expect(!isWhole)
    }
  }
}
