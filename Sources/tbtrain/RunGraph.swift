import NeuralNetworks
import TensorBoard
import Tensors

/// A network as TensorBoard's dashboard Graphs shows it: a node a layer, shapes on the edges.
enum RunGraph {
  /// The graph of a network for inputs of a shape, without the batch's dimension.
  static func graph(of model: Sequential, input: [Int]) -> Graph {
    var graph = Graph()
    let start = graph.add("input", "Placeholder", shape: [-1] + input)
    let (end, shape) = add(model, to: &graph, after: (start, input))
    graph.add("softmax", "Softmax", inputs: [end], shape: [-1] + shape)
    return graph
  }

  /// What flows from a node to others, with its shape.
  private typealias Flow = (node: Graph.Node, shape: [Int])

  private static func add(_ model: Sequential, to graph: inout Graph, after start: Flow) -> Flow {
    // At each place of the network, as its wiring numbers them.
    var flows = [start]
    for (named, sources) in zip(model.layers, model.wiring.sources) {
      let inputs = sources.map { flows[$0] }
      if let inner = named.layer as? Sequential {
        flows.append(graph.scope(named.name) { add(inner, to: &$0, after: inputs[0]) })
        continue
      }
      let shape = (try? named.layer.outputShape(of: inputs.map(\.shape))) ?? inputs[0].shape
      let node = graph.add(
        named.name, "\(type(of: named.layer))", inputs: inputs.map(\.node), shape: [-1] + shape,
        parameters: named.layer.parameters.map { (name: $0.name, shape: $0.tensor.shape) })
      flows.append((node, shape))
    }
    return flows[flows.count - 1]
  }
}
