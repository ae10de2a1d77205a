/// A regular file that is open; closed when the last reference is gone.
///
/// Nothing else is ever opened: a FIFO would wait for its other end, a device has no end.
package final class OpenFile: Sendable {
  /// Its path, as it was given.
  package let path: String
  /// The size when it was opened, in bytes.
  package let size: Int
  private let descriptor: Int32

  /// Opens a file to read it.
  ///
  /// - Parameter followsLinks: Whether the last name may be a symbolic link.
  package convenience init(reading path: String, followsLinks: Bool = true) throws(FileError) {
    try self.init(path, followsLinks ? .reading : [.reading, .refusingLinks], .open)
  }

  /// Creates a file that isn't there yet, to write it; no link is followed.
  package convenience init(creating path: String) throws(FileError) {
    try self.init(path, .creating, .create)
  }

  /// Opens a file to write behind its end, and creates it where there is none; no link is followed.
  package convenience init(appendingTo path: String) throws(FileError) {
    try self.init(path, [.updating, .refusingLinks], .open)
    try wrapped(.write) { () throws(ErrorNumber) in try System.seekEnd(descriptor) }
  }

  private init(_ path: String, _ flags: System.Flags, _ action: FileError.Action) throws(FileError)
  {
    self.path = path
    do {
      descriptor = try System.openFile(path, flags)
    } catch {
      // A socket can't be opened, a directory not be written: that is what it is.
      if action == .open, let kind = FileStatus(path: path)?.kind, kind != .regular {
        throw FileError(path, action, .notRegular(kind))
      }
      throw FileError(path, action, error)
    }
    let status = try? System.status(descriptor)
    size = status?.size ?? 0
    guard let status else { throw FileError(path, action, .input) }
    guard status.kind == .regular else { throw FileError(path, action, .notRegular(status.kind)) }
  }

  deinit { System.closeFile(descriptor) }

  private func wrapped<Result>(
    _ action: FileError.Action, _ body: () throws(ErrorNumber) -> Result
  ) throws(FileError) -> Result {
    do { return try body() } catch { throw FileError(path, action, error) }
  }

  /// What the system knows of it now.
  package func status() throws(FileError) -> FileStatus {
    try wrapped(.read) { () throws(ErrorNumber) in try System.status(descriptor) }
  }

  // MARK: Reading

  /// Reads bytes from byte `offset` on until `buffer` is full or the file ends; returns how many.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(FileError) -> Int {
    var total = 0
    while total < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[total...])
      let count = try wrapped(.read) { () throws(ErrorNumber) in
        try System.readBytes(descriptor, rest, at: offset + total)
      }
      if count == 0 { break }
      total += count
    }
    return total
  }

  /// The same for an array.
  package func read(into bytes: inout [UInt8], at offset: Int) throws(FileError) -> Int {
    var span = bytes.mutableSpan
    return try span.withUnsafeMutableBytes { (buffer) throws(FileError) in
      try read(into: buffer, at: offset)
    }
  }

  /// Fills a buffer with the bytes from an offset on.
  ///
  /// - Throws: also where the file ends before.
  package func fill(
    _ buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(FileError) {
    guard try read(into: buffer, at: offset) == buffer.count else {
      throw FileError(path, .read, .shortened)
    }
  }

  /// So many bytes from an offset on.
  ///
  /// - Throws: also where the file ends before.
  package func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(FileError) {
        try fill(UnsafeMutableRawBufferPointer(buffer), at: offset)
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// The bytes of a whole file.
  ///
  /// - Parameter limit: More bytes are an error; a file may be all hole and of any size.
  package static func contents(of path: String, limit: Int = 1 << 31) throws(FileError) -> [UInt8] {
    let file = try OpenFile(reading: path)
    guard file.size <= limit else {
      throw FileError(path, .read, .tooLarge(size: file.size, limit: limit))
    }
    return try file.bytes(at: 0, count: file.size)
  }

  // MARK: Writing

  /// Writes bytes behind those written before; returns how many, perhaps fewer than given.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) -> Int {
    let count = try wrapped(.write) { () throws(ErrorNumber) in
      try System.writeBytes(descriptor, bytes)
    }
    guard count > 0 || bytes.isEmpty else { throw FileError(path, .write, .input) }
    return count
  }

  /// Writes all of the bytes, however many calls it takes.
  package func writeAll(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes
    while !rest.isEmpty { rest = UnsafeRawBufferPointer(rebasing: rest[try write(rest)...]) }
  }

  /// Cuts the file off after `length` bytes; what is written next stands behind them.
  package func truncate(to length: Int) throws(FileError) {
    try wrapped(.write) { () throws(ErrorNumber) in
      try System.truncateFile(descriptor, to: length)
      try System.seekEnd(descriptor)
    }
  }

  /// Waits until the bytes are on the disk.
  package func sync() throws(FileError) {
    try wrapped(.write) { () throws(ErrorNumber) in try System.syncFile(descriptor) }
  }

  /// Locks the file for this program alone, without waiting; false where another holds it.
  ///
  /// The system unlocks it when the file is closed, or the program ends, however that happens. On NFS it
  /// holds between machines as well. Where the file system has no locks, the answer is true.
  package func lock() throws(FileError) -> Bool {
    do {
      try System.lockFile(descriptor)
      return true
    } catch {
      if error == .wouldBlock { return false }
      if ErrorNumber.withoutLocks.contains(error) { return true }
      throw FileError(path, .lock, error)
    }
  }
}
