import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import Visualization

/// Equality with counts made by NumPy and PyTorch.
@Suite struct CorrespondenceFixtureTests {
  private static let sets =
    ["part"] + (0..<5).map { "random\($0)" } + (0..<5).map { "shared\($0)" }

  @Test func everySetOfBoxesMatches() throws {
    let lenet = try LeNetFixture(.small)
    let archive = try FixtureSet.small.archive("correspondence")
    try expectEverySet(lenet, archive, images: lenet.images(at: archive.array("index").integers))
  }

  @Test(.enabled(if: sharedIsThere, needsShared), .enabled(if: RealImages.areThere, needsImages))
  func everySetOfBoxesMatchesOnRealImages() throws {
    let archive = try FixtureSet.cifar10.archive("correspondence")
    try expectEverySet(
      LeNetFixture(.cifar10), archive,
      images: RealImages.shared.get().images(at: archive.array("index").integers))
  }

  private func expectEverySet(
    _ lenet: LeNetFixture, _ archive: FixtureArchive, images: Tensor
  ) throws {
    let stages = try [
      FeatureStage(lenet.deconvnet.layer(1), pooled: true),
      FeatureStage(lenet.deconvnet.layer(2), pooled: true),
      FeatureStage(lenet.deconvnet.layer(3)),
    ]
    let boxes = try Self.sets.map { set in
      let numbers = try archive.array("\(set)_boxes")
      return (0..<5).map { row in
        let box = numbers[row].integers
        return PixelBox(y: box[0], x: box[1], height: box[2], width: box[3])
      }
    }
    let threshold = Float(try archive.array("tau").numbers[0])
    let fill = try archive.array("fill").floats
    let found = lenet.deconvnet.correspondences(
      of: images, hiding: boxes, at: stages, fill: fill, threshold: threshold)
    for (set, found) in zip(Self.sets, found) {
      for (stage, found) in zip(["p1", "p2", "f1"], found) {
        func array(_ name: String) throws -> FixtureArray {
          try archive.array("\(set)_\(stage)_\(name)")
        }
        let hamming = try array("hamming")
        #expect(found.differences == (0..<5).map { hamming[$0].integers }, "\(set)")
        #expect(found.sum == (try array("delta_sum")).integers[0])
        #expect(relativeDifference([Float(found.mean)], try array("mean")) < fixtureTolerance)
        #expect(
          relativeDifference([Float(found.deviation)], try array("std")) < fixtureTolerance)
      }
    }
    let clear = lenet.deconvnet.exactFeatures(of: images, at: stages)
    let signs = lenet.deconvnet.signs(
      of: images, clear, hiding: boxes[0], at: stages, fill, threshold)
    #expect(
      signs[2].flatMap { $0.map(Int.init) } == (try archive.array("part_f1_sign")).integers)
  }
}

@Suite struct CorrespondenceTests {
  @Test func signsAreComparedPairByPair() {
    let comparison = Correspondence(signs: [[1, 0, -1, 1], [1, 0, 1, 1], [0, 0, 0, 0]])
    #expect(comparison.differences == [[0, 1, 3], [1, 0, 3], [3, 3, 0]])
    #expect(comparison.sum == 14)
    #expect(comparison.pairs == [0.25, 0.75, 0.75])
    #expect(abs(comparison.mean - 1.75 / 3) < 1e-12)
    #expect(abs(comparison.deviation - 0.2357022603955) < 1e-9)
  }

  @Test func thePartOfEqualImagesCorrespondsWhole() throws {
    let deconvnet = Deconvnet(of: .leNet5(input: [12, 16, 3], classes: 4, seed: 3))
    var generator = SeededGenerator(seed: 5)
    let image = Tensor(
      shape: [1, 12, 16, 3], scalars: (0..<576).map { _ in generator.nextUniform() })
    let box = PixelBox(y: 2, x: 3, height: 4, width: 5)
    let found = try deconvnet.correspondence(
      of: image.images([0, 0, 0]), hiding: [box, box, box],
      at: [FeatureStage(deconvnet.layer(1)), FeatureStage(deconvnet.layer(3))],
      fill: [0.5, 0.5, 0.5])
    #expect(found.map(\.mean) == [0, 0])
    #expect(found[0].featureCount == 12 * 16 * 32 && found[1].featureCount == 1024)
  }

  @Test func aBoxFitsOrDoesnt() {
    #expect(PixelBox(y: 0, x: 0, height: 4, width: 6).fits(height: 4, width: 6))
    for box in [
      PixelBox(y: 1, x: 0, height: 4, width: 6), PixelBox(y: 0, x: -1, height: 1, width: 1),
      PixelBox(y: 0, x: 0, height: 0, width: 1), PixelBox(y: 0, x: 6, height: 1, width: 1),
      PixelBox(y: 2, x: 0, height: .max, width: 1),
    ] {
      #expect(!box.fits(height: 4, width: 6))
    }
  }

  @Test func randomBoxesFitAndShareAPlaceWhereTheyShould() {
    let sizes = [
      PixelBox(y: 9, x: 9, height: 3, width: 5), PixelBox(y: 0, x: 0, height: 6, width: 2),
    ]
    var generator = SeededGenerator(seed: 1)
    var places: Set<Int> = []
    for _ in 0..<50 {
      let own = PixelBox.random(
        like: sizes, height: 7, width: 8, isShared: false, using: &generator)
      let shared = PixelBox.random(
        like: sizes, height: 7, width: 8, isShared: true, using: &generator)
      for (size, box) in zip(sizes + sizes, own + shared) {
        #expect(box.fits(height: 7, width: 8))
        #expect((box.height, box.width) == (size.height, size.width))
      }
      #expect((shared[0].y, shared[0].x) == (shared[1].y, shared[1].x))
      places.insert(own[0].y * 8 + own[0].x)
    }
    // Five rows and four columns of places there are; nearly all come.
    #expect(places.count > 15)
  }
}
