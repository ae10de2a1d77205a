package import NeuralNetworks

/// A network's layers and how they are connected, each in a lane: what waits to be taken by a later layer
/// keeps its lane until then, so that branches run side by side.
package struct NetworkGraph: Sendable {
  /// A layer, or the input.
  package struct Node: Sendable {
    /// The layer's full name, or `input`.
    package let name: String
    /// The layer; nil for the input.
    package let layer: (any Layer)?
    /// The shape of one output.
    package let shape: [Int]
    /// The nodes whose outputs it takes.
    package let sources: [Int]
    /// Where it stands, from 0 on the left.
    package let lane: Int
    /// The lanes that are held above it: each one's last node.
    package let above: [Int: Int]
    /// The lanes that are held below it.
    package let below: [Int: Int]
  }

  /// From the input to the output.
  package let nodes: [Node]

  /// Lanes that are held at once, at most.
  package var laneCount: Int { (nodes.map(\.lane).max() ?? 0) + 1 }

  /// Whether some output is taken by several layers, or a layer takes several.
  package var branches: Bool { laneCount > 1 }

  /// The graph of a network, whose layers inside of compositions stand among those around them.
  ///
  /// - Parameter input: the shape of one input.
  package init(of deconvnet: Deconvnet, input: [Int]) {
    let (wiring, shapes) = (deconvnet.wiring, deconvnet.shapes(input: input))
    var uses = wiring.uses
    // The node that holds each lane.
    var lanes: [Int?] = [0]
    func held() -> [Int: Int] {
      Dictionary(
        uniqueKeysWithValues: lanes.enumerated().compactMap { lane, node in
          node.map { (lane, $0) }
        })
    }
    var nodes = [
      Node(
        name: Sequential.input, layer: nil, shape: input, sources: [], lane: 0, above: [:],
        below: held())
    ]
    for (index, named) in deconvnet.chain.layers.enumerated() {
      let (sources, above) = (wiring.sources[index], held())
      for source in sources { uses[source] -= 1 }
      for lane in lanes.indices {
        if let node = lanes[lane], sources.contains(node), uses[node] <= 0 { lanes[lane] = nil }
      }
      // The lane of a source that nobody else needs, or else a free one to its right.
      let own = lanes.indices.first { above[$0].map(sources.contains) == true && lanes[$0] == nil }
      let first = above.filter { sources.contains($0.value) }.keys.min() ?? 0
      let free = own ?? lanes.indices.first { $0 > first && lanes[$0] == nil } ?? lanes.count
      if free == lanes.count { lanes.append(nil) }
      lanes[free] = index + 1
      nodes.append(
        Node(
          name: named.name, layer: named.layer, shape: shapes[index + 1], sources: sources,
          lane: free, above: above, below: held()))
      if uses[index + 1] <= 0 { lanes[free] = nil }
      while lanes.count > 1, lanes.last == .some(nil) { lanes.removeLast() }
    }
    self.nodes = nodes
  }
}
