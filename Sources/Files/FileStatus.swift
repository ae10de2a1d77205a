/// What a path leads to.
package enum FileKind: Sendable, Equatable {
  case regular, directory, fifo, socket, device
  /// A symbolic link, where links aren't followed or one leads nowhere.
  case link
}

extension FileKind: CustomStringConvertible {
  /// The kind in words, with an article.
  package var description: String {
    switch self {
    case .regular: "a regular file"
    case .directory: "a directory"
    case .fifo: "a FIFO"
    case .socket: "a socket"
    case .device: "a device"
    case .link: "a symbolic link"
    }
  }
}

/// What the system knows of a file.
package struct FileStatus: Sendable, Equatable {
  /// The file itself, whatever names it has.
  package struct Identity: Sendable, Hashable {
    let device: UInt64
    let inode: UInt64
  }

  /// What it is.
  package let kind: FileKind
  /// Its size in bytes.
  package let size: Int
  /// Whether a directory still holds it.
  package let isLinked: Bool
  /// Which file it is.
  package let identity: Identity
  /// When it was last written to, in seconds since 1970.
  package let modificationTime: Double

  /// The status of a stand-in for a regular file.
  package init(size: Int, isLinked: Bool) {
    (kind, self.size, self.isLinked, modificationTime) = (.regular, size, isLinked, 0)
    identity = Identity(device: 0, inode: 0)
  }

  /// The status of what is at a path; nil where nothing is, or nothing that may be seen.
  package init?(path: String, followsLinks: Bool = true) {
    guard let status = try? System.status(path, followsLinks: followsLinks) else { return nil }
    self = status
  }
}
