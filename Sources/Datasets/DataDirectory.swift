import Files

/// A directory of the file system, listed once.
struct DataDirectory {
  let path: String
  /// The names of its directories, sorted, without hidden ones.
  let directories: [String]
  /// The names of its other entries, sorted, without hidden ones.
  let files: [String]

  /// Lists a directory.
  init(_ path: String) throws(DatasetError) {
    switch FileStatus(path: path)?.kind {
    case nil: throw .missing(path: path, expected: "a directory")
    case .directory: break
    default:
      throw .malformed(
        path: path, found: "is a file",
        expected: "a directory (an archive has to be unpacked first)")
    }
    do {
      let entries = try Directory.entries(of: path).filter { !$0.name.hasPrefix(".") }
      directories = entries.filter { $0.kind == .directory }.map(\.name)
      files = entries.filter { $0.kind != .directory }.map(\.name)
    } catch {
      throw DatasetError(error)
    }
    self.path = path.utf8.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// The directory's own name.
  var name: String { Path.ownName(of: path) }

  /// The path of an entry.
  func path(of name: String) -> String { Path.joined(path, name) }

  /// The bytes of a file.
  func contents(of name: String) throws(DatasetError) -> [UInt8] {
    do { return try OpenFile.contents(of: path(of: name)) } catch { throw DatasetError(error) }
  }
}
