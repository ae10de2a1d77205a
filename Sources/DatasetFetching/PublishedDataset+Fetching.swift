import Datasets
import Files
import Foundation

extension PublishedDataset {
  /// Downloads the files to a directory, checks them, and unpacks an archive.
  ///
  /// Files that are there already are kept; a transfer that broke off goes on. Nothing has its final
  /// name before it is whole.
  ///
  /// - Parameters:
  ///   - directory: Where the files go; made if need be.
  ///   - mirror: The address of another directory that serves the same files; nil for the publisher's.
  ///   - patience: How long the server may say nothing, in seconds.
  ///   - progress: Called with the file that is on its way, and the bytes of all files that are here.
  /// - Returns: The directory that `Dataset(path:)` reads.
  /// - Throws: `FetchError`.
  package func fetch(
    to directory: String, mirror: String? = nil, patience: Double = 30,
    progress: @escaping @Sendable (_ file: String, _ bytes: Int) -> Void = { _, _ in }
  ) throws(FetchError) -> String {
    let base = mirror ?? address
    guard let root = URL(string: base.hasSuffix("/") ? base : base + "/"),
      ["http", "https"].contains(root.scheme), root.host != nil
    else { throw .badAddress(base) }
    do { try Directory.make(directory) } catch {
      throw .file(path: directory, reason: "can't be made: \(error.reason)")
    }
    let result = archiveDirectory.map { Path.joined(directory, $0) } ?? directory
    if archiveDirectory != nil, FileStatus(path: result) != nil { return result }
    var done = 0
    for file in files {
      let before = done
      let download = Download(
        file: file, url: root.appending(path: file.name), path: Path.joined(directory, file.name),
        patience: patience)
      try download.run { progress(file.name, before + $0) }
      done += file.byteCount
    }
    if let archiveDirectory, let archive = files.first {
      let path = Path.joined(directory, archive.name)
      try Self.unpack(path, directory: archiveDirectory, to: result)
      // What was unpacked is what is needed.
      try? Directory.removeAll(path)
    }
    return result
  }

  /// The most that an archive may unpack to.
  private static let largestArchive = 1 << 30

  /// Unpacks a `.tar.gz` beside its final place, then renames.
  static func unpack(
    _ path: String, directory: String, to result: String
  ) throws(FetchError) {
    let bytes: [UInt8]
    let entries: [TarArchive.Entry]
    do {
      let packed = try OpenFile.contents(of: path, limit: largestArchive)
      bytes = try Inflate.decode(packed, format: .gzip, maximumByteCount: largestArchive)
      entries = try TarArchive.entries(of: bytes, below: directory)
    } catch let error as InflateError {
      throw .badArchive(path: path, reason: error.description)
    } catch let problem as TarArchive.Problem {
      throw .badArchive(path: path, reason: problem.sentence)
    } catch let error as FileError {
      throw .file(path: path, reason: "can't be read: \(error.reason)")
    } catch {
      throw .file(path: path, reason: "can't be read: \(error)")
    }
    let partial = result + ".part"
    do {
      try Directory.removeAll(partial)
      for entry in entries {
        let target = Path.joined(partial, entry.path)
        try Directory.make(Path.directory(of: target))
        let file = try OpenFile(creating: target)
        try bytes[entry.range].withUnsafeBytes { try file.writeAll($0) }
        try file.sync()
      }
      try Directory.rename(partial, to: result)
    } catch {
      try? Directory.removeAll(partial)
      throw .file(
        path: result, reason: "can't be unpacked: \((error as? FileError)?.reason ?? "\(error)")")
    }
  }
}
