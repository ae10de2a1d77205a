import Testing

@testable import DatasetFetching

@Suite struct SHA256Tests {
  private func sum(_ parts: [[UInt8]]) -> String {
    var sum = SHA256()
    for part in parts { part.withUnsafeBytes { sum.update($0) } }
    return sum.finish()
  }

  /// The examples of FIPS 180-4 and of NIST's test vectors.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `the published examples come out`(text: String, expected: String) {
    #expect(sum([Array(text.utf8)]) == expected)
  }

  @Test func `a million letters, in parts of any size`() {
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(sum([million]) == expected)
    for size in [1, 63, 64, 65, 1_000] {
      let parts = stride(from: 0, to: million.count, by: size).map {
        Array(million[$0..<min($0 + size, million.count)])
      }
      #expect(sum(parts) == expected, "parts of \(size)")
    }
  }
}
