internal import ProtobufWire

extension FileReport {
  /// Reads a file to its end and checks every record: both checksums, and that it is an event.
  ///
  /// - Throws: `EventFileError` when it can't be opened or read.
  public init(checking path: String) throws(EventFileError) {
    self = try Self.check(path) { _ in }
  }

  /// The records of a file that are whole, as they are, and the report on it.
  ///
  /// - Throws: `EventFileError` when it can't be opened or read.
  public static func wholeRecords(
    of path: String
  ) throws(EventFileError) -> (report: FileReport, records: [UInt8]) {
    var records: [UInt8] = []
    let report = try check(path) { records += $0 }
    return (report, records)
  }

  private static func check(
    _ path: String, keep: (ArraySlice<UInt8>) -> Void
  ) throws(EventFileError) -> FileReport {
    var report = FileReport(path: path)
    var reader = try RecordReader(path: path, maximumLength: longestRecord)
    while true {
      let start = reader.offset
      do {
        guard let payload = try reader.next() else {
          report.byteCount = start
          report.unfinishedByteCount = try reader.remainingByteCount()
          return report
        }
        var decoder = WireDecoder(reader.buffer, in: payload)
        if (try? Event(from: &decoder)) != nil {
          report.eventCount += 1
          let whole =
            payload.lowerBound - RecordBuffer.headerSize..<payload.upperBound
            + RecordBuffer.footerSize
          keep(reader.buffer[whole])
        } else {
          report.add(.notAnEvent(offset: start))
        }
      } catch .damagedRecord {
        report.add(.damagedRecord(offset: start, byteCount: try reader.skip() ?? 0))
      } catch .damagedLength, .recordTooLong {
        guard let next = try reader.seekWholeRecord() else {
          let lost = try reader.remainingByteCount()
          report.add(.lost(offset: start, byteCount: lost))
          report.byteCount = start + lost
          return report
        }
        report.add(.lost(offset: start, byteCount: next - start))
      } catch {
        throw error
      }
    }
  }
}
