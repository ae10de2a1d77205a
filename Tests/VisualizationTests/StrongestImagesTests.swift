import NeuralNetworks
import Tensors
import Testing

@testable import Visualization

@Suite struct StrongestImagesTests {
  private let deconvnet = Deconvnet(of: Sequential.leNet5(seed: 3))

  /// A layer of this many filters, rectified or not.
  private func layer(_ filters: Int, isRectified: Bool = true) -> NumberedLayer {
    NumberedLayer(
      number: 1, name: "conv", kind: .convolution, filters: filters, receptiveField: .pixel,
      isRectified: isRectified, isLast: false, filterStage: 0, stage: 1, poolingStage: nil)
  }

  private func maps(_ images: [[Float]]) -> Tensor {
    Tensor(shape: [images.count, 2, 2, 1], scalars: images.flatMap(\.self))
  }

  @Test func aImageCountsOnceWithItsFirstLargestUnit() {
    var strongest = StrongestImages(of: layer(1), count: 3)
    strongest.look(at: maps([[1, 4, 4, 3], [5, 5, 5, 5], [0, 0, 0, 2]]), of: [0, 1, 2])
    #expect(strongest.entries(of: 0).map(\.image) == [1, 0, 2])
    #expect(
      strongest.entries(of: 0).map(\.unit) == [
        Activation2D(y: 0, x: 0, value: 5), Activation2D(y: 0, x: 1, value: 4),
        Activation2D(y: 1, x: 1, value: 2),
      ])
    #expect(strongest.seen == 3)
  }

  /// Three images of 2×2 maps with two filters; filter 1 is the first one's negative.
  private let twoMaps: Tensor = {
    let first: [Float] = [1, 2, 5, 5, 3, 1, 4, 5, 5, 0, 0, 0]
    return Tensor(shape: [3, 2, 2, 2], scalars: first.flatMap { [$0, -$0] })
  }()

  @Test func theFirstOfEqualImagesWinsWhateverTheOrder() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
      var search = StrongestImages(of: layer(2), count: 1, filters: [0])
      for image in order {
        let scalars = Array(twoMaps.scalars[image * 8..<(image + 1) * 8])
        search.look(at: Tensor(shape: [1, 2, 2, 2], scalars: scalars), of: [image])
      }
      #expect(
        search.entries(of: 0) == [
          StrongestImages.Entry(image: 0, unit: Activation2D(y: 1, x: 0, value: 5))
        ])
      #expect(search.seen == 3)
    }
  }

  @Test func aPositionOfItsOwnIsLookedAtAlone() {
    var search = StrongestImages(
      of: layer(2), count: 1, filters: [0], positions: (0..<1, 1..<2))
    search.look(at: twoMaps, of: [10, 11, 12])
    #expect(
      search.entries(of: 0) == [
        StrongestImages.Entry(image: 10, unit: Activation2D(y: 0, x: 1, value: 2))
      ])
  }

  @Test func ofNegativeNumbersTheLargestWins() {
    var search = StrongestImages(of: layer(2, isRectified: false), count: 1, filters: [1])
    search.look(at: twoMaps, of: [0, 1, 2])
    #expect(search.entries(of: 1).map(\.unit.value) == [0])
  }

  @Test func denseUnitsHaveNoPosition() {
    var search = StrongestImages(of: layer(3), count: 1, filters: [2])
    search.look(at: Tensor(shape: [2, 3], scalars: [0, 0, 1, 0, 0, 4]), of: [7, 8])
    #expect(
      search.entries(of: 2) == [
        StrongestImages.Entry(image: 8, unit: Activation2D(y: 0, x: 0, value: 4))
      ])
  }

  @Test func theMapsLookedAtMayComeAlone() {
    let other: [Float] = [9, 8, 7, 6]
    let images: [[Float]] = [[1, 2, 5, 5], [3, 1, 4, 6]]
    var all = StrongestImages(of: layer(2), count: 2, filters: [1])
    var alone = all
    let both = images.flatMap { zip(other, $0).flatMap { [$0, $1] } }
    all.look(at: Tensor(shape: [2, 2, 2, 2], scalars: both), of: [0, 1])
    alone.look(at: maps(images), of: [0, 1])
    #expect(alone.entries(of: 1) == all.entries(of: 1))
    #expect(alone.entries(of: 1).map(\.image) == [1, 0])
  }

  @Test func theOrderOfImagesDoesntMatter() {
    let images: [[Float]] = (0..<40).map { index in
      (0..<4).map { Float((index * 7 + $0 * 3) % 11) }
    }
    func entries(_ order: [Int], batch: Int) -> [StrongestImages.Entry] {
      var strongest = StrongestImages(of: layer(1), count: 9)
      for start in stride(from: 0, to: order.count, by: batch) {
        let numbers = Array(order[start..<min(start + batch, order.count)])
        strongest.look(at: maps(numbers.map { images[$0] }), of: numbers)
      }
      return strongest.entries(of: 0)
    }
    let expected = entries(Array(0..<40), batch: 40)
    #expect(expected.count == 9)
    // Of the many tens the smaller numbers win.
    #expect(expected.allSatisfy { $0.unit.value == 10 })
    #expect(expected.map(\.image) == expected.map(\.image).sorted())
    #expect(entries((0..<40).reversed(), batch: 3) == expected)
    #expect(entries((0..<40).map { $0 * 17 % 40 }, batch: 7) == expected)
  }

  @Test func whatIsNotActiveIsntListed() {
    let silent = maps([[0, 0, 0, 0], [-1, -2, 0, 0], [0, 1, 0, 0]])
    var rectified = StrongestImages(of: layer(1))
    rectified.look(at: silent, of: [0, 1, 2])
    #expect(rectified.entries(of: 0).map(\.image) == [2])
    var logits = StrongestImages(of: layer(1, isRectified: false))
    logits.look(at: silent, of: [0, 1, 2])
    #expect(logits.entries(of: 0).map(\.image) == [2, 0, 1])
  }

  @Test func onlyTheWantedFiltersAndPositionsCount() {
    let scalars: [Float] = [9, 1, 8, 2, 7, 3, 6, 4]
    var strongest = StrongestImages(
      of: layer(2), filters: [1], positions: (rows: 1..<2, columns: 0..<1))
    strongest.look(at: Tensor(shape: [1, 2, 2, 2], scalars: scalars), of: [5])
    #expect(strongest.entries(of: 0).isEmpty)
    #expect(strongest.entries(of: 1).map(\.unit) == [Activation2D(y: 1, x: 0, value: 3)])
  }

  @Test func theInteriorOfALayerSeesNoBorder() throws {
    let (first, second) = (deconvnet.layers[0], deconvnet.layers[1])
    let inFirst = try #require(first.interior(ofMap: [28, 28, 32], image: [28, 28, 1]))
    #expect(inFirst.rows == 2..<26 && inFirst.columns == 2..<26)
    let inSecond = try #require(second.interior(ofMap: [14, 14, 64], image: [28, 28, 1]))
    #expect(inSecond.rows == 3..<11 && inSecond.columns == 3..<11)
    #expect(deconvnet.layers[2].interior(ofMap: [1024], image: [28, 28, 1]) == nil)
    let none = try #require(second.interior(ofMap: [5, 5, 64], image: [10, 10, 1]))
    #expect(none.rows.isEmpty && none.columns.isEmpty)
  }

  @Test func theStrongestAreProjectedAFewFiltersAtATime() throws {
    var generator = SeededGenerator(seed: 9)
    let images = Tensor(
      shape: [6, 28, 28, 1], scalars: (0..<6 * 784).map { _ in generator.nextUniform() })
    func chosen(_ numbers: [Int]) -> Tensor {
      Tensor(
        shape: [numbers.count, 28, 28, 1],
        scalars: numbers.flatMap { images.scalars[$0 * 784..<($0 + 1) * 784] })
    }
    for (number, count) in [(1, 40), (2, 9), (3, 1)] {
      let layer = deconvnet.layers[number - 1]
      let filters = Array(stride(from: 0, to: layer.filters, by: max(1, layer.filters / 20)))
      var strongest = StrongestImages(of: layer, count: count, filters: filters)
      strongest.look(
        at: deconvnet.activations(of: images, layer: layer), of: Array(0..<6))
      var told: [Int] = []
      try deconvnet.project(strongest, images: chosen) { filter, entries, projections in
        told.append(filter)
        #expect(entries == strongest.entries(of: filter))
        #expect(projections.map(\.unit.activation) == entries.map(\.unit))
        guard let entry = entries.first, let projection = projections.first else { return }
        let alone = try deconvnet.project(
          [FeatureUnit(image: entry.image, filter: filter, activation: entry.unit)],
          layer: number, of: images)[0]
        #expect(alone.pixels == projection.pixels)
      }
      #expect(told == filters)
    }
  }
}
