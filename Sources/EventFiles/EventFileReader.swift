internal import ProtobufWire

/// Reads the events of one file, in order, whoever wrote it; also while it is being written.
///
/// ```swift
/// var reader = try EventFileReader(path: path)
/// while let event = try reader.next() { … }   // nil: the end, or a record still being written
/// ```
///
/// Both checksums of each record are checked. A copy of a reader goes on by itself.
public struct EventFileReader: Sendable {
  private var records: RecordReader

  /// A reader at the start of a file.
  ///
  /// - `maximumRecordLength`: In bytes; a longer record is an error, so that a file made to
  ///   harm can't ask for more memory.
  public init(path: String, maximumRecordLength: Int = 256 << 20) throws(EventFileError) {
    records = try RecordReader(path: path, maximumLength: maximumRecordLength)
  }

  /// The file's path.
  public var path: String { records.path }

  /// Where the next record begins, in bytes from the start of the file.
  public var offset: Int { records.offset }

  /// Bytes from the next record to the end of the file as it is now. When `next()` has returned nil,
  /// they are a record that isn't whole: still being written, or cut off.
  public var remainingByteCount: Int {
    get throws(EventFileError) { try records.remainingByteCount() }
  }

  /// The next event; nil at the end of the file, or where the next record isn't whole yet. A later
  /// call goes on from there.
  ///
  /// When it throws, the reader stays before the record: `skipRecord()` steps over it.
  public mutating func next() throws(EventFileError) -> Event? {
    guard let payload = try records.next() else { return nil }
    do {
      var decoder = WireDecoder(records.buffer, in: payload)
      return try Event(from: &decoder)
    } catch {
      records.stepBack(overPayload: payload)
      throw .malformedEvent(path: path, offset: offset, reason: error.description)
    }
  }

  /// Steps over the next record, damaged or not, and returns its size in bytes; nil if it isn't whole.
  ///
  /// Throws where the record's length itself is damaged: nothing tells where the next one begins.
  @discardableResult
  public mutating func skipRecord() throws(EventFileError) -> Int? { try records.skip() }
}
