internal import ProtobufWire

/// Whole TFRecords, one after the other, ready to be written.
///
/// A record is the length of its payload (8 bytes), the checksum of these 8 bytes, the payload, and
/// its checksum; all little-endian.
///
/// - Source: TensorFlow, `core/lib/io/record_writer.cc`.
package struct RecordBuffer: Sendable {
  private var encoder: WireEncoder
  /// The number of records.
  package private(set) var count = 0

  /// Bytes before a payload: its length and the length's checksum.
  package static let headerSize = 12
  /// Bytes after a payload: its checksum.
  package static let footerSize = 4

  /// No records, with room for a number of bytes.
  package init(reservingCapacity capacity: Int = 0) {
    encoder = WireEncoder(reservingCapacity: capacity)
  }

  /// The records.
  package var bytes: [UInt8] { encoder.bytes }

  /// The number of bytes.
  package var byteCount: Int { encoder.bytes.count }

  /// Adds an event.
  package mutating func append(_ event: Event) {
    let start = encoder.bytes.count
    encoder.appendLittleEndian(0 as UInt64)
    encoder.appendLittleEndian(0 as UInt32)
    event.encode(into: &encoder)
    finishRecord(from: start)
  }

  /// Adds a payload as it is.
  package mutating func append(payload: some Collection<UInt8>) {
    let start = encoder.bytes.count
    encoder.appendLittleEndian(0 as UInt64)
    encoder.appendLittleEndian(0 as UInt32)
    encoder.bytes.append(contentsOf: payload)
    finishRecord(from: start)
  }

  /// Forgets all records, and keeps the memory for the next ones if it is at most `capacity` bytes.
  package mutating func removeAll(keepingCapacity capacity: Int) {
    if encoder.bytes.capacity <= capacity {
      encoder.bytes.removeAll(keepingCapacity: true)
    } else {
      encoder = WireEncoder()
    }
    count = 0
  }

  private mutating func finishRecord(from start: Int) {
    let payloadStart = start + Self.headerSize
    let length = UInt64(encoder.bytes.count - payloadStart)
    let sum = encoder.bytes.withUnsafeMutableBytes { bytes in
      bytes.storeBytes(of: length.littleEndian, toByteOffset: start, as: UInt64.self)
      let lengthSum = MaskedCRC.of(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 8]))
      bytes.storeBytes(of: lengthSum.littleEndian, toByteOffset: start + 8, as: UInt32.self)
      return MaskedCRC.of(UnsafeRawBufferPointer(rebasing: bytes[payloadStart...]))
    }
    encoder.appendLittleEndian(sum)
    count += 1
  }

  /// How many whole records the first `length` bytes hold, and where the last of them ends.
  package static func wholeRecords(
    in bytes: [UInt8], upTo length: Int
  ) -> (count: Int, end: Int) {
    var count = 0
    var end = 0
    while end + headerSize <= bytes.count {
      let payload = (0..<8).reduce(0) { $0 | Int(bytes[end + $1]) << (8 * $1) }
      let next = end + headerSize + payload + footerSize
      guard next <= length else { break }
      count += 1
      end = next
    }
    return (count, end)
  }
}
