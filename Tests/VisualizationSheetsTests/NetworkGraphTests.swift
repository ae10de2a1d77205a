import EventFiles
import NeuralNetworks
import TensorBoard
import Tensors
import Testing
import VisualizationSheets

@Suite struct NetworkGraphTests {
  @Test func layersThatBranchAreNodesInTheBoxesOfTheirNames() throws {
    var generator = SeededGenerator(seed: 1)
    var model = Sequential([
      "block.conv1": Conv2D(in: 1, out: 4, kernel: Extent(3), initializer: .he, using: &generator),
      "block.relu": ReLU(), "sum": Add(),
      "inner": Sequential(["flatten": Flatten()]),
    ])
    model.layers[2].inputs = ["block.relu", "block.conv1"]
    let nodes = Graph(of: model, input: [8, 8, 1], end: "Softmax").definition.nodes
    let inputs = Dictionary(uniqueKeysWithValues: nodes.map { ($0.name, $0.inputs) })
    #expect(
      inputs == [
        "input": [], "block/conv1/weight": [], "block/conv1/bias": [],
        "block/conv1/Conv2D": ["input", "block/conv1/weight", "block/conv1/bias"],
        "block/relu": ["block/conv1/Conv2D"], "sum": ["block/relu", "block/conv1/Conv2D"],
        "inner/flatten": ["sum"], "softmax": ["inner/flatten"],
      ])
    #expect(nodes.first { $0.name == "sum" }?.outputShapes == [[-1, 8, 8, 4]])
  }
}
