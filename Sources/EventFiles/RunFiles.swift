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
  ///   - take: Takes a record's payload, with the file's position in `reports` and the payload's in the file,
  ///     in bytes; returns the event's time, nil if it isn't an event.
  /// - Returns: false where a file isn't what was read of it: all has to be read anew.
  package mutating func readOn(
    _ paths: [String], _ take: (UnsafeRawBufferPointer, Int32, Int) -> Double?
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
          try scanner.readOn { take($0, Int32(truncatingIfNeeded: index), $1) }
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
  /// Goes through the records up to the end of the file as it is now, and brings the report up to there.
  ///
  /// - Parameter take: Takes a payload and its position in the file; returns the event's time, nil if it isn't
  ///   an event.
  fileprivate mutating func readOn(
    _ take: (UnsafeRawBufferPointer, Int) -> Double?
  ) throws(EventFileError) {
    while let payload = try next() {
      let start = reader.offset - payload.count - RecordBuffer.overhead
      let wallTime = reader.buffer.withUnsafeBytes {
        take(UnsafeRawBufferPointer(rebasing: $0[payload]), start + RecordBuffer.headerSize)
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
