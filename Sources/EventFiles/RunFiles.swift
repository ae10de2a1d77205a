/// What takes a record's payload, with the file's position in the reports and the payload's in the file, in
/// bytes; returns the event's time, nil if it isn't an event.
package typealias TakePayload = (UnsafeRawBufferPointer, _ file: Int32, _ offset: Int) -> Double?

/// What takes the first bytes of a long payload of so many, whose checksum isn't checked; nil to have all of it.
package typealias TakeHead = (
  UnsafeRawBufferPointer, _ length: Int, _ file: Int32, _ offset: Int
) -> Double?

/// The event files of a run, read on as they grow: the one place where a run's records are gone through.
package struct RunFiles: Sendable {
  /// The files in the order in which they were found, with what is damaged in them or keeps them from being
  /// read.
  package private(set) var reports: [FileReport] = []
  /// A scanner for each file.
  private var scanners: [RecordScanner] = []

  /// No files.
  package init() {}

  /// Reads what was written since the last time. A file that is no longer listed stays as it was read.
  ///
  /// - Parameters:
  ///   - paths: The files there are now, in TensorBoard's order.
  ///   - longPayload: From how many bytes on `takeHead` is asked first.
  ///   - take: What takes all other records.
  /// - Returns: false where a file isn't what was read of it: all has to be read anew.
  package mutating func readOn(
    _ paths: [String], longPayload: Int = .max,
    takeHead: TakeHead = { _, _, _, _ in nil }, _ take: TakePayload
  ) -> Bool {
    addNew(paths)
    for index in scanners.indices {
      var scanner = scanners[index]
      do throws(EventFileError) {
        switch try scanner.resume() {
        case .none: continue
        case .replaced: return false
        case .grown:
          // One owner, so that what is read is read in place.
          scanners[index] = RecordScanner(path: "")
          try scanner.readOn(
            Int32(truncatingIfNeeded: index), longPayload, takeHead, take)
        }
      } catch {
        // What was read of it stays.
        scanner.report.failure = error
      }
      reports[index] = scanner.report
      scanner.report.failure = nil
      scanner.pause()
      scanners[index] = scanner
    }
    return true
  }

  private mutating func addNew(_ paths: [String]) {
    let isKnown =
      paths.count == reports.count
      && zip(paths, reports).allSatisfy { $0.utf8.elementsEqual($1.path.utf8) }
    guard !isKnown else { return }
    let known = Set(reports.map { Array($0.path.utf8) })
    for path in paths where !known.contains(Array(path.utf8)) {
      scanners.append(RecordScanner(path: path))
      reports.append(FileReport(path: path))
    }
  }
}

extension RecordScanner {
  /// Bytes of a long payload that say what it is.
  private static let headCount = 2 << 10

  /// Goes through the records up to the end of the file as it is now, and brings the report up to there.
  fileprivate mutating func readOn(
    _ file: Int32, _ longPayload: Int, _ takeHead: TakeHead, _ take: TakePayload
  ) throws(EventFileError) {
    while true {
      if let (place, length) = head(of: Self.headCount, above: longPayload) {
        let start = reader.offset
        let wallTime = reader.buffer.withUnsafeBytes {
          takeHead(
            UnsafeRawBufferPointer(rebasing: $0[place]), length, file,
            start + RecordBuffer.headerSize)
        }
        if let wallTime {
          pass(payload: length)
          report.count(wallTime, at: start)
          continue
        }
      }
      guard let payload = try next() else { break }
      let start = reader.offset - payload.count - RecordBuffer.overhead
      let wallTime = reader.buffer.withUnsafeBytes {
        take(
          UnsafeRawBufferPointer(rebasing: $0[payload]), file, start + RecordBuffer.headerSize)
      }
      if let wallTime {
        report.count(wallTime, at: start)
      } else {
        report.add(.notAnEvent(offset: start))
      }
    }
    try finishReport()
  }
}
