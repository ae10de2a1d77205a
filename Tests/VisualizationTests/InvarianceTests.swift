import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import Visualization

/// Equality with curves and warped images made by NumPy and PyTorch in Float64.
@Suite struct InvarianceFixtureTests {
  @Test(arguments: FixtureSet.available, ["translation", "scale", "rotation"])
  func warpsAndCurvesMatch(set: FixtureSet, kind: String) throws {
    let lenet = try LeNetFixture(set)
    let archive = try set.archive("invariance")
    let rows = try archive.array("image").integers
    let warps = try archive.array(kind).numbers.map { amount in
      switch kind {
      case "translation": Warp.moved(down: amount)
      case "scale": Warp.scaled(by: (amount * 10).rounded() / 10)
      default: Warp.rotated(by: amount)
      }
    }
    let images = Tensor(joining: warps.map { $0.applied(to: lenet.image(rows[0])) })
    #expect(
      relativeDifference(images.scalars, try archive.array("\(kind)_images"))
        < fixtureTolerance)

    let (first, second) = try (lenet.deconvnet.layer(1), lenet.deconvnet.layer(2))
    let stages = try [
      FeatureStage(first), FeatureStage(first, pooled: true), FeatureStage(second, pooled: true),
      FeatureStage(lenet.deconvnet.layer(3)),
    ]
    var told: [Int] = []
    let result = lenet.deconvnet.invariance(
      of: rows.map { (lenet.image($0), lenet.labels[$0]) }, under: warps, at: stages
    ) { told.append($0) }
    #expect(told.last == rows.count * warps.count)
    for (index, name) in ["a1", "p1", "p2", "f1"].enumerated() {
      let distances = result.points.flatMap { $0.map { Float($0.distances[index]) } }
      #expect(
        relativeDifference(distances, try archive.array("\(kind)_dist_\(name)"))
          < fixtureTolerance, "\(name)")
    }
    let probabilities = result.points.flatMap { $0.map(\.probability) }
    #expect(
      relativeDifference(probabilities, try archive.array("\(kind)_prob")) < fixtureTolerance)
  }
}

@Suite struct InvarianceTests {
  private let image = Tensor(shape: [1, 2, 3, 2], scalars: (1...12).map { Float($0) })

  @Test func nothingDoneChangesNothing() {
    #expect(Warp().applied(to: image) == image)
    #expect(Warp.rotated(by: 360).applied(to: image) == image)
  }

  @Test func wholePixelsAreMovedExactlyAndTheFillComesIn() {
    let down = Warp.moved(down: 1).applied(to: image, fill: [7, 8])
    #expect(down.scalars == [7, 8, 7, 8, 7, 8, 1, 2, 3, 4, 5, 6])
    let turned = Warp.rotated(by: 180).applied(to: image)
    #expect(turned.scalars == [11, 12, 9, 10, 7, 8, 5, 6, 3, 4, 1, 2])
  }

  @Test func aImageAsItIsHasDistanceZero() throws {
    let deconvnet = Deconvnet(of: .leNet5(input: [8, 12, 3], classes: 3, seed: 2))
    var generator = SeededGenerator(seed: 1)
    let image = Tensor(
      shape: [1, 8, 12, 3], scalars: (0..<288).map { _ in generator.nextUniform() })
    let result = deconvnet.invariance(
      of: [(image, 0), (image, 2)], under: [Warp(), .moved(down: 3)],
      at: [try FeatureStage(deconvnet.layer(1)), try FeatureStage(deconvnet.layer(4))])
    for points in result.points {
      #expect(points[0].distances == [0, 0])
      #expect(points[1].distances.allSatisfy { $0 > 0 })
    }
    #expect(result.points[0][0].probability == deconvnet.probabilities(of: image)[0, 0])
    #expect(result.meanDistances(layer: 1)[1] == result.points[0][1].distances[1])
    #expect(result.meanProbabilities.count == 2)
  }

  @Test func onlyWhatIsPooledHasPooledFeatures() throws {
    let deconvnet = Deconvnet(of: .leNet5(seed: 1))
    let dense = try deconvnet.layer(3)
    #expect(throws: DeconvnetError.noPooling(layer: "layer 3 (fc1)")) {
      try FeatureStage(dense, pooled: true)
    }
    #expect("\(try FeatureStage(deconvnet.layer(2), pooled: true))" == "layer 2 (conv2), pooled")
  }
}
