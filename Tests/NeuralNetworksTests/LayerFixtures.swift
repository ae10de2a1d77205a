import Foundation
import TestFixtures
import Tensors
import Testing

/// The numbers that `Fixtures/make_fixtures.py` had PyTorch compute.
enum LayerFixtures {
  static let archive = Result {
    try FixtureArchive(
      path: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/layers.npz").path)
  }

  static func array(_ name: String) throws -> FixtureArray { try archive.get().array(name) }
  static func tensor(_ name: String) throws -> Tensor { try array(name).tensor }
  static func integers(_ name: String) throws -> [Int] { try array(name).integers }
}

/// Expects a tensor to equal a fixture within a share of the fixture's largest magnitude.
func expectClose(
  _ tensor: Tensor?, _ fixture: String, within tolerance: Double = 1e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let tensor = try #require(
    tensor, "nothing to compare with \(fixture)", sourceLocation: sourceLocation)
  let expected = try LayerFixtures.array(fixture)
  #expect(tensor.shape == expected.shape, "\(fixture)", sourceLocation: sourceLocation)
  let difference = relativeDifference(tensor.scalars, expected)
  #expect(
    difference < tolerance, "\(fixture) differs by \(difference) of its maximum",
    sourceLocation: sourceLocation)
}
