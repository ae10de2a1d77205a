import Datasets
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
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .file(path: folder, reason: "can't be made: \(error.localizedDescription)")
    }
    let result = archiveFolder.map { Self.joined(folder, $0) } ?? folder
    if archiveFolder != nil, FileManager.default.fileExists(atPath: result) { return result }
    var done = 0
    for file in files {
      let before = done
      let download = Download(
        file: file, url: root.appending(path: file.name), path: Self.joined(folder, file.name),
        patience: patience)
      try download.run { progress(file.name, before + $0) }
      done += file.byteCount
    }
    if let archiveFolder, let archive = files.first {
      let path = Self.joined(folder, archive.name)
      try Self.unpack(path, folder: archiveFolder, to: result)
      // What was unpacked is what is needed.
      try? FileManager.default.removeItem(atPath: path)
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
      let packed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      bytes = try Inflate.decode(packed, format: .gzip, maximumByteCount: largestArchive)
      entries = try TarArchive.entries(of: bytes, below: folder)
    } catch let error as InflateError {
      throw .badArchive(path: path, reason: error.description)
    } catch let problem as TarArchive.Problem {
      throw .badArchive(path: path, reason: problem.sentence)
    } catch {
      throw .file(path: path, reason: "can't be read: \(error.localizedDescription)")
    }
    let manager = FileManager.default
    let partial = result + ".part"
    do {
      if manager.fileExists(atPath: partial) { try manager.removeItem(atPath: partial) }
      try manager.createDirectory(atPath: partial, withIntermediateDirectories: true)
      for entry in entries {
        let url = URL(fileURLWithPath: joined(partial, entry.path))
        try manager.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes[entry.range]).write(to: url)
      }
      try manager.moveItem(atPath: partial, toPath: result)
    } catch {
      try? manager.removeItem(atPath: partial)
      throw .file(path: result, reason: "can't be unpacked: \(error.localizedDescription)")
    }
  }

  private static func joined(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}
