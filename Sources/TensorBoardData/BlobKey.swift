internal import ProtobufWire

/// Which blob is meant, as text that can stand in an address: a message in hexadecimal digits.
struct BlobKey: WireMessage, Equatable {
  var run: [UInt8] = []
  var tag: [UInt8] = []
  var step = 0
  /// The blob's position in the sequence of the step.
  var index = 0

  init(run: [UInt8], tag: [UInt8], step: Int, index: Int) {
    (self.run, self.tag, self.step, self.index) = (run, tag, step, index)
  }

  init(from decoder: inout WireDecoder) throws(WireError) {
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): run = try decoder.byteArray()
      case (2, .lengthDelimited): tag = try decoder.byteArray()
      case (3, .varint): step = try decoder.integer()
      case (4, .varint): index = try decoder.integer()
      default: try decoder.skip(field)
      }
    }
  }

  func encode(into encoder: inout WireEncoder) {
    encoder.encode(run, field: 1)
    encoder.encode(tag, field: 2)
    encoder.encode(step, field: 3)
    encoder.encode(index, field: 4)
  }

  /// The key that a text is; nil where it is none.
  init?(_ text: [UInt8]) {
    let digits = text.map { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
      default: nil
      }
    }
    guard text.count.isMultiple(of: 2), !text.isEmpty else { return nil }
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[start], let low = digits[start + 1] else { return nil }
      bytes.append(high << 4 | low)
    }
    guard let key = try? BlobKey(wireBytes: bytes) else { return nil }
    self = key
  }

  /// The key as text, in ASCII.
  var text: [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return wireBytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }
}
