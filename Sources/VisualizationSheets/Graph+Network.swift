package import NeuralNetworks
package import TensorBoard
internal import Tensors

extension Graph {
  /// A network as TensorBoard's dashboard Graphs shows it: a node a layer, shapes on the edges, and what lies
  /// before the last dot or slash of a layer's name as boxes to be opened.
  ///
  /// - Parameters:
  ///   - input: the shape of one input.
  ///   - end: an operation behind the network, such as the loss's softmax.
  package init(of network: Sequential, input: [Int], end: String? = nil) {
    self.init()
    let start = add(Sequential.input, "Placeholder", shape: [-1] + input)
    let (last, shape) = add(network, after: (start, input))
    if let end { add(end.lowercased(), end, inputs: [last], shape: [-1] + shape) }
  }

  /// What flows from a node to others, with its shape.
  private typealias Flow = (node: Node, shape: [Int])

  private mutating func add(_ network: Sequential, after start: Flow) -> Flow {
    // At each place of the network, as its wiring numbers them.
    var flows = [start]
    for (named, sources) in zip(network.layers, network.wiring.sources) {
      let inputs = sources.map { flows[$0] }
      let name = named.name.replacing(".", with: "/")
      if let inner = named.layer as? Sequential {
        flows.append(scope(name) { $0.add(inner, after: inputs[0]) })
        continue
      }
      let shape = (try? named.layer.outputShape(of: inputs.map(\.shape))) ?? inputs[0].shape
      let node = add(
        name, "\(type(of: named.layer))", inputs: inputs.map(\.node), shape: [-1] + shape,
        parameters: named.layer.parameters.map { (name: $0.name, shape: $0.tensor.shape) })
      flows.append((node, shape))
    }
    return flows[flows.count - 1]
  }
}
