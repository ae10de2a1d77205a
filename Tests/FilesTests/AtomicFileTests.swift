import Files
import Foundation
import Testing

@Suite struct AtomicFileTests {
  @Test func theOldFileStaysUntilTheNewOneIsWhole() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    try AtomicFile.write([1], to: path)
    do {
      let file = try AtomicFile(path: path)
      try [2, 3].withUnsafeBytes { try file.write($0) }
      #expect(try OpenFile.contents(of: path) == [1])
      #expect(try folder.names.count == 2)
    }
    #expect(try folder.names == ["a"], "what wasn't committed is gone")
    try AtomicFile.write([2, 3], to: path)
    #expect(try OpenFile.contents(of: path) == [2, 3])
    #expect(try folder.names == ["a"])
  }

  @Test func aFailureLeavesNothingBehindAndNamesTheFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(throws: FileError.self) { try AtomicFile.write([1], to: path) }
    #expect(try folder.names == ["a"])
    let long = folder.path + "/" + String(repeating: "x", count: 256)
    #expect(throws: FileError(long, .write, .system(.nameTooLong))) {
      try AtomicFile.write([1], to: long)
    }
    #expect(try folder.names == ["a"])
    #expect(throws: FileError("/no/such/a", .write, .system(.missing))) {
      try AtomicFile.write([1], to: "/no/such/a")
    }
    let longest = folder.path + "/" + String(repeating: "x", count: 255)
    try AtomicFile.write([1], to: longest)
    #expect(try OpenFile.contents(of: longest) == [1])
  }

  /// A link of the file's own name is replaced, and what it leads to stays as it is.
  @Test func aPlantedLinkIsNotFollowed() throws {
    let folder = try TemporaryFolder()
    let (victim, path) = (folder.path + "/victim", folder.path + "/a")
    try AtomicFile.write([9], to: victim)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: victim)
    for guess in [".a.\(getpid()).temporary", "a.\(getpid()).tmp", "a.part-\(getpid())"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(guess)", withDestinationPath: victim)
    }
    try AtomicFile.write([1], to: path)
    #expect(try OpenFile.contents(of: victim) == [9])
    #expect(try OpenFile.contents(of: path) == [1])
    #expect(FileStatus(path: path, followsLinks: false)?.kind == .regular)
  }
}
