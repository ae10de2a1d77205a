package import Files
internal import Synchronization

/// Where the bytes of an event file go: a file, or a stand-in for one.
package protocol EventFileOutput: Sendable {
  /// Writes bytes after those written before; returns how many, perhaps fewer than given.
  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) -> Int

  /// Cuts off what follows the first `length` bytes.
  func truncate(to length: Int) throws(FileError)

  /// The file's size, and whether a directory still holds it.
  func status() throws(FileError) -> FileStatus
}

extension OpenFile: EventFileOutput {}

/// A new event file.
package enum EventFile {
  private static let counter = Atomic(0)

  /// Creates an event file of a new name in `directory`, which is made if it isn't there.
  package static func create(
    inDirectory directory: String, suffix: String
  ) throws(EventFileError) -> (path: String, file: OpenFile) {
    guard !suffix.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "/") }) else {
      throw .badFileNameSuffix(suffix)
    }
    do {
      try Directory.make(directory)
    } catch {
      throw EventFileError(error)
    }
    let names = EventFileName(
      host: Platform.hostName(), process: Platform.processNumber(), suffix: suffix)
    while true {
      // A directory that can't be listed can still be written to.
      let existing = (try? Directory.entries(of: directory).map(\.name)) ?? []
      let name = names.next(
        after: existing, seconds: Int(Platform.wallTime()),
        counter: counter.wrappingAdd(1, ordering: .relaxed).oldValue)
      let path = Path.joined(directory, name)
      do {
        return (path, try OpenFile(creating: path))
      } catch {
        // Another process took the name: the counter makes the next one another.
        if error.cause != .system(.exists) { throw EventFileError(error) }
      }
    }
  }
}
