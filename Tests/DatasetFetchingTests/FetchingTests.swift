import Foundation
import Synchronization
import Testing

@testable import DatasetFetching

@Suite struct FetchingTests {
  private static let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

  private func sum(_ bytes: [UInt8]) -> String {
    var sum = SHA256()
    bytes.withUnsafeBytes { sum.update($0) }
    return sum.finish()
  }

  private func set(_ files: [String: [UInt8]], archiveDirectory: String? = nil) -> PublishedDataset
  {
    PublishedDataset(
      name: "tiny", summary: "a few bytes", address: "http://127.0.0.1:1/",
      files: files.sorted { $0.key < $1.key }.map {
        PublishedDataset.File(name: $0.key, byteCount: $0.value.count, sha256: sum($0.value))
      }, archiveDirectory: archiveDirectory)
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "fetch-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func contents(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test func `files arrive whole, with progress, and are not fetched twice`() throws {
    let files = ["a.gz": Self.bytes, "b.gz": [1, 2, 3]]
    let server = try TestServer(files: files)
    try withFolder { folder in
      let seen = Mutex<[Int]>([])
      let result = try set(files).fetch(to: folder, mirror: server.address) { _, bytes in
        seen.withLock { $0.append(bytes) }
      }
      #expect(result == folder)
      #expect(try contents(folder + "/a.gz") == Self.bytes)
      #expect(try contents(folder + "/b.gz") == [1, 2, 3])
      let progress = seen.withLock { $0 }
      #expect(progress == progress.sorted())
      #expect(progress.last == 100_003)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
      _ = try set(files).fetch(to: folder, mirror: server.address)
      #expect(server.requests.count == 2)
    }
  }

  @Test func `a transfer that was cut off goes on where it stopped`() throws {
    let files = ["a.gz": Self.bytes]
    let server = try TestServer(files: files, manner: .cutOff(after: 40_000))
    try withFolder { folder in
      let error = try #require(throws: FetchError.self) {
        _ = try set(files).fetch(to: folder, mirror: server.address)
      }
      #expect(error.description.contains("of 100000 bytes; fetching it again goes on from there"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/a.gz"))
      let have = try contents(folder + "/a.gz.part").count
      #expect(have > 0 && have <= 40_000)
      server.behave(.proper)
      _ = try set(files).fetch(to: folder, mirror: server.address)
      #expect(try contents(folder + "/a.gz") == Self.bytes)
      #expect(server.requests.last?.range == "bytes=\(have)-")
      #expect(!FileManager.default.fileExists(atPath: folder + "/a.gz.part"))
    }
  }

  @Test func `a server without ranges sends all of it again`() throws {
    let files = ["a.gz": Self.bytes]
    let server = try TestServer(files: files, manner: .withoutRanges)
    try withFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try Data([9, 9, 9]).write(to: URL(fileURLWithPath: folder + "/a.gz.part"))
      _ = try set(files).fetch(to: folder, mirror: server.address)
      #expect(try contents(folder + "/a.gz") == Self.bytes)
    }
  }

  @Test func `a range that wasn't asked for is refused`() throws {
    let files = ["a.gz": Self.bytes]
    let server = try TestServer(files: files, manner: .wrongRange)
    try withFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try Data(Self.bytes[..<10]).write(to: URL(fileURLWithPath: folder + "/a.gz.part"))
      let error = try #require(throws: FetchError.self) {
        _ = try set(files).fetch(to: folder, mirror: server.address)
      }
      #expect(error.description.contains("the server sends the range \"bytes 11-"))
    }
  }

  @Test(arguments: [[UInt8](repeating: 7, count: 100_000), [UInt8](repeating: 7, count: 100_001)])
  func `another file than the published one is deleted`(served: [UInt8]) throws {
    let server = try TestServer(files: ["a.gz": served])
    try withFolder { folder in
      let error = try #require(throws: FetchError.self) {
        _ = try set(["a.gz": Self.bytes]).fetch(to: folder, mirror: server.address)
      }
      #expect(error.description.contains("isn't the published file"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }
  }

  @Test func `a silent server is given up on`() throws {
    let files = ["a.gz": Self.bytes]
    let server = try TestServer(files: files, manner: .silent(after: 1_000))
    try withFolder { folder in
      let error = try #require(throws: FetchError.self) {
        _ = try set(files).fetch(to: folder, mirror: server.address, patience: 1)
      }
      guard case .interrupted(_, _, let received, 100_000) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(received <= 1_000)
    }
  }

  @Test func `a file that isn't there is told with its status`() throws {
    let server = try TestServer(files: [:])
    try withFolder { folder in
      let error = try #require(throws: FetchError.self) {
        _ = try set(["a.gz": [1]]).fetch(to: folder, mirror: server.address)
      }
      #expect(error == .refused(url: server.address + "a.gz", status: 404))
    }
  }

  @Test(arguments: ["", "ftp://127.0.0.1/", "not an address", "/a/folder"])
  func `an address must be one`(mirror: String) throws {
    let error = try #require(throws: FetchError.self) {
      _ = try set(["a.gz": [1]]).fetch(to: "unused", mirror: mirror)
    }
    #expect(error.description.hasSuffix("isn't an http or https address of a directory"))
    #expect(!FileManager.default.fileExists(atPath: "unused"))
  }

  @Test func `a server that nobody runs is told`() throws {
    try withFolder { folder in
      let error = try #require(throws: FetchError.self) {
        _ = try set(["a.gz": [1]]).fetch(to: folder, mirror: "http://127.0.0.1:1/")
      }
      #expect(error.description.hasPrefix("http://127.0.0.1:1/a.gz: "))
    }
  }

  @Test func `an archive is unpacked and its folder is what is used`() throws {
    let archive = TarMaker.gzipped([("batches/a.bin", Self.bytes), ("batches/b/c.bin", [5])])
    let files = ["x.tar.gz": archive]
    let server = try TestServer(files: files)
    try withFolder { folder in
      let result = try set(files, archiveDirectory: "batches").fetch(
        to: folder, mirror: server.address)
      #expect(result == folder + "/batches")
      #expect(try contents(result + "/a.bin") == Self.bytes)
      #expect(try contents(result + "/b/c.bin") == [5])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["batches"])
    }
  }

  @Test(arguments: ["batches/../../evil", "/etc/evil", "elsewhere/evil", "../evil"])
  func `an archive can't write outside its folder`(name: String) throws {
    let archive = TarMaker.gzipped([("batches/a.bin", [1]), (name, [2])])
    let files = ["x.tar.gz": archive]
    let server = try TestServer(files: files)
    try withFolder { folder in
      let error = try #require(throws: FetchError.self) {
        _ = try set(files, archiveDirectory: "batches").fetch(to: folder, mirror: server.address)
      }
      #expect(
        error.description.contains("its entry \"\(name)\" lies outside its directory batches"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["x.tar.gz"])
    }
  }

  @Test func `the published sums have the right form`() {
    #expect(PublishedDataset.all.map(\.name) == ["mnist", "fashion-mnist", "cifar10"])
    for file in PublishedDataset.all.flatMap(\.files) {
      #expect(file.sha256.count == 64 && file.sha256.allSatisfy(\.isHexDigit), "\(file.name)")
    }
  }
}
