import Datasets
import Foundation
import Images
import TestFixtures
import Testing

/// The trees of real images that may lie beside the package.
private let treesAreThere = FileManager.default.fileExists(
  atPath: SharedFolder.path("data/cifar10-gray28.tar.gz"))

@Suite(.enabled(if: treesAreThere, "needs ../shared/data")) struct SharedTreeTests {
  @Test(arguments: [("cifar10-gray28", "CIFAR10"), ("mnist-gray28", "MNIST")])
  func realTreesAreReadWhole(archive: String, name: String) throws {
    let folder = try TemporaryFolder()
    let tar = try Process.run(
      URL(filePath: "/bin/tar"),
      arguments: ["xzf", SharedFolder.path("data/\(archive).tar.gz"), "-C", folder.path])
    tar.waitUntilExit()
    try #require(tar.terminationStatus == 0)

    let data = try Dataset(path: folder.path)
    #expect(data.name == name)
    #expect(data.classNames == (0...9).map(String.init))
    #expect(data.training.count == 10_000 && data.test.count == 1_000)
    #expect(data.imageShape == [28, 28, 1])
    #expect(data.test.labels == (0..<1_000).map { $0 / 100 })
    if name == "CIFAR10", sharedIsThere { try compareWithFixture(data.test) }
  }

  /// The images that the fixtures' script read, at the positions it counted.
  private func compareWithFixture(_ test: LabeledImages) throws {
    let archive = try FixtureArchive(leNet: "images")
    let (indices, images) = (try archive.array("index"), try archive.array("u8"))
    let labels = try archive.array("label").integers
    for (row, index) in indices.integers.enumerated() {
      #expect(test.image(at: index).pixels.map(Int.init) == images[row].integers)
      #expect(test.labels[index] == labels[row])
    }
  }
}
