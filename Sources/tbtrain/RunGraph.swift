import NeuralNetworks
import TensorBoard
import Tensors

/// A network as TensorBoard's dashboard Graphs shows it: a node a layer, shapes on the edges.
enum RunGraph {
  /// The graph of a network for inputs of a shape, without the batch's dimension.
  static func graph(of model: Sequential, input: [Int]) -> Graph {
    var graph = Graph()
    let start = graph.add("input", "Placeholder", shape: [-1] + input)
    var shape = input
    let end = add(model, to: &graph, after: start, &shape)
    graph.add("softmax", "Softmax", inputs: [end], shape: [-1] + shape)
    return graph
  }

  private static func add(
    _ model: Sequential, to graph: inout Graph, after start: Graph.Node, _ shape: inout [Int]
  ) -> Graph.Node {
    var flow = start
    for named in model.layers {
      if let inner = named.layer as? Sequential {
        flow = graph.scope(named.name) { add(inner, to: &$0, after: flow, &shape) }
        continue
      }
      shape = (try? named.layer.outputShape(for: shape)) ?? shape
      flow = graph.add(
        named.name, "\(type(of: named.layer))", inputs: [flow], shape: [-1] + shape,
        parameters: named.layer.parameters.map { (name: $0.name, shape: $0.tensor.shape) })
    }
    return flow
  }
}
