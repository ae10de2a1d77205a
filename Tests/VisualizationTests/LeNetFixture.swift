import Foundation
import ModelFiles
import NeuralNetworks
import Tensors
import TestFixtures

@testable import Visualization

/// A LeNet and what PyTorch computed of it in Float64: the small one that lies beside these tests,
/// and a full-size one of CIFAR-10 that may lie beside the package.
struct FixtureSet: Sendable, CustomStringConvertible {
  let description: String
  private let directory: String
  fileprivate let weights: String
  /// How many cases the archive `deconv` has.
  let projectionCount: Int

  static let small = FixtureSet(
    description: "small",
    directory: URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/lenet").path,
    weights: "weights.safetensors", projectionCount: 99)
  static let cifar10 = FixtureSet(
    description: "cifar10", directory: SharedFolder.path("fixtures/lenet"),
    weights: "lenet_cifar10.safetensors", projectionCount: 120)

  /// Both, where the large one is there.
  static let available = sharedIsThere ? [small, cifar10] : [small]

  /// The arrays of a subject, `deconv` say.
  func archive(_ name: String) throws -> FixtureArchive {
    try FixtureArchive(path: path("\(name).npz"))
  }

  fileprivate func path(_ name: String) -> String { "\(directory)/\(name)" }
}

/// The network of a set of fixtures and its ten images.
struct LeNetFixture {
  let model: Sequential
  let deconvnet: Deconvnet
  /// The true classes of the images.
  let labels: [Int]
  private let pixels: [Float]

  init(_ set: FixtureSet = .cifar10) throws {
    model = try Checkpoint(path: set.path(set.weights)).makeModel()
    deconvnet = Deconvnet(of: model)
    let images = try set.archive("images")
    labels = try images.array("label").integers
    pixels = try images.array("u8").floats.map { $0 / 255 }
  }

  /// One of the images, `[1, 28, 28, 1]`.
  func image(_ index: Int) -> Tensor {
    Tensor(shape: [1, 28, 28, 1], scalars: pixels[index * 784..<(index + 1) * 784])
  }

  /// All ten, `[10, 28, 28, 1]`.
  var images: Tensor { Tensor(shape: [10, 28, 28, 1], scalars: pixels) }

  /// Some of them, `[N, 28, 28, 1]`.
  func images(at indices: [Int]) -> Tensor { Tensor(joining: indices.map(image)) }
}

/// What the fixtures are to be matched within, as a share of an array's largest magnitude.
let fixtureTolerance = 1e-4
