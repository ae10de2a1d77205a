import Tensors
import TestFixtures
import Testing

@testable import NeuralNetworks

/// The primitives of the way down, as PyTorch and brute force computed them: ties, overlapping
/// windows, sizes that windows don't divide, strides that leave rows over.
@Suite(.enabled(if: sharedIsThere, needsShared)) struct PoolingFixtureTests {
  private let archive: FixtureArchive

  init() throws { archive = try FixtureArchive(leNet: "primitives") }

  private func images(_ name: String) throws -> Tensor {
    try archive.array(name).tensor.permuted(0, 2, 3, 1)
  }

  private func difference(_ got: Tensor, _ name: String) throws -> Double {
    relativeDifference(got.permuted(0, 3, 1, 2).scalars, try archive.array(name))
  }

  @Test(arguments: [("op", 3, 2), ("tie", 2, 2), ("odd", 2, 2)])
  func maximaAndSwitchesMatch(name: String, size: Int, stride: Int) throws {
    let layer = MaxPool2D(size: Extent(size), stride: Extent(stride))
    let (output, trace) = layer.forward(try images("\(name)_in"))
    #expect(try difference(output, "\(name)_pooled") < 1e-6)
    let switches = try #require(trace.switches)
    let positions = Tensor(shape: output.shape, scalars: switches.planePositions.map(Float.init))
    #expect(
      positions.permuted(0, 3, 1, 2).scalars == (try archive.array("\(name)_switch").floats))
  }

  @Test func whereWindowsOverlapUnpoolingAdds() throws {
    let layer = MaxPool2D(size: Extent(3), stride: Extent(2))
    let trace = layer.forward(try images("op_in")).trace
    let unpooled = layer.backward(try images("op_top"), trace, for: .input).input
    #expect(try difference(try #require(unpooled), "op_unpooled_sum") < 1e-6)
  }

  @Test func aRowThatNoWindowSeesGetsNothing() throws {
    let layer = MaxPool2D(2)
    let (output, trace) = layer.forward(try images("odd_in"))
    let unpooled = layer.backward(output, trace, for: .input).input
    #expect(try difference(try #require(unpooled), "odd_unpooled") < 1e-6)
  }

  @Test func aStridedConvolutionAndItsTransposeMatch() throws {
    let layer = Conv2D(
      weight: try archive.array("sc_weight").tensor.permuted(2, 3, 1, 0), bias: nil,
      stride: Extent(3), padding: Padding(1))
    let (output, trace) = layer.forward(try images("sc_in"))
    #expect(try difference(output, "sc_out") < 1e-5)
    let down = layer.backward(try images("sc_top"), trace, for: .input).input
    #expect(try difference(try #require(down), "sc_transposed") < 1e-5)
  }
}
