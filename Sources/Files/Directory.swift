/// Directories: listed, made, removed.
package enum Directory {
  /// A name in a directory.
  package struct Entry: Sendable, Equatable {
    /// The name.
    package let name: String
    /// What it leads to, links followed; a link that leads nowhere is one.
    package let kind: FileKind
    /// Whether it is a symbolic link.
    package let isLink: Bool
  }

  /// The names in a directory, without "." and "..", in the order of their bytes.
  package static func entries(of path: String) throws(FileError) -> [Entry] {
    do {
      return try System.names(path).map { name, kind in
        let full = Path.joined(path, name)
        let own = kind ?? FileStatus(path: full, followsLinks: false)?.kind ?? .regular
        let target = own == .link ? FileStatus(path: full)?.kind ?? .link : own
        return Entry(name: name, kind: target, isLink: own == .link)
      }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    } catch {
      throw FileError(path, .list, error)
    }
  }

  /// Makes a directory and those it lies in; one that exists already is no error.
  package static func make(_ path: String) throws(FileError) {
    do {
      try System.makeDirectory(path)
    } catch {
      if FileStatus(path: path)?.kind == .directory { return }
      let parent = Path.directory(of: path)
      guard error == .missing, parent != path, parent != "." else {
        throw FileError(path, .make, error)
      }
      try make(parent)
      // Another program may be faster.
      _ = try makeNew(path)
    }
  }

  /// Makes a directory in one that is there; false where something has the name already.
  package static func makeNew(_ path: String) throws(FileError) -> Bool {
    do {
      try System.makeDirectory(path)
      return true
    } catch {
      guard error == .exists else { throw FileError(path, .make, error) }
      return false
    }
  }

  /// Removes a file, a link, or a directory with all that is in it; what links lead to stays. Nothing at
  /// the path is no error.
  package static func removeAll(_ path: String) throws(FileError) {
    do {
      guard let status = FileStatus(path: path, followsLinks: false) else { return }
      guard status.kind == .directory else { return try System.removeFile(path) }
      for (name, _) in try System.names(path) { try removeAll(Path.joined(path, name)) }
      try System.removeDirectory(path)
    } catch let error as ErrorNumber {
      throw FileError(path, .remove, error)
    } catch let error as FileError {
      throw error
    } catch {}
  }

  /// Removes a file.
  package static func removeFile(_ path: String) throws(FileError) {
    do { try System.removeFile(path) } catch { throw FileError(path, .remove, error) }
  }

  /// Removes a directory if nothing is in it; returns whether it did.
  @discardableResult
  package static func removeIfEmpty(_ path: String) -> Bool {
    (try? System.removeDirectory(path)) != nil
  }

  /// Gives a file or a directory another name, in place of a file that has it.
  package static func rename(_ path: String, to other: String) throws(FileError) {
    do {
      try System.renameFile(path, to: other)
    } catch {
      throw FileError(other, .replace, error)
    }
  }

  /// Waits until the names in a directory are on the disk, where the file system can.
  package static func sync(_ path: String) {
    guard let descriptor = try? System.openFile(path, .reading) else { return }
    try? System.syncFile(descriptor)
    System.closeFile(descriptor)
  }
}
