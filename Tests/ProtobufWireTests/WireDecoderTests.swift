import ProtobufWire
import Testing

@Suite struct WireDecoderTests {
  /// Skips all fields and tells what is wrong.
  private func failure(_ bytes: [UInt8]) -> WireError? {
    var decoder = WireDecoder(bytes)
    do throws(WireError) {
      while let field = try decoder.nextField() { try decoder.skip(field) }
      return nil
    } catch {
      return error
    }
  }

  @Test func valuesComeBack() throws {
    var encoder = WireEncoder()
    encoder.encode(UInt64.max, field: 1)
    encoder.encode(Int.min, field: 2)
    encoder.encode(true, field: 3)
    encoder.encode(Float.pi, field: 4)
    encoder.encode(-0.0, field: 5)
    encoder.encode("Grüße, 世界", field: 6)
    encoder.encode([1, 2, 3] as [UInt8], field: 536_870_911)
    var decoder = WireDecoder(encoder.bytes)
    #expect(try decoder.nextField()?.number == 1)
    #expect(try decoder.varint() == .max)
    #expect(try decoder.nextField()?.type == .varint)
    #expect(try decoder.integer() == .min)
    #expect(try decoder.nextField()?.number == 3)
    #expect(try decoder.bool())
    #expect(try decoder.nextField()?.type == .fixed32)
    #expect(try decoder.float() == .pi)
    #expect(try decoder.nextField()?.type == .fixed64)
    #expect(try decoder.double().sign == .minus)
    #expect(try decoder.nextField()?.type == .lengthDelimited)
    #expect(try decoder.string() == "Grüße, 世界")
    #expect(try decoder.nextField()?.number == 536_870_911)
    #expect(try decoder.byteArray() == [1, 2, 3])
    #expect(try decoder.nextField() == nil)
  }

  @Test func repeatedNumbersAreReadPackedOrAlone() throws {
    var encoder = WireEncoder()
    encoder.encode(packed: [1, 2] as [Double], field: 1)
    encoder.encode(3.0, field: 1)
    var decoder = WireDecoder(encoder.bytes)
    var values: [Double] = []
    while let field = try decoder.nextField() { try decoder.appendDoubles(to: &values, field) }
    #expect(values == [1, 2, 3])

    encoder = WireEncoder()
    encoder.encode(packed: [-1, 300] as [Int64], field: 1)
    encoder.encode(7, field: 1)
    decoder = WireDecoder(encoder.bytes)
    var integers: [Int64] = []
    while let field = try decoder.nextField() { try decoder.appendIntegers(to: &integers, field) }
    #expect(integers == [-1, 300, 7])
  }

  @Test func lengthBeyondTheEndIsTruncation() {
    #expect(failure([0x0a, 0x05, 1, 2, 3, 4]) == .truncated(position: 1))
    #expect(
      failure([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])
        == .truncated(position: 1))
    #expect(failure([0x09, 1, 2, 3]) == .truncated(position: 1))
    #expect(failure([0x0d, 1]) == .truncated(position: 1))
    #expect(failure([0x08]) == .truncated(position: 1))
    #expect(failure([0x80]) == .truncated(position: 0))
  }

  @Test func lengthInsideNestedMessageDoesNotReachOutside() throws {
    var decoder = WireDecoder([0x0a, 0x02, 0x12, 0x04, 1, 2, 3, 4])
    _ = try decoder.nextField()
    var inner = try decoder.nestedDecoder()
    _ = try inner.nextField()
    #expect(throws: WireError.truncated(position: 3)) { try inner.byteArray() }
  }

  @Test func numbersOfMoreThan64BitsAreRefused() {
    let nine = [UInt8](repeating: 0xff, count: 9)
    #expect(failure([0x08] + nine + [0x01]) == nil)
    #expect(failure([0x08] + nine + [0x02]) == .varintTooLong(position: 1))
    #expect(failure([0x08] + nine + [0x81, 0x00]) == .varintTooLong(position: 1))
  }

  @Test func badKeysAreRefused() {
    #expect(failure([0x00, 0x01]) == .badFieldNumber(position: 0))
    #expect(failure([0x80, 0x80, 0x80, 0x80, 0x10, 0x01]) == .badFieldNumber(position: 0))
    #expect(failure([0x08, 0x01, 0x0e]) == .badWireType(6, position: 2))
    #expect(failure([0x0f]) == .badWireType(7, position: 0))
  }

  @Test func unevenPackedLengthIsRefused() throws {
    var decoder = WireDecoder([0x0a, 0x03, 1, 2, 3])
    let field = try #require(try decoder.nextField())
    var values: [Float] = []
    #expect(throws: WireError.unevenLength(3, position: 1)) {
      try decoder.appendFloats(to: &values, field)
    }
  }

  @Test func groupsAreSkippedWholeOrRefused() {
    #expect(failure([0x0b, 0x10, 0x05, 0x13, 0x14, 0x0c, 0x08, 0x01]) == nil)
    #expect(failure([0x0b, 0x10, 0x05]) == .unbalancedGroup(position: 0))
    #expect(failure([0x0b, 0x14]) == .unbalancedGroup(position: 1))
    #expect(failure([0x0c]) == .unbalancedGroup(position: 0))
    #expect(
      failure([UInt8](repeating: 0x0b, count: 1_000_000))
        == .nestedTooDeep(limit: 100, position: 100))
  }

  @Test func messagesNestOnlySoDeep() throws {
    // Each message holds the next one, and nothing else.
    var encoded: [UInt8] = []
    for _ in 0..<200 {
      var encoder = WireEncoder()
      encoder.encode(encoded, field: 1)
      encoded = encoder.bytes
    }
    var decoder = WireDecoder(encoded)
    var depth = 0
    #expect(throws: WireError.self) {
      while try decoder.nextField() != nil {
        decoder = try decoder.nestedDecoder()
        depth += 1
      }
    }
    #expect(depth == WireDecoder.depthLimit - 1)
  }

  @Test func positionsCountFromTheStartOfTheMessage() throws {
    var decoder = WireDecoder([9, 9, 9, 0x08, 0x80, 9], in: 3..<5)
    _ = try decoder.nextField()
    #expect(throws: WireError.truncated(position: 1)) { try decoder.varint() }
  }

  @Test func badUTF8IsReplaced() throws {
    var decoder = WireDecoder([0x0a, 0x02, 0x61, 0xff])
    _ = try decoder.nextField()
    #expect(try decoder.string() == "a\u{FFFD}")
  }

  @Test(arguments: [
    (WireError.truncated(position: 3), "the field at byte 3 of the message goes beyond its end"),
    (.varintTooLong(position: 3), "the number at byte 3 of the message has more than 64 bits"),
    (
      .badFieldNumber(position: 3),
      "the field at byte 3 of the message has a number that can't be"
    ),
    (
      .badWireType(6, position: 3),
      "the field at byte 3 of the message has type 6, which doesn't exist"
    ),
    (
      .unbalancedGroup(position: 3), "the group at byte 3 of the message lacks its start or end"
    ),
    (
      .nestedTooDeep(limit: 100, position: 3),
      "the message at byte 3 lies more than 100 messages deep"
    ),
    (
      .unevenLength(5, position: 3),
      "the packed numbers at byte 3 of the message take 5 bytes, no multiple of their width"
    ),
  ])
  func errorsAreSentences(error: WireError, sentence: String) {
    #expect(error.description == sentence)
  }
}
