import Foundation

/// What is at a path.
enum FileKind {
  /// Whether a directory is there.
  static func isDirectory(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// Whether anything is there.
  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
