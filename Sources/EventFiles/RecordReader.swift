internal import Files

/// Reads TFRecords from a file that may still grow.
///
/// Holds one record at a time, or some thousands of small ones. A record that isn't there to its end
/// is left alone until it is; nothing of it is kept, since its writer may take it back.
struct RecordReader: Sendable {
  let path: String
  private let file: OpenFile
  private let maximumLength: Int

  /// Bytes of the file, of which those from `position` on aren't read yet.
  private(set) var buffer: [UInt8] = []
  private var position = 0
  /// Where in the file the buffer begins.
  private var bufferOffset = 0

  /// Bytes that are asked of the file at once.
  private static let chunkSize = 256 << 10

  init(path: String, maximumLength: Int) throws(EventFileError) {
    self.path = path
    // So that sizes and places can't overflow.
    self.maximumLength = min(maximumLength, 1 << 62)
    do {
      file = try OpenFile(reading: path)
    } catch {
      throw EventFileError(error)
    }
  }

  /// Where the next record begins, in bytes from the start of the file.
  var offset: Int { bufferOffset + position }

  /// The place of the next record's payload in `buffer`; nil if the record isn't whole yet.
  ///
  /// When it throws, it stays before the record.
  mutating func next() throws(EventFileError) -> Range<Int>? {
    guard let length = try payloadLength() else { return nil }
    let total = RecordBuffer.headerSize + length + RecordBuffer.footerSize
    guard try fill(total) else { return nil }
    let payload = position + RecordBuffer.headerSize..<position + total - RecordBuffer.footerSize
    let got = checksum(of: payload)
    let wanted = UInt32(truncatingIfNeeded: littleEndian(at: payload.upperBound, width: 4))
    guard got == wanted else {
      throw .damagedRecord(path: path, offset: offset, got: got, wanted: wanted)
    }
    position += total
    return payload
  }

  /// Steps over the next record without a look at its payload, and returns its size in bytes; nil if
  /// it isn't whole yet.
  mutating func skip() throws(EventFileError) -> Int? {
    guard let length = try payloadLength() else { return nil }
    let total = RecordBuffer.headerSize + length + RecordBuffer.footerSize
    guard try fill(total) else { return nil }
    position += total
    return total
  }

  /// Goes to a place where a record begins.
  mutating func seek(to offset: Int) { drop(from: offset) }

  /// Goes on from a damaged record to the next whole one, and returns where it begins; nil if there is
  /// none, and the reader stays. Length and content are both checked, so chance finds none.
  mutating func seekWholeRecord() throws(EventFileError) -> Int? {
    let start = offset
    let found = try wholeRecord(from: start + 1, to: start + (try remainingByteCount()))
    drop(from: found ?? start)
    return found
  }

  private mutating func wholeRecord(from first: Int, to end: Int) throws(EventFileError) -> Int? {
    var candidate = first
    while candidate + RecordBuffer.headerSize + RecordBuffer.footerSize <= end {
      position = candidate - bufferOffset
      if position < 0 || position + RecordBuffer.headerSize > buffer.count {
        drop(from: candidate)
        guard try fill(RecordBuffer.headerSize) else { return nil }
      }
      if let length = fittingLength(), length <= end - candidate {
        do {
          if try next() != nil { return candidate }
        } catch .damagedRecord {
          // A length that fits by chance, or one more damaged record.
        }
      }
      candidate += 1
    }
    return nil
  }

  /// The payload's length at the position, if it fits its checksum and the limit.
  private func fittingLength() -> Int? {
    let length = littleEndian(at: position, width: 8)
    guard length <= UInt64(maximumLength),
      checksum(of: position..<position + 8)
        == UInt32(truncatingIfNeeded: littleEndian(at: position + 8, width: 4))
    else { return nil }
    return Int(length)
  }

  /// Goes back by one record of this size, just read.
  mutating func stepBack(overPayload payload: Range<Int>) {
    position = payload.lowerBound - RecordBuffer.headerSize
  }

  /// Bytes from here to the end of the file.
  func remainingByteCount() throws(EventFileError) -> Int {
    do {
      return max(0, try file.status().size - offset)
    } catch {
      throw EventFileError(error)
    }
  }

  private mutating func payloadLength() throws(EventFileError) -> Int? {
    guard try fill(RecordBuffer.headerSize) else { return nil }
    let length = littleEndian(at: position, width: 8)
    let got = checksum(of: position..<position + 8)
    let wanted = UInt32(truncatingIfNeeded: littleEndian(at: position + 8, width: 4))
    guard got == wanted else {
      throw .damagedLength(path: path, offset: offset, got: got, wanted: wanted)
    }
    guard length <= UInt64(maximumLength) else {
      throw .recordTooLong(path: path, offset: offset, length: length, limit: maximumLength)
    }
    return Int(length)
  }

  /// Sees to it that `count` bytes from `position` on are in the buffer; false if the file ends before.
  private mutating func fill(_ count: Int) throws(EventFileError) -> Bool {
    guard buffer.count - position < count else { return true }
    // What is left of the buffer is read again: the writer may have taken back what follows the last
    // whole record, and written something else there.
    let start = offset
    let remaining = try remainingByteCount()
    guard remaining >= count else {
      drop(from: start)
      return false
    }
    let size = min(remaining, max(count, Self.chunkSize))
    do {
      // Where the memory is large enough it is used again: in a long file, all but the first time.
      if buffer.count != size { buffer = [UInt8](repeating: 0, count: size) }
      let got = try file.read(into: &buffer, at: start)
      if got < size { buffer.removeSubrange(got...) }
      bufferOffset = start
      position = 0
      return got >= count
    } catch {
      drop(from: start)
      throw EventFileError(error)
    }
  }

  private mutating func drop(from start: Int) {
    buffer = []
    bufferOffset = start
    position = 0
  }

  private func checksum(of range: Range<Int>) -> UInt32 {
    buffer.withUnsafeBytes { MaskedCRC.of(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  private func littleEndian(at start: Int, width: Int) -> UInt64 {
    (0..<width).reduce(0) { $0 | UInt64(buffer[start + $1]) << UInt64(8 * $1) }
  }
}
