/// A message that can be written as protobuf and read back.
package protocol WireMessage {
  /// Reads the fields up to the end of `decoder`, and skips those it doesn't know.
  init(from decoder: inout WireDecoder) throws(WireError)

  /// Appends the fields, without a length before them.
  func encode(into encoder: inout WireEncoder)
}

extension WireMessage {
  /// The message in these bytes.
  package init(wireBytes: [UInt8]) throws(WireError) {
    var decoder = WireDecoder(wireBytes)
    try self.init(from: &decoder)
  }

  /// The message's bytes.
  package var wireBytes: [UInt8] {
    var encoder = WireEncoder()
    encode(into: &encoder)
    return encoder.bytes
  }
}
