import CommandSupport
import Files

/// The directory of a run below the log directory.
struct RunDirectory {
  let path: String
  /// The run's name, as TensorBoard shows it.
  let name: String

  /// A run that is there.
  init(path: String) { (self.path, name) = (path, Path.ownName(of: path)) }

  /// Makes the directory of a new run.
  ///
  /// - Parameter name: nil for the first free one of `lenet-1`, `lenet-2`, …. Programs that start
  ///   together each get their own: a directory is taken by making it.
  /// - Throws: `CommandFailure` when the run is there already, `FileError` when it can't be made.
  init(new name: String?, kind: String, logdir: String) throws {
    guard let name else {
      try Directory.make(logdir)
      var number = 1
      while try !Directory.makeNew(Path.joined(logdir, "\(kind)-\(number)")) { number += 1 }
      self.init(name: "\(kind)-\(number)", logdir: logdir)
      return
    }
    self.init(name: name, logdir: logdir)
    try Directory.make(Path.directory(of: path))
    guard try Directory.makeNew(path) || Directory.entries(of: path).isEmpty else {
      throw CommandFailure(
        "\(path): exists already; --resume goes on with it, another --run starts a new one")
    }
  }

  /// A run of a sweep, whose directory is there or not.
  ///
  /// - Throws: `FileError` when it can't be made.
  init(shared name: String, logdir: String) throws {
    self.init(name: name, logdir: logdir)
    try Directory.make(path)
  }

  private init(name: String, logdir: String) {
    (path, self.name) = (Path.joined(logdir, name), name)
  }

  /// Another program trains the run.
  struct Occupied: Error, CustomStringConvertible {
    let path: String
    var description: String { "\(path): is being trained by another program" }
  }

  /// Keeps everybody else from training this run, as long as the file is open.
  ///
  /// The system lets go of the lock when the program ends, however that happens; the file stays, empty. On
  /// NFS it holds between machines as well (Linux turns it into a lock of the server).
  /// - Throws: `Occupied` when another program trains it, or `FileError`.
  func lock() throws -> OpenFile {
    let file = try OpenFile(appendingTo: Path.joined(path, ".lock"))
    guard try file.lock() else { throw Occupied(path: path) }
    return file
  }

  /// Whether events were logged here.
  var hasEvents: Bool {
    ((try? Directory.entries(of: path)) ?? []).contains { $0.name.contains("tfevents") }
  }
}
