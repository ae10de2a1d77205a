import ProtobufWire
import Testing

@Suite struct WireEncoderTests {
  private func bytes(_ body: (inout WireEncoder) -> Void) -> [UInt8] {
    var encoder = WireEncoder()
    body(&encoder)
    return encoder.bytes
  }

  /// The examples of protobuf's own description of the encoding.
  @Test func publishedExamplesComeOutAsPublished() {
    #expect(bytes { $0.encode(150, field: 1) } == [0x08, 0x96, 0x01])
    #expect(
      bytes { $0.encode("testing", field: 2) } == [0x12, 0x07] + Array("testing".utf8))
    #expect(
      bytes { $0.encodeMessage(field: 3) { $0.encode(150, field: 1) } }
        == [0x1a, 0x03, 0x08, 0x96, 0x01])
    #expect(
      bytes { $0.encode(packed: [3, 270, 86942] as [Int64], field: 6) }
        == [0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05])
  }

  @Test func negativeIntegersTakeTenBytes() {
    #expect(
      bytes { $0.encode(-2, field: 1) }
        == [0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])
  }

  @Test func floatingPointIsLittleEndian() {
    #expect(bytes { $0.encode(1 as Float, field: 2) } == [0x15, 0, 0, 0x80, 0x3f])
    #expect(bytes { $0.encode(1.0, field: 1) } == [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f])
    #expect(
      bytes { $0.encode(packed: [1, -2] as [Float], field: 5) }
        == [0x2a, 8, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
  }

  @Test func fieldNumbersAboveFifteenTakeTwoBytes() {
    #expect(bytes { $0.encode(true, field: 16) } == [0x80, 0x01, 0x01])
  }

  @Test(arguments: [0, 1, 127, 128, 129, 16383, 16384, 2_097_151, 2_097_152])
  func lengthsOfNestedMessagesFitTheirContent(count: Int) throws {
    let content = [UInt8](repeating: 7, count: count)
    let encoded = bytes { outer in
      outer.encodeMessage(field: 1) { inner in inner.encode(content, field: 2) }
      outer.encode(5, field: 3)
    }
    var decoder = WireDecoder(encoded)
    #expect(try decoder.nextField()?.number == 1)
    var inner = try decoder.nestedDecoder()
    #expect(try inner.nextField()?.number == 2)
    #expect(try inner.byteArray() == content)
    #expect(try inner.nextField() == nil)
    #expect(try decoder.nextField()?.number == 3)
    #expect(try decoder.integer() == 5)
    #expect(try decoder.nextField() == nil)
  }
}
