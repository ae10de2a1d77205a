internal import ProtobufWire

extension FileReport {
  /// Reads a file to its end and checks every record: both checksums, and that it is an event.
  ///
  /// - Throws: `EventFileError` when it can't be opened or read.
  public init(checking path: String) throws(EventFileError) {
    self = try Self.check(path) { _, _ in }
  }

  /// The records of a file that are whole, as they are, and the report on it.
  ///
  /// - Throws: `EventFileError` when it can't be opened or read.
  public static func wholeRecords(
    of path: String
  ) throws(EventFileError) -> (report: FileReport, records: [UInt8]) {
    let (report, records, _) = try countedRecords(of: path)
    return (report, records)
  }

  /// The same, and how many of the events hold something besides the format's version.
  package static func countedRecords(
    of path: String
  ) throws(EventFileError) -> (report: FileReport, records: [UInt8], contentCount: Int) {
    var records: [UInt8] = []
    var contentCount = 0
    let report = try check(path) { event, bytes in
      records += bytes
      switch event.content {
      case nil, .fileVersion: break
      default: contentCount += 1
      }
    }
    return (report, records, contentCount)
  }

  private static func check(
    _ path: String, keep: (Event, ArraySlice<UInt8>) -> Void
  ) throws(EventFileError) -> FileReport {
    var scanner = RecordScanner(path: path)
    _ = try scanner.resume()
    while let payload = try scanner.next() {
      let start = scanner.reader.offset - payload.count - RecordBuffer.overhead
      var decoder = WireDecoder(scanner.reader.buffer, in: payload)
      guard let event = try? Event(from: &decoder) else {
        scanner.report.add(.notAnEvent(offset: start))
        continue
      }
      scanner.report.count(event.wallTime, at: start)
      let whole =
        payload.lowerBound - RecordBuffer.headerSize..<payload.upperBound
        + RecordBuffer.footerSize
      keep(event, scanner.reader.buffer[whole])
    }
    try scanner.finishReport()
    return scanner.report
  }
}
