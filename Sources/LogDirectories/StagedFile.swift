internal import EventFiles
internal import Files

/// An event file that is written beside those that are there, under a name that no reader looks for, until
/// it is put in its place. What isn't put in its place is removed.
final class StagedFile {
  /// Where it will be.
  let path: String
  /// Where it is.
  let temporary: String
  private var buffer = RecordBuffer()
  private var writtenCount = 0
  private let isDry: Bool

  /// Bytes that are written at once. The file is open only then: a rewrite may make thousands.
  private static let chunkSize = 1 << 16

  /// - Parameter isDry: Nothing is written; only bytes are counted.
  init(path: String, isDry: Bool) throws {
    self.path = path
    self.isDry = isDry
    let directory = Path.directory(of: path)
    // Without "tfevents" in it, by which TensorBoard finds event files.
    let random = String(UInt64.random(in: .min ... .max), radix: 16)
    temporary = Path.joined(directory, ".rewritten-\(random)\(AtomicFile.temporarySuffix)")
    guard !isDry else { return }
    do {
      try Directory.make(directory)
      _ = try OpenFile(creating: temporary)
    } catch {
      throw failure(error)
    }
  }

  deinit { if !isDry { try? Directory.removeFile(temporary) } }

  /// An error of the system that names the file as it will be called.
  private func failure(_ error: FileError) -> EventFileError {
    EventFileError(FileError(path, error.action, error.cause))
  }

  /// Bytes of its records.
  var byteCount: Int { writtenCount + buffer.byteCount }

  /// Adds what `body` appends.
  func add(_ body: (inout RecordBuffer) -> Void) throws {
    body(&buffer)
    if buffer.byteCount >= Self.chunkSize { try flush() }
  }

  private func flush(isLast: Bool = false) throws {
    do {
      if !isDry {
        let file = try OpenFile(appendingTo: temporary)
        try buffer.withUnsafeBytes { (bytes) throws(FileError) in try file.writeAll(bytes) }
        if isLast { try file.sync() }
      }
    } catch {
      throw failure(error)
    }
    writtenCount += buffer.byteCount
    buffer.removeAll(keepingCapacity: 2 * Self.chunkSize)
  }

  /// Writes the rest and waits until it is on the disk.
  func finish() throws { try flush(isLast: true) }

  /// Calls `body` with each event of what was written.
  func forEach(
    _ body: (borrowing EventParts, Int) throws -> Void
  ) throws {
    let report = try EventParts.forEach(in: temporary, body)
    guard report.byteCount == byteCount, report.damageCount == 0 else {
      throw RewriteError.rewrittenOtherwise(path: path)
    }
  }

  /// Gives it its name, in place of a file that has it.
  func place() throws {
    do { try Directory.rename(temporary, to: path) } catch { throw EventFileError(error) }
    Directory.sync(Path.directory(of: path))
  }
}
