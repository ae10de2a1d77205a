import Files
import Foundation
import Testing

@Suite struct DirectoryTests {
  @Test func directoriesAreMadeWithThoseAbove() throws {
    let folder = try TemporaryFolder()
    try Directory.make(folder.path + "/a/b/c")
    try Directory.make(folder.path + "/a/b/c")
    try Directory.make(folder.path + "//d///e/")
    #expect(FileStatus(path: folder.path + "/a/b/c")?.kind == .directory)
    #expect(FileStatus(path: folder.path + "/d/e")?.kind == .directory)
    try AtomicFile.write([], to: folder.path + "/file")
    #expect(throws: FileError.self) { try Directory.make(folder.path + "/file") }
    #expect(throws: FileError.self) { try Directory.make(folder.path + "/file/x") }
    #expect(try !Directory.makeNew(folder.path + "/a"))
    #expect(try Directory.makeNew(folder.path + "/new"))
    #expect(throws: FileError.self) { try Directory.makeNew(folder.path + "/no/such") }
  }

  @Test func entriesTellWhatLinksLeadTo() throws {
    let folder = try TemporaryFolder()
    try Directory.make(folder.path + "/dir")
    try AtomicFile.write([], to: folder.path + "/file")
    #expect(mkfifo(folder.path + "/fifo", 0o600) == 0)
    for (link, target) in [("to-dir", "dir"), ("to-file", "file"), ("to-nothing", "nothing")] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(link)", withDestinationPath: target)
    }
    let entries = try Directory.entries(of: folder.path)
    #expect(
      entries.map(\.name) == ["dir", "fifo", "file", "to-dir", "to-file", "to-nothing"])
    #expect(
      entries.map(\.kind) == [.directory, .fifo, .regular, .directory, .regular, .link])
    #expect(entries.map(\.isLink) == [false, false, false, true, true, true])
    #expect(throws: FileError("/no/such", .list, .system(.missing))) {
      try Directory.entries(of: "/no/such")
    }
  }

  @Test func removingFollowsNoLink() throws {
    let folder = try TemporaryFolder()
    try Directory.make(folder.path + "/kept")
    try AtomicFile.write([1], to: folder.path + "/kept/file")
    try Directory.make(folder.path + "/gone/deep")
    try AtomicFile.write([1], to: folder.path + "/gone/deep/file")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/gone/link", withDestinationPath: folder.path + "/kept")
    try Directory.removeAll(folder.path + "/gone")
    try Directory.removeAll(folder.path + "/gone")
    #expect(try folder.names == ["kept"])
    #expect(try OpenFile.contents(of: folder.path + "/kept/file") == [1])
  }

  @Test func eachDirectoryIsWalkedOnce() throws {
    let folder = try TemporaryFolder()
    for name in ["b/c", "a"] { try Directory.make("\(folder.path)/\(name)") }
    // Two circles, which without a memory make 2^depth paths; a link to a directory of the tree, and one
    // to a directory beside it.
    let outside = try TemporaryFolder()
    try Directory.make(outside.path + "/x")
    for (link, target) in [
      ("1", "."), ("2", "."), ("b/c/up", "../.."), ("0", "b"), ("out", outside.path),
      ("nowhere", "/no/such"),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(link)", withDestinationPath: target)
    }
    let tree = try DirectoryTree(folder.path)
    #expect(tree.nodes.map(\.name) == [".", "a", "b", "b/c", "out", "out/x"])
    #expect(tree.nodes.last?.path == folder.path + "/out/x")
    #expect(tree.failures.isEmpty)
    #expect(throws: FileError("/no/such", .list, .system(.missing))) {
      try DirectoryTree("/no/such")
    }
  }

  @Test(.enabled(if: getuid() != 0, "root may list every directory"))
  func whatCannotBeListedIsNamed() throws {
    let folder = try TemporaryFolder()
    try Directory.make(folder.path + "/closed")
    try Directory.make(folder.path + "/open")
    chmod(folder.path + "/closed", 0)
    defer { chmod(folder.path + "/closed", 0o700) }
    let tree = try DirectoryTree(folder.path)
    #expect(tree.nodes.map(\.name) == [".", "open"])
    #expect(tree.failures.map(\.path) == [folder.path + "/closed"])
  }
}
