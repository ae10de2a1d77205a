#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#elseif canImport(Darwin)
  private import Darwin
#endif

/// Whole files, read and written at once.
package enum FileBytes {
  /// The bytes of a file.
  package static func contents(of path: String) throws(ImageError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(name: path, reason: lastReason()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(name: path, reason: lastReason())
    }
    // One byte more than the file has, so that the second read finds its end; a pipe has no size.
    var bytes = [UInt8](repeating: 0, count: max(Int(status.st_size) + 1, 512))
    var count = 0
    while true {
      let got = bytes.withUnsafeMutableBytes { buffer in
        retried { read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count) }
      }
      guard got >= 0 else { throw .unreadable(name: path, reason: lastReason()) }
      if got == 0 { break }
      count += got
      if count == bytes.count { bytes += [UInt8](repeating: 0, count: count) }
    }
    bytes.removeSubrange(count...)
    return bytes
  }

  /// Writes a file under a temporary name beside `path`, then renames it.
  package static func replace(_ path: String, with bytes: [UInt8]) throws(ImageError) {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let temporary = "\(path).\(getpid())-\(now.tv_sec)-\(now.tv_nsec).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unwritable(name: path, reason: lastReason()) }
    var failure: String?
    var written = 0
    while written < bytes.count, failure == nil {
      let put = bytes.withUnsafeBytes { from in
        retried { write(descriptor, from.baseAddress.map { $0 + written }, from.count - written) }
      }
      if put < 0 { failure = lastReason() } else { written += put }
    }
    // Of several failures the first is the one to tell.
    if close(descriptor) != 0, failure == nil { failure = lastReason() }
    if failure == nil, rename(temporary, path) != 0 { failure = lastReason() }
    if let failure {
      unlink(temporary)
      throw .unwritable(name: path, reason: failure)
    }
  }

  /// The result of a system call, which a signal may interrupt.
  private static func retried(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  /// What the system says of its last failure.
  private static func lastReason() -> String { String(cString: strerror(errno)) }
}
