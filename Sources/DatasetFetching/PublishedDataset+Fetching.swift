import Datasets
import Files
import Foundation

extension PublishedDataset {
  /// Downloads the files to a folder, checks them, and unpacks an archive.
  ///
  /// Files that are there already are kept; a transfer that broke off goes on. Nothing has its final
  /// name before it is whole.
  ///
  /// - Parameters:
  ///   - folder: Where the files go; made if need be.
  ///   - mirror: The address of another folder that serves the same files; nil for the publisher's.
  ///   - patience: How long the server may say nothing, in seconds.
  ///   - progress: Called with the file that is on its way, and the bytes of all files that are here.
  /// - Returns: The folder that `Dataset(path:)` reads.
  /// - Throws: `FetchError`.
  public func fetch(
    to folder: String, mirror: String? = nil, patience: Double = 30,
    progress: @escaping @Sendable (_ file: String, _ bytes: Int) -> Void = { _, _ in }
  ) throws(FetchError) -> String {
    let base = mirror ?? address
    guard let root = URL(string: base.hasSuffix("/") ? base : base + "/"),
      ["http", "https"].contains(root.scheme), root.host != nil
    else { throw .badAddress(base) }
    do { try Directory.make(folder) } catch {
      throw .file(path: folder, reason: "can't be made: \(error.reason)")
    }
    let result = archiveFolder.map { Path.joined(folder, $0) } ?? folder
    if archiveFolder != nil, FileStatus(path: result) != nil { return result }
    var done = 0
    for file in files {
      let before = done
      let download = Download(
        file: file, url: root.appending(path: file.name), path: Path.joined(folder, file.name),
        patience: patience)
      try download.run { progress(file.name, before + $0) }
      done += file.byteCount
    }
    if let archiveFolder, let archive = files.first {
      let path = Path.joined(folder, archive.name)
      try Self.unpack(path, folder: archiveFolder, to: result)
      // What was unpacked is what is needed.
      try? Directory.removeAll(path)
    }
    return result
  }

  /// The most that an archive may unpack to.
  private static let largestArchive = 1 << 30

  /// Unpacks a `.tar.gz` beside its final place, then renames.
  static func unpack(
    _ path: String, folder: String, to result: String
  ) throws(FetchError) {
    let bytes: [UInt8]
    let entries: [TarArchive.Entry]
    do {
      let packed = try OpenFile.contents(of: path, limit: largestArchive)
      bytes = try Inflate.decode(packed, format: .gzip, maximumByteCount: largestArchive)
      entries = try TarArchive.entries(of: bytes, below: folder)
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
