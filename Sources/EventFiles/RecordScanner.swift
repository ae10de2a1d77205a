internal import Files

/// Goes through a file's records, past what is damaged, and keeps the report on it. When the file has
/// grown, or its name leads to a longer form of it, it goes on.
package struct RecordScanner: Sendable {
  package private(set) var reader: RecordReader
  /// What was found so far.
  package var report: FileReport
  /// Where damage begins whose end wasn't found yet.
  private var lossStart: Int?
  /// What the system said of the file before it was read: what comes while it is read makes a difference
  /// to the next look.
  private var status: FileStatus?

  /// At the start of a file; `resume` opens it.
  package init(path: String) {
    reader = RecordReader(closed: path, maximumLength: FileReport.longestRecord)
    report = FileReport(path: path)
  }

  /// The place of the next whole record's payload in the reader's buffer; nil at the end of the file as it
  /// is now.
  @inline(__always)
  package mutating func next() throws(EventFileError) -> Range<Int>? {
    do {
      if lossStart == nil { return try reader.next() }
    } catch .damagedRecord, .damagedLength, .recordTooLong {
    } catch {
      throw error
    }
    return try nextBehindDamage()
  }

  /// The place in the reader's buffer of the first bytes of the next record's payload, and how many it has in
  /// all, where it is long, whole and not read yet.
  @inline(__always)
  package mutating func head(of count: Int, above limit: Int) -> (place: Range<Int>, length: Int)? {
    // What is damaged, `next` finds again.
    lossStart == nil ? (try? reader.head(of: count, above: limit)) ?? nil : nil
  }

  /// Steps over the next record, whose payload has so many bytes, without reading it.
  package mutating func pass(payload length: Int) { reader.pass(payload: length) }

  private mutating func nextBehindDamage() throws(EventFileError) -> Range<Int>? {
    while true {
      if let start = lossStart {
        guard try reader.seekWholeRecord() else { return nil }
        report.add(.lost(offset: start, byteCount: reader.offset - start))
        lossStart = nil
      }
      let start = reader.offset
      do {
        return try reader.next()
      } catch .damagedRecord {
        report.add(.damagedRecord(offset: start, byteCount: try reader.skip() ?? 0))
      } catch .damagedLength, .recordTooLong {
        lossStart = start
      } catch {
        throw error
      }
    }
  }

  /// Brings the report up to the end of the file.
  package mutating func finishReport() throws(EventFileError) {
    let remaining = try reader.remainingByteCount()
    report.openLoss = lossStart.map {
      .lost(offset: $0, byteCount: reader.offset + remaining - $0)
    }
    report.byteCount = reader.offset + (lossStart == nil ? 0 : remaining)
    report.unfinishedByteCount = lossStart == nil ? remaining : 0
  }

  /// Gives the file back until `resume`.
  mutating func pause() { reader.close() }

  /// What is at the file's path now.
  package enum Change { case none, grown, replaced }

  /// Goes on where the file is longer than it was.
  package mutating func resume() throws(EventFileError) -> Change {
    let now = FileStatus(path: report.path)
    // A file that was removed stays as it was read.
    if status != nil, now == nil || now == status { return .none }
    status = now
    return try reader.reopen() ? .grown : .replaced
  }
}
