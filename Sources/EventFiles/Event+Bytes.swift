internal import ProtobufWire

extension Event {
  /// The events in the bytes of an event file.
  ///
  /// - Throws: `EventFileError` at the first record that is damaged or isn't whole.
  package static func all(in bytes: [UInt8]) throws(EventFileError) -> [Event] {
    let path = "memory"
    var events: [Event] = []
    var at = 0
    while at < bytes.count {
      let length = at + 8 <= bytes.count ? littleEndian(bytes, at, 8) : .max
      guard
        length
          <= UInt64(max(0, bytes.count - at - RecordBuffer.headerSize - RecordBuffer.footerSize))
      else {
        throw .malformedEvent(path: path, offset: at, reason: "the record isn't whole")
      }
      let payload = at + RecordBuffer.headerSize..<at + RecordBuffer.headerSize + Int(length)
      let got = bytes.withUnsafeBytes {
        MaskedCRC.of(UnsafeRawBufferPointer(rebasing: $0[payload]))
      }
      let wanted = UInt32(truncatingIfNeeded: littleEndian(bytes, payload.upperBound, 4))
      guard got == wanted else {
        throw .damagedRecord(path: path, offset: at, got: got, wanted: wanted)
      }
      var decoder = WireDecoder(bytes, in: payload)
      do {
        events.append(try Event(from: &decoder))
      } catch {
        throw .malformedEvent(path: path, offset: at, reason: error.description)
      }
      at = payload.upperBound + RecordBuffer.footerSize
    }
    return events
  }

  private static func littleEndian(_ bytes: [UInt8], _ start: Int, _ width: Int) -> UInt64 {
    (0..<width).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
  }
}
