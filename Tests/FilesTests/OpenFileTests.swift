import Files
import Foundation
import Testing

@Suite struct OpenFileTests {
  @Test func bytesAreReadWhole() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    try Data([1, 2, 3, 4, 5]).write(to: URL(fileURLWithPath: path))
    #expect(try OpenFile.contents(of: path) == [1, 2, 3, 4, 5])
    #expect(try OpenFile.contents(of: path, limit: 5).count == 5)
    let file = try OpenFile(reading: path)
    #expect(try file.bytes(at: 3, count: 2) == [4, 5])
    #expect(try file.bytes(at: 5, count: 0) == [])
    #expect(try file.status().size == 5)
    #expect(throws: FileError(path, .read, .shortened)) { try file.bytes(at: 3, count: 3) }
    #expect(throws: FileError(path, .read, .tooLarge(size: 5, limit: 4))) {
      try OpenFile.contents(of: path, limit: 4)
    }
  }

  /// Each would keep a reader waiting for ever, or fill its memory; opening must come back at once.
  @Test func onlyRegularFilesAreOpened() throws {
    let folder = try TemporaryFolder()
    func sentence(_ path: String) -> String {
      do throws(FileError) {
        _ = try OpenFile(reading: path)
        return "opened"
      } catch {
        return error.description
      }
    }
    let fifo = folder.path + "/fifo"
    #expect(mkfifo(fifo, 0o600) == 0)
    #expect(sentence(fifo) == "\(fifo): can't open it: it is a FIFO, not a regular file")
    let link = folder.path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/zero")
    #expect(sentence(link) == "\(link): can't open it: it is a device, not a regular file")
    #expect(
      sentence(folder.path)
        == "\(folder.path): can't open it: it is a directory, not a regular file")
    let socketPath = folder.path + "/s"
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(isBound == 0)
    #expect(
      sentence(socketPath) == "\(socketPath): can't open it: it is a socket, not a regular file")
    #expect(sentence("/no/such") == "/no/such: can't open it: No such file or directory")
    #expect(sentence("/etc/passwd\0.png").hasSuffix("can't open it: Invalid argument"))
    #expect(throws: FileError.self) { try OpenFile(appendingTo: fifo) }
    #expect(throws: FileError.self) { try OpenFile(appendingTo: folder.path) }
  }

  /// A hole of a terabyte takes no room on the disk, and would take all memory.
  @Test func aHoleIsNotReadWhole() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/hole"
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    try #require(truncate(path, 1 << 40) == 0)
    let error = #expect(throws: FileError.self) { try OpenFile.contents(of: path) }
    #expect(error?.reason == "it has 1099511627776 bytes, more than the limit of 2147483648")
  }

  @Test func linksAreRefusedWhereTheyAreNotFollowed() throws {
    let folder = try TemporaryFolder()
    let (target, link) = (folder.path + "/target", folder.path + "/link")
    try Data([7]).write(to: URL(fileURLWithPath: target))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    #expect(try OpenFile.contents(of: link) == [7])
    #expect(throws: FileError.self) { try OpenFile(reading: link, followsLinks: false) }
    #expect(throws: FileError.self) { try OpenFile(creating: link) }
    #expect(throws: FileError.self) { try OpenFile(appendingTo: link) }
  }

  @Test func whatIsWrittenStandsBehindTheEnd() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    func write(_ bytes: [UInt8], _ file: OpenFile) throws {
      try bytes.withUnsafeBytes { try file.writeAll($0) }
    }
    let new = try OpenFile(creating: path)
    try write([1, 2, 3], new)
    try new.truncate(to: 2)
    try write([4], new)
    #expect(try OpenFile.contents(of: path) == [1, 2, 4])
    try write([5], try OpenFile(appendingTo: path))
    #expect(try OpenFile.contents(of: path) == [1, 2, 4, 5])
    #expect(throws: FileError(path, .create, .system(.exists))) { try OpenFile(creating: path) }
    try FileManager.default.removeItem(atPath: path)
    #expect(try !new.status().isLinked)
  }

  @Test func aLockIsHeldByOne() throws {
    let folder = try TemporaryFolder()
    var first: OpenFile? = try OpenFile(appendingTo: folder.path + "/lock")
    #expect(try first?.lock() == true)
    let second = try OpenFile(appendingTo: folder.path + "/lock")
    #expect(try second.lock() == false)
    first = nil
    #expect(try second.lock() == true)
  }
}

/// A directory of a test, removed with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    // Short, since the path of a socket has 107 bytes at most.
    path = FileManager.default.temporaryDirectory.path + "/files-\(UInt32.random(in: 0...(.max)))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The names in it, hidden ones too.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}
