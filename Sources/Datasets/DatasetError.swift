internal import Files
public import Images

/// Why a data set can't be loaded.
public enum DatasetError: Error, Sendable, Equatable {
  /// A file or a directory isn't there.
  case missing(path: String, expected: String)
  /// The system can't read it.
  case unreadable(path: String, reason: String)
  /// No kind of data set is in this directory.
  case unrecognized(path: String, hint: String)
  /// What is there isn't what was expected.
  case malformed(path: String, found: String, expected: String)
  /// An image can't be read.
  case image(ImageError)

  /// What the system said of a file or a directory.
  init(_ error: FileError) { self = .unreadable(path: error.path, reason: error.reason) }

  /// What the system or the decoder said of a file, as an error of the data set.
  init(_ error: ImageError) {
    if case .unreadable(let path, let reason) = error {
      self = .unreadable(path: path, reason: reason)
    } else {
      self = .image(error)
    }
  }
}

extension DatasetError: CustomStringConvertible {
  /// The sentence for people.
  public var description: String {
    switch self {
    case .missing(let path, let expected): "\(path): not found, expected \(expected)"
    case .unreadable(let path, let reason): "\(path): can't be read: \(reason)"
    case .unrecognized(let path, let hint): "\(path): is no data set: \(hint)"
    case .malformed(let path, let found, let expected): "\(path): \(found), expected \(expected)"
    case .image(let error): error.description
    }
  }
}
