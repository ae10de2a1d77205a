import Images
import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import Visualization
@testable import VisualizationSheets

/// Equality with maps made by PyTorch in Float64.
@Suite struct OcclusionFixtureTests {
  @Test(
    arguments: FixtureSet.available.flatMap { set in (0..<3).map { (set, $0) } }, [(7, 1), (8, 4)])
  func theMapsOfFigure7Match(
    of: (set: FixtureSet, image: Int), square: (size: Int, stride: Int)
  ) throws {
    let (set, image) = of
    let lenet = try LeNetFixture(set)
    let archive = try set.archive("occlusion")
    let label = lenet.labels[image]
    func array(_ name: String) throws -> FixtureArray {
      try archive.array("i\(image)_p\(square.size)s\(square.stride)_\(name)")
    }
    var told: [Int] = []
    let occlusion = lenet.deconvnet.occlude(
      lenet.image(image), label: label, layer: try lenet.deconvnet.layer(2),
      with: Occluder(size: square.size, stride: square.stride, fill: [0.5])
    ) { told.append($0) }
    #expect([occlusion.rows, occlusion.columns] == (try array("activity")).shape)
    #expect(told.last == occlusion.activity.count)
    #expect(occlusion.filter == (try array("strongest")).integers[0])
    #expect(
      relativeDifference([occlusion.clearActivity], try array("clean_activity"))
        < fixtureTolerance)
    #expect(relativeDifference(occlusion.activity, try array("activity")) < fixtureTolerance)
    #expect(
      relativeDifference(occlusion.labelProbabilities, try array("prob_true")) < fixtureTolerance)
    #expect(
      relativeDifference(occlusion.clearProbabilities, try array("clean_prob")) < fixtureTolerance)
    #expect(occlusion.bestClasses == (try array("best_class")).integers)
    if square.size == 8 {
      #expect(
        relativeDifference(occlusion.probabilities.scalars, try array("prob_all"))
          < fixtureTolerance)
    }
  }
}

@Suite struct OcclusionTests {
  /// A network of two classes: the sum of the left and of the right half of a 4×4 RGB image.
  private func network() -> Deconvnet {
    var weight = Tensor(zeros: [48, 2])
    for index in 0..<48 { weight[index, index % 4 < 2 ? 0 : 1] = 1 }
    return Deconvnet(
      of: Sequential([
        "conv": Conv2D(
          weight: identity, bias: nil, padding: Padding(0)), "relu": ReLU(),
        "flatten": Flatten(), "fc": Dense(weight: weight, bias: nil),
      ]))
  }

  private var identity: Tensor {
    var weight = Tensor(zeros: [1, 1, 3, 3])
    for channel in 0..<3 { weight[0, 0, channel, channel] = 1 }
    return weight
  }

  @Test func aSquareCoversOnlyWhatItShould() throws {
    let network = network()
    let image = Tensor(shape: [1, 4, 4, 3], repeating: 1)
    let occlusion = network.occlude(
      image, label: 0, layer: try network.layer(1),
      with: Occluder(size: 2, stride: 2, fill: [0, 0, 0]))
    #expect(occlusion.filter == 0)
    #expect(occlusion.clearActivity == 16)
    #expect(occlusion.activity == [12, 12, 12, 12])
    // Left squares take 12 from the left sum, right ones from the right.
    #expect(occlusion.bestClasses == [1, 0, 1, 0])
    #expect(occlusion.labelProbabilities[0] < 1e-4 && occlusion.labelProbabilities[1] > 0.9999)
    #expect(occlusion.corner(ofPlace: 3) == (2, 2))
    #expect(occlusion.activityMap.isConstant && !occlusion.probabilityMap.isConstant)
  }

  @Test func theFillIsOfTheInputsChannels() throws {
    let network = network()
    let image = Tensor(shape: [1, 4, 4, 3], repeating: 1)
    let occlusion = network.occlude(
      image, label: 0, layer: try network.layer(1),
      with: Occluder(size: 4, stride: 1, fill: [0.25, 7, 9]))
    #expect(occlusion.rows == 1 && occlusion.columns == 1)
    #expect(occlusion.activity == [4])
  }

  @Test func theSheetShowsImageMapsAndClasses() throws {
    let network = network()
    let image = Tensor(shape: [1, 4, 4, 3], repeating: 1)
    let occlusion = network.occlude(
      image, label: 0, layer: try network.layer(1),
      with: Occluder(size: 2, stride: 1, fill: [0, 0, 0]))
    let sheet = occlusion.sheet(
      source: Image(width: 4, height: 4, channels: 3, filledWith: .white), title: "a title",
      classNames: ["left", "right"])
    #expect(sheet.width > 1000 && sheet.height > 300 && sheet.channels == 3)
  }
}
