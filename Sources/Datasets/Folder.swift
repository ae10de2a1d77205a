import Foundation
import Images

/// A folder of the file system, listed once.
struct Folder {
  let path: String
  /// The names of its folders, sorted, without hidden ones.
  let folders: [String]
  /// The names of its other entries, sorted, without hidden ones.
  let files: [String]

  /// Lists a folder.
  init(_ path: String) throws(DatasetError) {
    var isFolder: ObjCBool = false
    let manager = FileManager.default
    guard manager.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .missing(path: path, expected: "a folder")
    }
    guard isFolder.boolValue else {
      throw .malformed(
        path: path, found: "is a file", expected: "a folder (an archive has to be unpacked first)")
    }
    let names: [String]
    do {
      names = try manager.contentsOfDirectory(atPath: path)
    } catch {
      throw .unreadable(path: path, reason: "the folder can't be listed")
    }
    var (folders, files): ([String], [String]) = ([], [])
    for name in names.sorted() where !name.hasPrefix(".") {
      // An image's name tells that it is a file: thousands of them need no question each.
      let isImage = name.hasSuffix(".png")
      if !isImage, manager.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder),
        isFolder.boolValue
      {
        folders.append(name)
      } else {
        files.append(name)
      }
    }
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.folders = folders
    self.files = files
  }

  /// The folder's own name.
  var name: String { URL(filePath: path).standardizedFileURL.lastPathComponent }

  /// The path of an entry.
  func path(of name: String) -> String { "\(path)/\(name)" }

  /// The bytes of a file.
  func contents(of name: String) throws(DatasetError) -> [UInt8] {
    do {
      return try FileBytes.contents(of: path(of: name))
    } catch {
      throw DatasetError(error)
    }
  }
}
