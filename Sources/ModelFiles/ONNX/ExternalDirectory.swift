import Files

/// The directory of a model, as the place of files that hold its weights.
///
/// A model says where its weights lie, and isn't believed: a path that is absolute, that climbs with
/// `..`, or that leads through a symbolic link is refused.
/// - Source: https://github.com/onnx/onnx, `docs/ExternalData.md`.
struct ExternalDirectory: Sendable {
  private let path: String

  /// The directory that a model's file lies in.
  init(ofModelAt path: String) {
    self.path = Path.directory(of: path)
  }

  /// Opens a file of weights.
  ///
  /// - Throws: `ONNXProblem.strayWeights`, `.missingWeights` or `.system`.
  func open(_ location: String, for tensor: String) throws(ONNXProblem) -> OpenFile {
    func stray(_ what: String) -> ONNXProblem {
      .strayWeights(file: location, tensor: tensor, what)
    }
    guard !location.isEmpty, !location.utf8.contains(0) else { throw stray("is no file's name") }
    guard location.utf8.first != UInt8(ascii: "/") else { throw stray("is an absolute path") }
    let parts = Path.components(of: location)
    guard !parts.contains("..") else { throw stray("leads out of the directory") }
    var place = path
    for (index, part) in parts.enumerated() where part != "." {
      let isLast = index == parts.count - 1
      place = Path.joined(place, part)
      switch FileStatus(path: place, followsLinks: false)?.kind {
      case nil: throw .missingWeights(file: location, tensor: tensor)
      case .link: throw stray("is, or lies behind, a symbolic link")
      case .directory where !isLast: continue
      case .regular where isLast:
        do throws(FileError) {
          return try OpenFile(reading: place, followsLinks: false)
        } catch {
          throw .system("\(location) can't be read: \(error.reason)")
        }
      default: throw stray("isn't a file")
      }
    }
    throw stray("isn't a file")
  }
}
