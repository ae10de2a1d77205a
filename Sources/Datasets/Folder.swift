import Files

/// A folder of the file system, listed once.
struct Folder {
  let path: String
  /// The names of its folders, sorted, without hidden ones.
  let folders: [String]
  /// The names of its other entries, sorted, without hidden ones.
  let files: [String]

  /// Lists a folder.
  init(_ path: String) throws(DatasetError) {
    switch FileStatus(path: path)?.kind {
    case nil: throw .missing(path: path, expected: "a folder")
    case .directory: break
    default:
      throw .malformed(
        path: path, found: "is a file", expected: "a folder (an archive has to be unpacked first)")
    }
    do {
      let entries = try Directory.entries(of: path).filter { !$0.name.hasPrefix(".") }
      folders = entries.filter { $0.kind == .directory }.map(\.name)
      files = entries.filter { $0.kind != .directory }.map(\.name)
    } catch {
      throw DatasetError(error)
    }
    self.path = path.utf8.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// The folder's own name.
  var name: String { Path.ownName(of: path) }

  /// The path of an entry.
  func path(of name: String) -> String { Path.joined(path, name) }

  /// The bytes of a file.
  func contents(of name: String) throws(DatasetError) -> [UInt8] {
    do { return try OpenFile.contents(of: path(of: name)) } catch { throw DatasetError(error) }
  }
}
