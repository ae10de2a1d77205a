package import ProtobufWire

/// Whole TFRecords, one after the other, ready to be written.
///
/// A record is the length of its payload (8 bytes), the checksum of these 8 bytes, the payload, and
/// its checksum; all little-endian.
///
/// - Source: TensorFlow, `core/lib/io/record_writer.cc`.
package struct RecordBuffer: ~Copyable, Sendable {
  private var encoder: WireEncoder
  /// The number of records.
  package private(set) var count = 0

  /// Bytes before a payload: its length and the length's checksum.
  package static let headerSize = 12
  /// Bytes after a payload: its checksum.
  package static let footerSize = 4
  /// Bytes that a record has more than its payload.
  package static let overhead = headerSize + footerSize

  /// No records, with room for a number of bytes.
  package init(reservingCapacity capacity: Int = 0) {
    encoder = WireEncoder(reservingCapacity: capacity)
  }

  /// The records, copied.
  package var bytes: [UInt8] { encoder.bytes }

  /// The number of bytes.
  package var byteCount: Int { encoder.count }

  /// Calls `body` with the records.
  package func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try encoder.withUnsafeBytes(body)
  }

  /// Adds an event.
  package mutating func append(_ event: Event) { appendRecord { event.encode(into: &$0) } }

  /// Adds a payload as it is.
  package mutating func append(payload: [UInt8]) {
    appendRecord { encoder in payload.withUnsafeBytes { encoder.append($0) } }
  }

  /// Adds a record as it is, its frame with it.
  package mutating func append(record: UnsafeRawBufferPointer) {
    encoder.append(record)
    count += 1
  }

  /// Adds a record whose payload `body` writes.
  package mutating func appendRecord(_ body: (inout WireEncoder) -> Void) {
    let start = beginRecord()
    body(&encoder)
    endRecord(from: start)
  }

  /// Forgets all records, and keeps the memory for the next ones if it is at most `capacity` bytes.
  package mutating func removeAll(keepingCapacity capacity: Int) {
    if encoder.capacity <= capacity { encoder.removeAll() } else { encoder = WireEncoder() }
    count = 0
  }

  /// How many whole records the first `length` bytes hold, and where the last of them ends.
  package func wholeRecords(upTo length: Int) -> (count: Int, end: Int) {
    encoder.withUnsafeBytes { bytes in
      var count = 0
      var end = 0
      while end + Self.headerSize <= bytes.count {
        let payload = UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self))
        let next = end + Self.headerSize + Int(payload) + Self.footerSize
        guard next <= length else { break }
        count += 1
        end = next
      }
      return (count, end)
    }
  }

  /// Whether bytes are one record that fits its checksums.
  package static func isRecord(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= overhead else { return false }
    func sum(_ range: Range<Int>) -> Bool {
      MaskedCRC.of(UnsafeRawBufferPointer(rebasing: bytes[range]))
        == UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: range.upperBound, as: UInt32.self))
    }
    return UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
      == UInt64(bytes.count - overhead)
      && sum(0..<8) && sum(headerSize..<bytes.count - footerSize)
  }

  private mutating func beginRecord() -> Int {
    let start = encoder.count
    encoder.appendLittleEndian(0 as UInt64)
    encoder.appendLittleEndian(0 as UInt32)
    return start
  }

  private mutating func endRecord(from start: Int) {
    let payloadStart = start + Self.headerSize
    let length = UInt64(encoder.count - payloadStart)
    let sum = encoder.withUnsafeMutableBytes { bytes in
      bytes.storeBytes(of: length.littleEndian, toByteOffset: start, as: UInt64.self)
      let lengthSum = MaskedCRC.of(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 8]))
      bytes.storeBytes(of: lengthSum.littleEndian, toByteOffset: start + 8, as: UInt32.self)
      return MaskedCRC.of(UnsafeRawBufferPointer(rebasing: bytes[payloadStart...]))
    }
    encoder.appendLittleEndian(sum)
    count += 1
  }
}
