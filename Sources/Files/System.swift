// Everything of this room that differs between systems, and the only file that calls the C library.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An error number of the system.
package struct ErrorNumber: Error, Sendable, Equatable {
  /// The value of `errno`.
  package var rawValue: Int32

  /// The error of this number.
  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// The file exists already.
  package static let exists = ErrorNumber(rawValue: EEXIST)
  /// There is no such file.
  package static let missing = ErrorNumber(rawValue: ENOENT)
  /// A name or a path is longer than the system takes.
  package static let nameTooLong = ErrorNumber(rawValue: ENAMETOOLONG)
  /// A call got what it can't use: a path with a zero byte, say.
  static let invalid = ErrorNumber(rawValue: EINVAL)
  /// Another process holds the lock.
  static let wouldBlock = ErrorNumber(rawValue: EWOULDBLOCK)
  /// The file system has no locks, or no more of them.
  static let withoutLocks = [ENOTSUP, ENOSYS, ENOLCK].map(ErrorNumber.init)
  /// The disk took nothing, and says no more.
  static let input = ErrorNumber(rawValue: EIO)

  /// The system's words for it: "No space left on device".
  package var message: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(rawValue, &buffer, buffer.count) == 0 else { return "error \(rawValue)" }
    return String(
      decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// The system's calls in Swift's terms: a number of `errno` is thrown, a call that a signal interrupted
/// is made again.
enum System {
  private static func checked<Result: SignedInteger>(
    _ call: () -> Result
  ) throws(ErrorNumber) -> Result {
    while true {
      let result = call()
      if result >= 0 { return result }
      let number = errno
      if number != EINTR { throw ErrorNumber(rawValue: number) }
    }
  }

  /// The same for a path, in which a zero byte would hide what follows.
  private static func checked<Result: SignedInteger>(
    _ path: String, _ call: (UnsafePointer<CChar>) -> Result
  ) throws(ErrorNumber) -> Result {
    guard !path.utf8.contains(0) else { throw .invalid }
    return try checked { path.withCString(call) }
  }

  // MARK: Files

  /// What a file is opened for.
  struct Flags: OptionSet {
    let rawValue: Int32
    /// To read; a FIFO without a writer is opened at once.
    static let reading = Flags(rawValue: O_RDONLY | O_NONBLOCK)
    /// To write a file that isn't there yet.
    static let creating = Flags(rawValue: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
    /// To read and write a file, which is made if it isn't there.
    static let updating = Flags(rawValue: O_RDWR | O_CREAT | O_NONBLOCK)
    static let refusingLinks = Flags(rawValue: O_NOFOLLOW)
  }

  static func openFile(_ path: String, _ flags: Flags) throws(ErrorNumber) -> Int32 {
    try checked(path) { open($0, flags.rawValue | O_CLOEXEC, 0o666) }
  }

  static func closeFile(_ descriptor: Int32) { close(descriptor) }

  static func readBytes(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(ErrorNumber) -> Int {
    try checked { pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset)) }
  }

  static func writeBytes(
    _ descriptor: Int32, _ buffer: UnsafeRawBufferPointer
  ) throws(ErrorNumber) -> Int {
    try checked { write(descriptor, buffer.baseAddress, buffer.count) }
  }

  static func seekEnd(_ descriptor: Int32) throws(ErrorNumber) {
    _ = try checked { lseek(descriptor, 0, SEEK_END) }
  }

  static func truncateFile(_ descriptor: Int32, to length: Int) throws(ErrorNumber) {
    _ = try checked { ftruncate(descriptor, off_t(length)) }
  }

  static func syncFile(_ descriptor: Int32) throws(ErrorNumber) {
    _ = try checked { fsync(descriptor) }
  }

  static func lockFile(_ descriptor: Int32) throws(ErrorNumber) {
    _ = try checked { flock(descriptor, LOCK_EX | LOCK_NB) }
  }

  static func renameFile(_ path: String, to other: String) throws(ErrorNumber) {
    guard !other.utf8.contains(0) else { throw .invalid }
    _ = try checked(path) { from in other.withCString { rename(from, $0) } }
  }

  static func removeFile(_ path: String) throws(ErrorNumber) {
    _ = try checked(path) { unlink($0) }
  }

  // MARK: Status

  static func status(_ descriptor: Int32) throws(ErrorNumber) -> FileStatus {
    var result = stat()
    _ = try checked { fstat(descriptor, &result) }
    return FileStatus(result)
  }

  static func status(_ path: String, followsLinks: Bool) throws(ErrorNumber) -> FileStatus {
    var result = stat()
    _ = try checked(path) { followsLinks ? stat($0, &result) : lstat($0, &result) }
    return FileStatus(result)
  }

  /// The path from the root without links, "." and ".."; nil where there is nothing.
  static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  // MARK: Directories

  static func makeDirectory(_ path: String) throws(ErrorNumber) {
    _ = try checked(path) { mkdir($0, 0o777) }
  }

  static func removeDirectory(_ path: String) throws(ErrorNumber) {
    _ = try checked(path) { rmdir($0) }
  }

  /// The names in a directory, in no order, with the kind where the system tells it along with them.
  static func names(_ path: String) throws(ErrorNumber) -> [(name: String, kind: FileKind?)] {
    guard !path.utf8.contains(0) else { throw .invalid }
    guard let directory = opendir(path) else { throw ErrorNumber(rawValue: errno) }
    defer { closedir(directory) }
    var names: [(String, FileKind?)] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else {
        guard errno == 0 else { throw ErrorNumber(rawValue: errno) }
        return names
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name == "." || name == ".." { continue }
      let kind: FileKind? =
        switch Int32(entry.pointee.d_type) {
        case Int32(DT_REG): .regular
        case Int32(DT_DIR): .directory
        case Int32(DT_LNK): .link
        default: nil
        }
      names.append((name, kind))
    }
  }
}

extension FileStatus {
  fileprivate init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFLNK: .link
      case S_IFIFO: .fifo
      case S_IFSOCK: .socket
      default: .device
      }
    size = Int(status.st_size)
    isLinked = status.st_nlink > 0
    identity = Identity(
      device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(status.st_ino))
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    modificationTime = Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
