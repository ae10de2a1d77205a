public import Foundation

/// A file that a command writes: never over another without `--force`, never half.
public struct OutputFile: Sendable, Equatable {
  /// Where it will be.
  public let path: String

  /// Takes a path for output, and makes the folders above it.
  ///
  /// Ask before the work begins: an hour of computing shouldn't end in "exists already".
  /// - Throws: `CommandFailure` when something is there already and `force` isn't set, or when the
  ///   folder can't be made.
  public init(path: String, force: Bool) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
      if isFolder.boolValue {
        throw CommandFailure("\(path): is a folder; give the name of a file")
      }
      // A device would be replaced by the renamed file.
      let type =
        try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      guard type == .typeRegular || type == .typeSymbolicLink else {
        throw CommandFailure("\(path): isn't an ordinary file, so it can't be replaced")
      }
      guard force else {
        throw CommandFailure("\(path): exists already; --force replaces it")
      }
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure("\(path): its folder can't be made: \(error.localizedDescription)")
    }
    self.path = path
  }

  /// Writes the whole file under a temporary name and renames it.
  public func write(_ contents: Data) throws {
    do {
      try contents.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CommandFailure("\(path): can't be written: \(error.localizedDescription)")
    }
  }
}
