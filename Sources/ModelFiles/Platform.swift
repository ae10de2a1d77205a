// Everything of this room that differs between systems, and the only file that calls the C library.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A call of the system that failed, in the system's words.
struct SystemFailure: Error, Equatable {
  let reason: String

  static func last() -> SystemFailure { SystemFailure(reason: String(cString: strerror(errno))) }
}

/// A file open for reading at any offset; closed when the last reference is gone.
final class ReadableFile: Sendable {
  private let descriptor: Int32
  /// The size when it was opened, in bytes.
  let size: Int

  /// - Parameter followsLinks: whether `path` may be a symbolic link.
  init(path: String, followsLinks: Bool = true) throws(SystemFailure) {
    // Without O_NONBLOCK a pipe without a writer would hold the program up for ever.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
    descriptor = open(path, flags)
    guard descriptor >= 0 else { throw .last() }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let failure = SystemFailure.last()
      close(descriptor)
      throw failure
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw SystemFailure(reason: "it isn't an ordinary file")
    }
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills the buffer with the bytes from an offset on.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemFailure) {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count > 0 {
        done += count
      } else if count == 0 {
        throw SystemFailure(reason: "it became shorter while it was read")
      } else if errno != EINTR {
        throw .last()
      }
    }
  }

  /// So many bytes from an offset on.
  func bytes(at offset: Int, count: Int) throws(SystemFailure) -> [UInt8] {
    var failure: SystemFailure?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(SystemFailure) {
        try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}

/// What a path leads to.
enum FileKind {
  case file, folder, link, other

  /// The kind of what is there, links not followed; nil when nothing is.
  init?(path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
  }
}

/// A file that appears under its name only when it is whole and on the disk.
///
/// It is written under a temporary name in the same folder; `commit` syncs and renames it. Without
/// a `commit` nothing is left behind.
struct AtomicFile: ~Copyable {
  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private var isCommitted = false

  init(path: String) throws(SystemFailure) {
    self.path = path
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { path[...$0] } ?? ""
    let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
    temporaryPath = "\(folder).\(name).\(getpid()).temporary"
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .last() }
  }

  mutating func write(_ buffer: UnsafeRawBufferPointer) throws(SystemFailure) {
    var rest = buffer
    while !rest.isEmpty {
      #if canImport(Glibc)
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      #elseif canImport(Musl)
        let count = Musl.write(descriptor, rest.baseAddress, rest.count)
      #else
        let count = Darwin.write(descriptor, rest.baseAddress, rest.count)
      #endif
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      } else if errno != EINTR {
        throw .last()
      }
    }
  }

  /// Syncs the contents and gives the file its name, then syncs the folder that holds the name.
  consuming func commit() throws(SystemFailure) {
    guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else { throw .last() }
    isCommitted = true
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let folderDescriptor = open(folder, O_RDONLY | O_CLOEXEC)
    if folderDescriptor >= 0 {
      // Some file systems can't sync folders; the file itself is whole either way.
      _ = fsync(folderDescriptor)
      close(folderDescriptor)
    }
  }

  deinit {
    close(descriptor)
    if !isCommitted { unlink(temporaryPath) }
  }
}
