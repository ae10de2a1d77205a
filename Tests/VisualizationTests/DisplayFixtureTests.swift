import Images
import NeuralNetworks
import Tensors
import TestFixtures
import Testing
import VisualizationSheets

@testable import Visualization

/// Equality with the images that the fixtures' script made, byte for byte.
@Suite(.enabled(if: sharedIsThere, needsShared)) struct DisplayFixtureTests {
  @Test(arguments: [(ContrastRule.minMax, "minmax"), (.symmetric, "symmetric")])
  func projectionsHaveTheBytesOfTheFixture(rule: ContrastRule, array: String) throws {
    let pixels = try FixtureArchive(leNet: "deconv").array("pixels")
    let expected = try FixtureArchive(leNet: "display").array(array)
    for index in 0..<4 {
      let image = Image(
        contrastStretching: pixels[index].floats, width: 28, height: 28, rule: rule)
      #expect(image.pixels.map(Int.init) == expected[index].integers)
    }
  }

  @Test func ourProjectionsHaveTheBytesOfTheFixture() throws {
    let lenet = try LeNetFixture()
    let cases = try FixtureArchive(leNet: "deconv").array("case")
    let expected = try FixtureArchive(leNet: "display").array("symmetric")
    for index in 0..<4 {
      let row = cases[index].integers
      let selection: FeatureSelection =
        [.strongest(filter: row[2]), .map(filter: row[2]), .pooledMap(filter: row[2])][row[3]]
      let image = try lenet.deconvnet.project(
        selection, layer: row[1], from: lenet.model.forward(lenet.image(row[0])).trace
      ).image().image
      // Our Float32 may fall on the other side of a half.
      for (got, want) in zip(image.pixels, expected[index].integers) {
        #expect(abs(Int(got) - want) <= 1)
      }
    }
  }

  @Test func theGridOfFirstFiltersIsTheFixtures() throws {
    let lenet = try LeNetFixture()
    let display = try FixtureArchive(leNet: "display")
    let convolution = try #require(lenet.model["conv1"] as? Conv2D)
    let grid = try #require(FilterGrid(of: convolution)).image()
    #expect([grid.height, grid.width] == [25, 49])
    #expect(grid.pixels.map(Int.init) == (try display.array("conv1_grid").integers))
    let shared = try #require(FilterGrid(of: convolution, sharingScale: true))
    #expect(
      shared.filters.flatMap(\.pixels).map(Int.init)
        == (try display.array("conv1_grid_shared").integers))
  }
}
