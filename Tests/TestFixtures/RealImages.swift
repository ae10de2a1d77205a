import Datasets
import Foundation
public import Tensors
public import Testing

/// The test images of CIFAR-10, 28×28 gray, of the archive that may lie beside the package: 100 of
/// each class, class by class, as the fixtures count them.
public struct RealImages: Sendable {
  /// All images as scalars from 0 to 1, `[1000, 28, 28, 1]`.
  public let images: Tensor
  /// The class of each.
  public let labels: [Int]

  private static let archive = SharedFolder.path("data/cifar10-gray28.tar.gz")

  /// Whether the archive is there.
  public static let areThere = FileManager.default.fileExists(atPath: archive)

  /// The images, read when they are asked for first.
  public static let shared = Result { try RealImages() }

  /// Unpacks the archive into a folder that is gone afterwards.
  private init() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let tar = try Process.run(
      URL(filePath: "/bin/tar"), arguments: ["xzf", Self.archive, "-C", folder.path])
    tar.waitUntilExit()
    let test = try Dataset(path: folder.path, trainingPerClass: 1).test
    images = test.tensor(at: 0..<test.count)
    labels = test.labels
  }

  /// Some of the images, `[N, 28, 28, 1]`.
  public func images(at indices: [Int]) -> Tensor {
    images.withUnsafeBufferPointer { scalars in
      Tensor(
        shape: [indices.count, 28, 28, 1],
        scalars: indices.flatMap { scalars[$0 * 784..<($0 + 1) * 784] })
    }
  }
}

/// The sentence for tests that are skipped without the images.
public let needsImages: Comment = "needs ../shared/data"
