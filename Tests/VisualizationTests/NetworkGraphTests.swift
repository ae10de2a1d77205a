import NeuralNetworks
import Tensors
import Testing

@testable import Visualization

@Suite struct NetworkGraphTests {
  private func conv(_ inputs: Int, _ outputs: Int) -> Conv2D {
    Conv2D(weight: Tensor(zeros: [1, 1, inputs, outputs]), bias: nil, padding: Padding(0))
  }

  @Test func aChainHasOneLane() {
    let graph = NetworkGraph(
      of: Deconvnet(of: Sequential(["a": conv(1, 2), "b": ReLU()])), input: [3, 4, 1])
    #expect(graph.nodes.map(\.name) == ["input", "a", "b"])
    #expect(graph.nodes.map(\.shape) == [[3, 4, 1], [3, 4, 2], [3, 4, 2]])
    #expect(graph.nodes.map(\.lane) == [0, 0, 0] && !graph.branches)
  }

  @Test func aSkippedOutputKeepsItsLane() {
    var block = Sequential(["a": conv(1, 2), "b": conv(2, 2), "c": ReLU(), "sum": Add()])
    block.layers[3].inputs = ["c", "a"]
    let graph = NetworkGraph(of: Deconvnet(of: block), input: [3, 4, 1])
    #expect(graph.nodes.map(\.lane) == [0, 0, 1, 1, 0])
    #expect(graph.nodes[4].sources == [3, 1] && graph.branches && graph.laneCount == 2)
    #expect(graph.nodes[3].above == [0: 1, 1: 2] && graph.nodes[3].below == [0: 1, 1: 3])
  }

  @Test func threeBranchesStandSideBySideAndMeet() {
    var block = Sequential([
      "a": conv(1, 2), "b": conv(1, 3), "c": conv(1, 1), "joined": Concat(), "end": ReLU(),
    ])
    for index in 0..<3 { block.layers[index].inputs = [Sequential.input] }
    block.layers[3].inputs = ["a", "b", "c"]
    let graph = NetworkGraph(of: Deconvnet(of: block), input: [2, 2, 1])
    // The last one takes the input's own lane.
    #expect(graph.nodes.map(\.lane) == [0, 1, 2, 0, 0, 0])
    #expect(graph.nodes[4].shape == [2, 2, 6] && graph.nodes[5].below.isEmpty == false)
  }
}
