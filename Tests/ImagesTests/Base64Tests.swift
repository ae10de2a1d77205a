import Images
import Testing

@Suite struct Base64Tests {
  /// RFC 4648, §10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func theRFCsVectors(bytes: String, text: String) {
    #expect(Base64.text(of: Array(bytes.utf8)) == text)
    #expect(Base64.bytes(of: text) == Array(bytes.utf8))
  }

  @Test func everyByteComesBackWhateverStandsBetween() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let text = Base64.text(of: bytes)
    #expect(Base64.bytes(of: text) == bytes)
    #expect(Base64.bytes(of: text.map { "\($0)\n" }.joined()) == bytes)
  }
}
