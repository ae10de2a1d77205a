/// A file that appears under its name only when it is whole and on the disk.
///
/// It is written in the same directory under a random name, which can't be taken beforehand; `commit`
/// syncs it, gives it its name and syncs the directory. Without a `commit` nothing is left behind.
package struct AtomicFile: ~Copyable {
  /// The end of the name while it isn't whole, by which what a killed program left can be found.
  package static let temporarySuffix = ".temporary"

  private let path: String
  private let file: OpenFile
  private var isCommitted = false

  /// Begins a file.
  ///
  /// - Throws: `FileError` that names `path`, not the temporary file.
  package init(path: String) throws(FileError) {
    self.path = path
    // A name may have 255 bytes; a longer one fails at `commit`, in the system's words.
    let name = String(decoding: Path.lastComponent(of: path).utf8.prefix(200), as: UTF8.self)
    while true {
      let random = String(UInt64.random(in: .min ... .max), radix: 16)
      let temporary = ".\(name).\(random)\(Self.temporarySuffix)"
      do {
        file = try OpenFile(creating: Path.joined(Path.directory(of: path), temporary))
        return
      } catch {
        guard error.cause == .system(.exists) else { throw FileError(path, .write, error.cause) }
      }
    }
  }

  /// Adds bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    do { try file.writeAll(bytes) } catch { throw FileError(path, .write, error.cause) }
  }

  /// Gives the file its name, in place of one that has it.
  package consuming func commit() throws(FileError) {
    do {
      try file.sync()
    } catch {
      throw FileError(path, .write, error.cause)
    }
    do {
      try System.renameFile(file.path, to: path)
    } catch {
      throw FileError(path, .write, error)
    }
    isCommitted = true
    // Some file systems can't sync directories; the file itself is whole either way.
    Directory.sync(Path.directory(of: path))
  }

  deinit { if !isCommitted { try? System.removeFile(file.path) } }

  /// Writes a whole file.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let file = try AtomicFile(path: path)
    try bytes.span.withUnsafeBytes { (bytes) throws(FileError) in try file.write(bytes) }
    try file.commit()
  }
}
