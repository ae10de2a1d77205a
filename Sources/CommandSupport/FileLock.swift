private import Files

/// A file that one program holds at a time, so that two don't write to one folder.
///
/// The system lets go of it when the program ends, however that happens; the file stays, empty. On
/// NFS it holds between machines as well (Linux turns it into a lock of the server).
public final class FileLock: Sendable {
  private let file: OpenFile

  /// Takes the lock of a path, making the file if need be.
  ///
  /// - Returns: nil when another holds it.
  /// - Throws: `CommandFailure` when the file can't be made.
  public init?(path: String) throws {
    do {
      file = try OpenFile(appendingTo: path)
      guard try file.lock() else { return nil }
    } catch {
      throw CommandFailure("\(error)")
    }
  }
}
