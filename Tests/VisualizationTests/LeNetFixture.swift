import ModelFiles
import NeuralNetworks
import Tensors
import TestFixtures

@testable import Visualization

/// The network of the shared fixtures and its ten images.
struct LeNetFixture {
  let model: Sequential
  let deconvnet: Deconvnet
  private let pixels: [Float]

  init() throws {
    model = try Checkpoint(
      path: SharedFolder.path("fixtures/lenet/lenet_cifar10.safetensors")
    ).makeModel()
    deconvnet = Deconvnet(of: model)
    pixels = try FixtureArchive(leNet: "images").array("u8").floats.map { $0 / 255 }
  }

  /// One of the images, `[1, 28, 28, 1]`.
  func image(_ index: Int) -> Tensor {
    Tensor(shape: [1, 28, 28, 1], scalars: pixels[index * 784..<(index + 1) * 784])
  }

  /// All ten, `[10, 28, 28, 1]`.
  var images: Tensor { Tensor(shape: [10, 28, 28, 1], scalars: pixels) }
}

/// What the fixtures are to be matched within, as a share of an array's largest magnitude.
let fixtureTolerance = 1e-4
