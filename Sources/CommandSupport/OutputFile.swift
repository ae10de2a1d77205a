private import Files

/// A file that a command writes: never over another without `--force`, never half.
package struct OutputFile: Sendable, Equatable {
  /// Where it will be.
  package let path: String

  /// Takes a path for output.
  ///
  /// Ask before the work begins: an hour of computing shouldn't end in "exists already".
  /// - Parameter makesDirectories: Whether the directories above it are made where they aren't there.
  /// - Throws: `CommandFailure` when something is there already and `force` isn't set, or when there is no
  ///   directory for it.
  package init(path: String, force: Bool, makesDirectories: Bool = true) throws {
    switch FileStatus(path: path)?.kind ?? FileStatus(path: path, followsLinks: false)?.kind {
    case nil: break
    case .directory: throw CommandFailure("\(path): is a directory; give the name of a file")
    case .regular, .link:
      guard force else {
        throw CommandFailure("\(path): exists already; --force replaces it")
      }
    // A device would be replaced by the renamed file.
    default: throw CommandFailure("\(path): isn't an ordinary file, so it can't be replaced")
    }
    let directory = Path.directory(of: path)
    if makesDirectories {
      do { try Directory.make(directory) } catch {
        throw CommandFailure("\(path): its directory can't be made: \(error.reason)")
      }
    } else if FileStatus(path: directory)?.kind != .directory {
      throw CommandFailure("\(path): its directory isn't there")
    }
    self.path = path
  }

  /// Writes the whole file under a temporary name and renames it.
  package func write(_ contents: some Sequence<UInt8>) throws {
    do { try AtomicFile.write(Array(contents), to: path) } catch {
      throw CommandFailure("\(path): can't be written: \(error.reason)")
    }
  }
}
