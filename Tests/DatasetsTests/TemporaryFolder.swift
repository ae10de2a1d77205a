import Datasets
import Foundation
import Images
import Testing

/// A folder to write data sets in; it goes when this object does.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "datasets-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of an entry.
  func path(_ inside: String) -> String { "\(path)/\(inside)" }

  /// Writes a file and the folders that lead to it.
  func write(_ bytes: [UInt8], to inside: String) throws {
    let url = URL(filePath: path(inside))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// Makes an empty folder.
  func makeFolder(_ inside: String) throws {
    try FileManager.default.createDirectory(
      atPath: path(inside), withIntermediateDirectories: true)
  }

  /// Removes a file or a folder.
  func remove(_ inside: String) throws { try FileManager.default.removeItem(atPath: path(inside)) }

  /// Checks that loading fails with this sentence, in which `~` stands for the folder.
  func expectFailure(
    _ sentence: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ load: () throws -> Dataset
  ) {
    let error = #expect(throws: DatasetError.self, sourceLocation: sourceLocation) { try load() }
    let got = error.map { "\($0)" }?.replacing(path, with: "~")
    #expect(got == sentence, sourceLocation: sourceLocation)
  }
}
