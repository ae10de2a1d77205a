import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import Visualization

@Suite struct StrongestActivationTests {
  /// Three pictures of 2×2 maps with two filters; filter 1 is the first one's negative.
  private let maps: Tensor = {
    let first: [Float] = [1, 2, 5, 5, 3, 1, 4, 5, 5, 0, 0, 0]
    return Tensor(shape: [3, 2, 2, 2], scalars: first.flatMap { [$0, -$0] })
  }()

  @Test func theFirstOfEqualPicturesWinsWhateverTheOrder() throws {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
      var search = StrongestActivation(filter: 0)
      for picture in order {
        let scalars = Array(maps.scalars[picture * 8..<(picture + 1) * 8])
        search.look(at: Tensor(shape: [1, 2, 2, 2], scalars: scalars), of: [picture])
      }
      let best = try #require(search.best)
      #expect(best.picture == 0)
      #expect(best.unit == Activation2D(y: 1, x: 0, value: 5))
      #expect(search.seen == 3)
    }
  }

  @Test func aPositionOfItsOwnIsLookedAtAlone() throws {
    var search = StrongestActivation(filter: 0, at: (0, 1))
    search.look(at: maps, of: [10, 11, 12])
    let best = try #require(search.best)
    #expect(best.picture == 10)
    #expect(best.unit == Activation2D(y: 0, x: 1, value: 2))
  }

  @Test func ofNegativeNumbersTheLargestWins() throws {
    var search = StrongestActivation(filter: 1)
    search.look(at: maps, of: [0, 1, 2])
    #expect(try #require(search.best).unit.value == 0)
  }

  @Test func denseUnitsHaveNoPosition() throws {
    var search = StrongestActivation(filter: 2)
    search.look(at: Tensor(shape: [2, 3], scalars: [0, 0, 1, 0, 0, 4]), of: [7, 8])
    let best = try #require(search.best)
    #expect(best.picture == 8)
    #expect(best.unit == Activation2D(y: 0, x: 0, value: 4))
  }

  @Test func activationsOfALayerAreThoseOfTheWholePass() throws {
    let model = Sequential.leNet5(seed: 6)
    let deconvnet = Deconvnet(of: model)
    let images = Tensor(shape: [2, 28, 28, 1], scalars: (0..<1568).map { Float($0 % 31) / 31 })
    let trace = model.forward(images).trace
    for (layer, stage) in zip(deconvnet.layers, [1, 4, 8, 10]) {
      #expect(deconvnet.activations(of: images, layer: layer) == trace.children[stage].output)
      #expect(
        deconvnet.activationShape(of: layer, input: [28, 28, 1])
          == trace.children[stage].output.map { Array($0.shape.dropFirst()) })
    }
    #expect(deconvnet.layers.map { deconvnet.parameterCount(of: $0) }.reduce(0, +) == 3_274_634)
  }
}
