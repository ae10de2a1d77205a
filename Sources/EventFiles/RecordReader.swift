internal import Files

/// Reads TFRecords from a file that may still grow.
///
/// Holds one record at a time, or some thousands of small ones. A record that isn't there to its end
/// is left alone until it is; nothing of it is kept, since its writer may take it back.
package struct RecordReader: Sendable {
  let path: String
  /// Nil while it is closed.
  private var file: OpenFile?
  private let maximumLength: Int

  /// Bytes of the file, of which those from `position` on aren't read yet.
  package private(set) var buffer: [UInt8] = []
  private var position = 0
  /// Where in the file the buffer begins.
  private var bufferOffset = 0
  /// The last bytes before the place where it was closed.
  private var mark: [UInt8] = []
  /// Bytes that were read for what only looked like a record.
  private var vainByteCount = 0

  /// Bytes that are asked of the file next: few behind a record that was passed over, then more.
  private var chunkSize = Self.smallestChunk

  /// Bytes that are asked of the file at once.
  private static let smallestChunk = 16 << 10
  private static let largestChunk = 256 << 10
  /// Records up to this size are looked for in damage however much of it there is.
  private static let smallRecord = 4 << 10

  /// At the start of a file that isn't open yet.
  init(closed path: String, maximumLength: Int) {
    self.path = path
    // So that sizes and places can't overflow.
    self.maximumLength = min(maximumLength, 1 << 62)
  }

  init(path: String, maximumLength: Int) throws(EventFileError) {
    self.init(closed: path, maximumLength: maximumLength)
    _ = try reopen()
  }

  /// Where the next record begins, in bytes from the start of the file.
  package var offset: Int { bufferOffset + position }

  /// Gives the file back until `reopen`.
  mutating func close() {
    let count = min(4, offset)
    mark = (try? file?.bytes(at: offset - count, count: count)) ?? []
    drop(from: offset)
    file = nil
  }

  /// Opens what the path leads to now, to go on there; false where that isn't a longer form of what was
  /// read: another file has the name, or this one was written anew or cut.
  ///
  /// A record ends with its checksum, so that equal bytes before the place tell that it is the same.
  mutating func reopen() throws(EventFileError) -> Bool {
    do {
      let file = try OpenFile(reading: path)
      guard file.size >= offset,
        try file.bytes(at: offset - mark.count, count: mark.count) == mark
      else { return false }
      self.file = file
      return true
    } catch {
      throw EventFileError(error)
    }
  }

  /// The place of the next record's payload in `buffer`; nil if the record isn't whole yet.
  ///
  /// When it throws, it stays before the record.
  mutating func next() throws(EventFileError) -> Range<Int>? {
    guard let length = try payloadLength() else { return nil }
    let total = length + RecordBuffer.overhead
    guard try fill(total) else { return nil }
    let payload = position + RecordBuffer.headerSize..<position + total - RecordBuffer.footerSize
    let got = checksum(of: payload)
    let wanted: UInt32 = littleEndian(at: payload.upperBound)
    guard got == wanted else {
      throw .damagedRecord(path: path, offset: offset, got: got, wanted: wanted)
    }
    position += total
    return payload
  }

  /// The place in `buffer` of the first bytes of a long record's payload, and how many it has in all; nil for
  /// a record that is short or here already, or not whole yet. It stays before the record.
  mutating func head(
    of count: Int, above limit: Int
  ) throws(EventFileError) -> (place: Range<Int>, length: Int)? {
    guard try fill(RecordBuffer.headerSize) else { return nil }
    let claim: UInt64 = littleEndian(at: position)
    guard claim > UInt64(limit), claim <= UInt64(maximumLength),
      Int(claim) + RecordBuffer.overhead > buffer.count - position,
      let length = try payloadLength(),
      try remainingByteCount() >= length + RecordBuffer.overhead,
      try fill(RecordBuffer.headerSize + count)
    else { return nil }
    let start = position + RecordBuffer.headerSize
    return (start..<start + count, length)
  }

  /// Steps over the next record, whose payload has so many bytes, without reading it.
  mutating func pass(payload length: Int) {
    drop(from: offset + length + RecordBuffer.overhead)
    chunkSize = Self.smallestChunk
  }

  /// Steps over the next record without a look at its payload, and returns its size in bytes; nil if
  /// it isn't whole yet.
  mutating func skip() throws(EventFileError) -> Int? {
    guard let length = try payloadLength() else { return nil }
    let total = length + RecordBuffer.overhead
    guard try fill(total) else { return nil }
    position += total
    return total
  }

  /// Goes on from a damaged record to the next whole one; false if there is none, and the reader is where
  /// a later call goes on when the file has grown. Length and content are both checked, so chance finds
  /// none.
  ///
  /// The work is bounded by the file's size: once lengths that fit their checksums, and contents that
  /// don't, have cost four times as much, only small records are looked for.
  mutating func seekWholeRecord() throws(EventFileError) -> Bool {
    let end = offset + (try remainingByteCount())
    let smallest = RecordBuffer.overhead
    var candidate = offset + 1
    /// The first place that may be a record whose end isn't written yet.
    var pending: Int?
    while candidate + smallest <= end {
      position = candidate - bufferOffset
      if position < 0 || position + RecordBuffer.headerSize > buffer.count {
        drop(from: candidate)
        guard try fill(RecordBuffer.headerSize) else { break }
      }
      if let length = fittingLength() {
        if length > end - candidate - smallest {
          pending = pending ?? candidate
        } else if length <= Self.smallRecord || vainByteCount + length <= 4 * end {
          do {
            if let payload = try next() {
              stepBack(overPayload: payload)
              return true
            }
          } catch .damagedRecord {
            // A length that fits by chance, or one more damaged record.
            vainByteCount += length
          }
        }
      }
      candidate += 1
    }
    drop(from: (pending ?? max(candidate, end - smallest + 1)) - 1)
    return false
  }

  /// The payload's length at the position, if it fits its checksum and the limit.
  private func fittingLength() -> Int? {
    let length: UInt64 = littleEndian(at: position)
    guard length <= UInt64(maximumLength),
      checksum(of: position..<position + 8) == littleEndian(at: position + 8)
    else { return nil }
    return Int(length)
  }

  /// Goes back by one record of this size, just read.
  mutating func stepBack(overPayload payload: Range<Int>) {
    position = payload.lowerBound - RecordBuffer.headerSize
  }

  /// Bytes from here to the end of the file.
  func remainingByteCount() throws(EventFileError) -> Int {
    do { return max(0, (try file?.status().size ?? 0) - offset) } catch {
      throw EventFileError(error)
    }
  }

  private mutating func payloadLength() throws(EventFileError) -> Int? {
    guard try fill(RecordBuffer.headerSize) else { return nil }
    let length: UInt64 = littleEndian(at: position)
    let got = checksum(of: position..<position + 8)
    let wanted: UInt32 = littleEndian(at: position + 8)
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
    guard remaining >= count, let file else {
      drop(from: start)
      return false
    }
    let size = min(remaining, max(count, chunkSize))
    chunkSize = min(2 * chunkSize, Self.largestChunk)
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

  private func littleEndian<Number: FixedWidthInteger & BitwiseCopyable>(at start: Int) -> Number {
    buffer.withUnsafeBytes { bytes in
      Number(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Number.self))
    }
  }
}
