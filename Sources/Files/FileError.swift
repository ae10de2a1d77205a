/// Why a file or a directory can't be used.
package struct FileError: Error, Sendable, Equatable {
  /// What was tried, as it stands behind "can't".
  package enum Action: String, Sendable {
    case open = "open it"
    case read = "read it"
    case write = "write it"
    case create = "create it"
    case replace = "replace it"
    case remove = "remove it"
    case lock = "lock it"
    case list = "list the directory"
    case make = "make the directory"
  }

  /// What went wrong.
  package enum Cause: Sendable, Equatable {
    /// A call of the system failed.
    case system(ErrorNumber)
    /// It is something else than a regular file.
    case notRegular(FileKind)
    /// It has fewer bytes than it had, or should have.
    case shortened
    /// It has more bytes than the caller takes.
    case tooLarge(size: Int, limit: Int)
  }

  /// The file or directory.
  package let path: String
  /// What was tried.
  package let action: Action
  /// What went wrong.
  package let cause: Cause

  /// Says that something failed.
  package init(_ path: String, _ action: Action, _ cause: Cause) {
    (self.path, self.action, self.cause) = (path, action, cause)
  }

  init(_ path: String, _ action: Action, _ number: ErrorNumber) {
    self.init(path, action, .system(number))
  }

  /// The end of the sentence: the system's words, or ours.
  package var reason: String {
    switch cause {
    case .system(let number): number.message
    case .notRegular(let kind): "it is \(kind), not a regular file"
    case .shortened: "it became shorter while it was read"
    case .tooLarge(let size, let limit): "it has \(size) bytes, more than the limit of \(limit)"
    }
  }
}

extension FileError: CustomStringConvertible {
  /// The sentence: "runs/a: can't open it: Permission denied".
  package var description: String { "\(path): can't \(action.rawValue): \(reason)" }
}
