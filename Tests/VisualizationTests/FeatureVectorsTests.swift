import Charts
import Images
import Tensors
import Testing
import VisualizationSheets

@testable import Visualization

@Suite struct FeatureVectorsTests {
  private let maps = Tensor(
    shape: [2, 1, 3, 2], scalars: [1, 10, 3, 20, 2, 60, -5, 0, -6, 0, -4, 0])

  @Test(arguments: [
    (FeatureVectors.Pooling.max, 2, [3, 60, -4, 0]), (.mean, 2, [2, 30, -5, 0]),
    (.none, 6, [1, 10, 3, 20, 2, 60, -5, 0, -6, 0, -4, 0]),
  ])
  func aMapBecomesANumber(pooling: FeatureVectors.Pooling, dimension: Int, expected: [Float]) {
    var vectors = FeatureVectors(pooling: pooling)
    #expect(vectors.count == 0)
    vectors.add(maps)
    #expect(vectors.dimension == dimension && vectors.count == 2)
    #expect(zip(vectors.scalars, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(vectors.scalars.count == expected.count)
  }

  @Test func neighboursOfOneClassAreCounted() {
    var vectors = FeatureVectors()
    // Two clusters; the last vector lies in the other class's.
    vectors.add(
      Tensor(shape: [5, 2], scalars: [0, 0, 0.1, 0, 5, 5, 5, 5.1, 0.3, 0]))
    #expect(vectors.nearestNeighbourAgreement(labels: [0, 0, 1, 1, 1]) == 0.8)
    #expect(vectors.nearestNeighbourAgreement(labels: [0, 1, 0, 1, 2]) == 0)
    var many = FeatureVectors()
    many.add(Tensor(shape: [600, 1], scalars: (0..<600).map { Float($0 / 2) }))
    #expect(many.nearestNeighbourAgreement(labels: (0..<600).map { $0 / 2 }) == 1)
    #expect(FeatureVectors().nearestNeighbourAgreement(labels: []) == 0)
  }

  @Test func meanMapsAreMeans() {
    var means = MeanMaps()
    #expect(means.maps.count == 0)
    means.look(at: maps)
    means.look(at: Tensor(shape: [1, 1, 3, 2], scalars: [4, 2, 3, 1, 2, 0]))
    #expect(means.seen == 3)
    #expect(means.maps == Tensor(shape: [1, 3, 2], scalars: [0, 4, 0, 7, 0, 20]))
  }

  @Test func mapsAreShownOneATileAndUnitsTogether() {
    let layer = NumberedLayer(
      number: 1, name: "conv", kind: .convolution, filters: 3, receptiveField: .pixel,
      isRectified: true, isLast: false, filterStage: 0, stage: 1, poolingStage: nil)
    let maps = Tensor(shape: [2, 2, 3], scalars: [0, 0, 0, 1, 0, 0, 2, 0, 0, 4, 0, 8])
    func bytes(_ image: Image) -> Set<UInt8> { Set(image.pixels) }
    let own = MapSheet(maps, of: layer, filters: [0]).drawing(title: "t", caption: { _ in "" })
      .image()
    #expect(bytes(own).isSuperset(of: [0, 64, 128, 255]))
    let shared = MapSheet(maps, of: layer, filters: [0, 2], sharesScale: true)
      .drawing(title: "t", caption: { _ in "" }).image()
    #expect(bytes(shared).isSuperset(of: [0, 32, 64, 128, 255]))
    // A map of zeros is black.
    let silent = MapSheet(maps, of: layer, filters: [1]).drawing(
      title: "t", caption: { _ in ": silent" }, isMarked: { $0 == 1 }
    ).image()
    #expect(bytes(silent).contains(0) && bytes(silent).contains(SheetPalette().mark.green))
    let dense = MapSheet(
      Tensor(shape: [3], scalars: [0, 1, 2]), of: layer, filters: [0, 1, 2]
    ).drawing(title: "t", caption: { _ in "" }).image()
    #expect(bytes(dense).isSuperset(of: [0, 128, 255]))
  }
}
