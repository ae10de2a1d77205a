import Datasets
import Foundation
import TestFixtures

/// The real images that the fixtures are about, unpacked once for all tests.
enum LeNetTestImages {
  private static let archive = SharedFolder.path("data/cifar10-gray28.tar.gz")

  /// Whether they lie beside the package.
  static let areThere = sharedIsThere && FileManager.default.fileExists(atPath: archive)

  /// The first images of each class of the training half, and the whole test half.
  static func load(trainingPerClass: Int = 1) throws -> Dataset {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "lenet-images-\(UUID().uuidString)"
    ).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let tar = try Process.run(
      URL(filePath: "/bin/tar"), arguments: ["xzf", archive, "-C", folder])
    tar.waitUntilExit()
    guard tar.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
    return try Dataset(path: folder, trainingPerClass: trainingPerClass)
  }
}
