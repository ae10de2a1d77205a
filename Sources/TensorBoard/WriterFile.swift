internal import EventFiles
internal import Files

/// The file that a writer writes, and those that follow it: only the queue's thread touches them.
///
/// Bytes reach a file in order and without gaps: after an error the next attempt goes on with the very
/// byte at which the last one stopped, so that a reader who has seen half a record sees the other half
/// later. Where somebody removes the file or cuts it off, the run goes on in a new one.
struct WriterFile: Sendable {
  /// Why events aren't in the file, in words.
  struct Failure: Error {
    var reason: String
  }

  /// How the next file is made, and when it is due.
  struct Succession: Sendable {
    var directory: String
    var suffix: String
    var rotation: FileRotation
  }

  private(set) var path: String
  private var output: any EventFileOutput
  private let succession: Succession?
  private let openedAt = ThreadPlatform.now()
  /// Bytes of the batches that are wholly in the file.
  private var size = 0
  /// Bytes of the present batch that are in the file.
  private var written = 0

  /// A file that no other follows.
  init(path: String, output: any EventFileOutput) {
    (self.path, self.output, succession) = (path, output, nil)
  }

  /// A new file of a run.
  init(_ succession: Succession) throws(EventFileError) {
    (path, output) = try EventFile.create(
      inDirectory: succession.directory, suffix: succession.suffix)
    self.succession = succession
  }

  /// Writes what is left of a batch; once all of it is in the file, the batch is empty.
  mutating func write(_ batch: inout RecordBuffer) throws(Failure) {
    guard batch.count > 0 else { return }
    // Where no other file can be made, the present one goes on.
    if written == 0, isDue, let next = try? successor() { self = next }
    while true {
      if isIntact {
        try writeRest(of: batch)
        // A file that was removed takes bytes as before, but nobody will ever read them.
        if isIntact { break }
      }
      do { self = try successor() } catch {
        throw Failure(reason: "the file was removed or cut off, and no other can be made: \(error)")
      }
    }
    size += written
    written = 0
    batch.removeAll(keepingCapacity: 4 << 20)
  }

  private mutating func writeRest(of batch: borrowing RecordBuffer) throws(Failure) {
    while written < batch.byteCount {
      do throws(FileError) {
        written += try batch.withUnsafeBytes { bytes throws(FileError) in
          try output.write(UnsafeRawBufferPointer(rebasing: bytes[written...]))
        }
      } catch {
        throw Failure(reason: error.reason)
      }
    }
  }

  /// Cuts off a record that is only half in the file; returns how many of the batch's are whole.
  func cutToWholeRecords(of batch: borrowing RecordBuffer) -> Int {
    guard isIntact else { return 0 }
    let whole = batch.wholeRecords(upTo: written)
    // Where even this fails, readers take the rest for a record that is still being written.
    if whole.end < written { try? output.truncate(to: size + whole.end) }
    return whole.count
  }

  /// Whether a directory holds the file, and all that was written is in it.
  private var isIntact: Bool {
    guard let status = try? output.status() else { return true }
    return status.isLinked && status.size >= size + written
  }

  private var isDue: Bool {
    // A file that has nothing yet isn't followed by another, however late its first record comes.
    guard let rotation = succession?.rotation, size > 0 else { return false }
    return size >= rotation.maximumBytes ?? .max
      || ThreadPlatform.now() - openedAt >= rotation.maximumAge?.nanoseconds ?? .max
  }

  /// The next file, its first record written. Where that fails, nothing is left of it.
  private func successor() throws -> WriterFile {
    guard let succession else { throw Failure(reason: "it has no directory") }
    var next = try WriterFile(succession)
    var start = RecordBuffer()
    start.append(.fileStart())
    do {
      try next.writeRest(of: start)
    } catch {
      try? Directory.removeAll(next.path)
      throw error
    }
    (next.size, next.written) = (next.written, 0)
    return next
  }
}

extension Event {
  /// What every event file begins with.
  static func fileStart() -> Event {
    Event(
      wallTime: Platform.wallTime(), content: .fileVersion(Event.currentFileVersion),
      writer: "swift-tensorboard")
  }
}
