import Foundation
import Testing

@testable import CommandSupport

@Suite struct OutputFileTests {
  /// A folder that is gone after the test.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "output-file-\(UUID().uuidString)"
    ).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func nothingIsReplacedWithoutForce() throws {
    try withFolder { folder in
      let path = folder + "/image.png"
      try OutputFile(path: path, force: false).write(Data([1]))
      #expect(throws: CommandFailure("\(path): exists already; --force replaces it")) {
        try OutputFile(path: path, force: false)
      }
      try OutputFile(path: path, force: true).write(Data([2]))
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([2]))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["image.png"])
    }
  }

  @Test func devicesAreNotReplaced() {
    #expect(
      throws: CommandFailure("/dev/null: isn't an ordinary file, so it can't be replaced")
    ) { try OutputFile(path: "/dev/null", force: true) }
  }

  @Test func foldersAboveAreMade() throws {
    try withFolder { folder in
      let path = folder + "/a/b/image.png"
      try OutputFile(path: path, force: false).write(Data([1]))
      #expect(FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func aFolderIsNotAFile() throws {
    try withFolder { folder in
      #expect(throws: CommandFailure("\(folder): is a directory; give the name of a file")) {
        try OutputFile(path: folder, force: true)
      }
    }
  }

  @Test func aFolderThatCantBeMadeIsTold() throws {
    try withFolder { folder in
      try Data([1]).write(to: URL(fileURLWithPath: folder + "/file"))
      let path = folder + "/file/below.png"
      let failure = #expect(throws: CommandFailure.self) {
        try OutputFile(path: path, force: false)
      }
      #expect(failure?.description.hasPrefix("\(path): its directory can't be made: ") == true)
    }
  }
}
