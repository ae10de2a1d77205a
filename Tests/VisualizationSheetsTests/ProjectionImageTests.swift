import Images
import NeuralNetworks
import Tensors
import Testing
import Visualization

@testable import VisualizationSheets

@Suite struct ProjectionImageTests {
  private func projection(
    _ selection: FeatureSelection, layer: Int, channels: Int = 1
  ) throws -> Projection {
    var generator = SeededGenerator(seed: 5)
    let model = Sequential.leNet5(input: [28, 28, channels], seed: 1)
    let pixels = (0..<2 * 784 * channels).map { _ in generator.nextUniform() }
    return try Deconvnet(of: model).project(
      selection, layer: layer,
      from: model.forward(Tensor(shape: [2, 28, 28, channels], scalars: pixels)).trace)
  }

  @Test(arguments: [1, 3]) func aImageOfTheSecondInTheBatchIsTheSeconds(channels: Int) throws {
    let projection = try projection(.strongest(filter: 7), layer: 2, channels: channels)
    let second = projection.pixels.scalars.suffix(784 * channels)
    let image = Image(
      contrastStretching: Array(second), width: 28, height: 28, channels: channels,
      rule: .symmetric)
    #expect(projection.image(ofImage: 1).image == image)
  }

  @Test func zeroIsTheMiddleGray() throws {
    let projection = try projection(.strongest(filter: 7), layer: 2)
    let (image, scale) = projection.image()
    let scalars = projection.pixels.scalars
    #expect(scale.farthest == scalars.prefix(784).map(abs).max())
    for (byte, scalar) in zip(image.pixels, scalars) where scalar == 0 { #expect(byte == 128) }
  }

  @Test func sheetsHaveFourPanelsForAUnitAndTwoForAWholeMap() throws {
    let source = Image(width: 28, height: 28, channels: 1, filledWith: .black)
    let unit = try projection(.strongest(filter: 7), layer: 2)
      .sheet(source: source, title: "title", caption: "cat")
    let map = try projection(.map(filter: 7), layer: 2)
      .sheet(source: source, title: "title", caption: "cat")
    #expect(unit.width == 4 * 254 + 3 * 12 + 2 * 12)
    #expect(unit.channels == 3)
    #expect(map.width < unit.width)
    #expect(map.height == unit.height)
  }

  @Test func whatLiesOutsideTheImageIsMarkedInThePatch() {
    let palette = SheetPalette()
    let image = Image(width: 4, height: 4, channels: 1, filledWith: .black)
    let patch = palette.patch(of: image, (rows: -1..<2, columns: 2..<5))
    #expect([patch.width, patch.height] == [3, 3])
    #expect(patch[0, 0] == palette.outside)
    #expect(patch[2, 2] == palette.outside)
    #expect(patch[0, 1] == .black)
    let inside = palette.patch(of: image, (rows: 1..<3, columns: 0..<2))
    #expect(inside.channels == 1)
  }

  @Test func theSheetOfFiltersNamesThem() throws {
    let weight = Tensor(shape: [1, 1, 1, 2], scalars: [0.5, -1])
    let grid = try #require(FilterGrid(of: Conv2D(weight: weight, bias: nil, padding: Padding(0))))
    #expect(grid.planes == [[0.5], [-1]])
    let (sheet, bare) = (grid.sheet(title: "a longer title"), grid.image(enlargedBy: 8))
    #expect(sheet.width > bare.width && sheet.height > bare.height + 20)
  }

  @Test func filtersOfOtherChannelsHaveNoImage() {
    let twoChannels = Conv2D(
      weight: Tensor(zeros: [3, 3, 2, 4]), bias: nil, padding: Padding(1))
    #expect(FilterGrid(of: twoChannels) == nil)
    let rgb = Conv2D(weight: Tensor(zeros: [3, 3, 3, 4]), bias: nil, padding: Padding(1))
    #expect(FilterGrid(of: rgb)?.filters.map(\.channels) == [3, 3, 3, 3])
  }
}
