/// Why a data set can't be fetched.
package enum FetchError: Error, Sendable, Equatable {
  /// An address isn't one.
  case badAddress(String)
  /// The server can't be reached or stopped sending; what came is kept.
  case interrupted(url: String, reason: String, received: Int, expected: Int)
  /// The server has something else to say than the file.
  case refused(url: String, status: Int)
  /// The file isn't the published one; it was deleted.
  case wrongFile(url: String, found: String, expected: String)
  /// The archive holds what it shouldn't.
  case badArchive(path: String, reason: String)
  /// The system can't read or write a file.
  case file(path: String, reason: String)
}

extension FetchError: CustomStringConvertible {
  /// The sentence for people.
  package var description: String {
    switch self {
    case .badAddress(let text):
      "\(text): isn't an http or https address of a directory"
    case .interrupted(let url, let reason, let received, let expected):
      """
      \(url): \(reason) after \(received) of \(expected) bytes; fetching it again goes on from there
      """
    case .refused(let url, let status):
      "\(url): the server answered \(status)"
    case .wrongFile(let url, let found, let expected):
      """
      \(url): isn't the published file: \(found), expected \(expected); it was deleted
      """
    case .badArchive(let path, let reason): "\(path): \(reason); nothing was unpacked"
    case .file(let path, let reason): "\(path): \(reason)"
    }
  }
}
