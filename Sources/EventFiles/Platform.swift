#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system calls that event files need, in Swift's terms. The only file here with an `#if`.
package enum Platform {
  /// An error number of the system.
  package struct ErrorNumber: Error, Sendable, Equatable {
    /// The value of `errno`.
    package var rawValue: Int32

    /// The error of this number.
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// The error number of the call that just failed.
    package static var last: ErrorNumber { ErrorNumber(rawValue: errno) }
    /// The file exists already.
    package static let exists = ErrorNumber(rawValue: EEXIST)
    /// There is no such file.
    package static let missing = ErrorNumber(rawValue: ENOENT)

    /// The system's words for it: "No space left on device".
    package var message: String {
      var buffer = [CChar](repeating: 0, count: 256)
      guard strerror_r(rawValue, &buffer, buffer.count) == 0 else { return "error \(rawValue)" }
      return String(
        decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  /// Seconds since 1970.
  package static func wallTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The local date and time: "Nov21_14-03-59".
  package static func date() -> String {
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let day = months[Int(parts.tm_mon) % 12] + two(parts.tm_mday)
    return "\(day)_\(two(parts.tm_hour))-\(two(parts.tm_min))-\(two(parts.tm_sec))"
  }

  /// The number of this process.
  package static func processNumber() -> Int32 { getpid() }

  /// The name of this machine, or "localhost".
  package static func hostName() -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let result = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { gethostname($0, characters.count - 1) } ?? -1
      }
    }
    let name = String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    return result == 0 && !name.isEmpty ? name : "localhost"
  }

  /// Makes a directory and those it lies in; one that exists already is no error.
  package static func makeDirectory(_ path: String) throws(ErrorNumber) {
    guard mkdir(path, 0o777) != 0 else { return }
    let failure = ErrorNumber.last
    guard failure != .exists else { return }
    let names = path.split(separator: "/")
    let parent = (path.hasPrefix("/") ? "/" : "") + names.dropLast().joined(separator: "/")
    guard failure == .missing, names.count > 1 else { throw failure }
    try makeDirectory(parent)
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .last }
  }

  /// The names in a directory, in no order, without "." and "..".
  package static func names(inDirectory path: String) throws(ErrorNumber) -> [String] {
    guard let directory = opendir(path) else { throw .last }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// The names in a directory and whether they are directories, links followed; in no order.
  package static func entries(
    inDirectory path: String
  ) throws(ErrorNumber) -> [(name: String, isDirectory: Bool)] {
    try names(inDirectory: path).compactMap { name in
      var status = stat()
      let full = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
      guard stat(full, &status) == 0 else { return nil }
      return (name, status.st_mode & S_IFMT == S_IFDIR)
    }
  }

  /// Removes a file; a failure is ignored.
  package static func removeFile(_ path: String) { unlink(path) }
}

/// An open file, closed when the last reference to it is gone.
package final class FileDescriptor: Sendable {
  private let number: Int32

  /// Opens a file to read it.
  package init(reading path: String) throws(Platform.ErrorNumber) {
    number = try Self.open(path, O_RDONLY | O_CLOEXEC)
  }

  /// Creates a file that doesn't exist yet, to write it.
  package init(creating path: String) throws(Platform.ErrorNumber) {
    number = try Self.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC)
  }

  deinit { close(number) }

  private static func open(_ path: String, _ flags: Int32) throws(Platform.ErrorNumber) -> Int32 {
    while true {
      #if canImport(Glibc)
        let number = Glibc.open(path, flags, 0o666)
      #elseif canImport(Musl)
        let number = Musl.open(path, flags, 0o666)
      #else
        let number = Darwin.open(path, flags, 0o666)
      #endif
      if number >= 0 { return number }
      guard errno == EINTR else { throw .last }
    }
  }

  /// Reads bytes that begin at byte `offset` until `buffer` is full or the file ends; returns how many.
  package func read(
    into buffer: inout [UInt8], at offset: Int
  ) throws(Platform.ErrorNumber) -> Int {
    var total = 0
    while total < buffer.count {
      let count = buffer.withUnsafeMutableBytes { bytes in
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes[total...])
        return pread(number, part.baseAddress, part.count, off_t(offset + total))
      }
      if count == 0 { break }
      if count > 0 { total += count } else if errno != EINTR { throw .last }
    }
    return total
  }

  /// Writes bytes at the end of what was written so far; returns how many, perhaps fewer than given.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(Platform.ErrorNumber) -> Int {
    while true {
      #if canImport(Glibc)
        let count = Glibc.write(number, bytes.baseAddress, bytes.count)
      #elseif canImport(Musl)
        let count = Musl.write(number, bytes.baseAddress, bytes.count)
      #else
        let count = Darwin.write(number, bytes.baseAddress, bytes.count)
      #endif
      if count > 0 || bytes.isEmpty { return count }
      if count == 0 { throw Platform.ErrorNumber(rawValue: EIO) }
      guard errno == EINTR else { throw .last }
    }
  }

  /// Cuts the file off after `length` bytes.
  package func truncate(to length: Int) throws(Platform.ErrorNumber) {
    guard ftruncate(number, off_t(length)) == 0 else { throw .last }
  }

  /// The file's size in bytes, and whether a directory still holds it.
  package func status() throws(Platform.ErrorNumber) -> (size: Int, isLinked: Bool) {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw .last }
    return (Int(status.st_size), status.st_nlink > 0)
  }
}
