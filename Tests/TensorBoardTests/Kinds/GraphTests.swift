import EventFiles
import ProtobufWire
import TensorBoard
import Testing

@Suite struct GraphTests {
  @Test func `inputs are names, and shapes stand on the edges`() throws {
    var graph = Graph()
    let input = graph.add("input", "Placeholder", shape: [-1, 28])
    let output = graph.add("relu", "ReLU", inputs: [input], device: "/cpu")
    #expect(output.name == "relu")
    let nodes = graph.definition.nodes
    #expect(nodes.map(\.name) == ["input", "relu"])
    #expect(nodes.map(\.operation) == ["Placeholder", "ReLU"])
    #expect(nodes[1].inputs == ["input"] && nodes[1].device == "/cpu")
    #expect(nodes[0].outputShapes == [[-1, 28]])
    #expect(nodes[1].outputShapes.isEmpty)
  }

  @Test func `parameters and their operation are a scope`() {
    var graph = Graph()
    let input = graph.add("input", "Placeholder")
    let dense = graph.add(
      "dense", "Dense", inputs: [input], parameters: ["weight": [3, 4], "bias": [4]])
    #expect(dense.name == "dense/Dense")
    #expect(
      graph.definition.nodes.map(\.name) == ["input", "dense/weight", "dense/bias", "dense/Dense"])
    #expect(graph.definition.nodes[3].inputs == ["input", "dense/weight", "dense/bias"])
    #expect(graph.definition.nodes[1].outputShapes == [[3, 4]])
    var same = Graph()
    same.add(
      "dense", "Dense", inputs: [same.add("input", "Placeholder")],
      parameters: [(name: "weight", shape: [3, 4]), (name: "bias", shape: [4])])
    #expect(same == graph)
  }

  @Test func `a name that is taken gets a number`() {
    var graph = Graph()
    #expect((0..<3).map { _ in graph.add("a", "A").name } == ["a", "a_1", "a_2"])
    #expect(graph.add("a", "A", parameters: ["w": [1]]).name == "a_3/A")
    #expect(graph.add("a_1", "A").name == "a_1_1")
  }

  @Test func `scopes lie in one another and end with an error too`() {
    struct Stop: Error {}
    var graph = Graph()
    let name = graph.scope("outer") { graph in
      graph.scope("inner") { $0.add("x", "X").name }
    }
    #expect(name == "outer/inner/x")
    #expect(throws: Stop.self) { try graph.scope("broken") { _ in throw Stop() } }
    #expect(graph.add("y", "Y").name == "y")
    #expect(graph.scope("outer") { $0.add("x", "X").name } == "outer_1/x")
  }

  @Test(arguments: [
    ("a:1", "a_1"), ("^a", "_a"), ("/a//b/", "a/b"), ("", "unnamed"), ("two words", "two_words"),
  ])
  func `characters that mean something are replaced`(_ name: String, _ wanted: String) {
    var graph = Graph()
    #expect(graph.add(name, "A").name == wanted)
  }

  @Test func `every kind of attribute comes back`() throws {
    let attributes: [String: GraphDefinition.Attribute] = [
      "string": "s", "integer": -3, "float": 0.5, "bool": false, "type": .type(.bfloat16),
      "shape": .shape([1, -1, 0]), "unknown": .shape(nil), "scalar": .shape([]),
      "integers": [1, -2], "floats": .floats([1, 2]), "strings": .strings(["a", "ü"]),
      "shapes": .shapes([[2], nil, []]), "tensor": .tensor(TensorProto(shape: [1], scalars: [2.0])),
    ]
    let graph = GraphDefinition(nodes: [
      .init(name: "a", operation: "b", inputs: ["^c", "d:1"], device: "e", attributes: attributes)
    ])
    #expect(try GraphDefinition(wireBytes: graph.wireBytes) == graph)
  }

  @Test func `a writer puts the graph and marks into events of their own`() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder)
      var graph = Graph()
      graph.add("a", "A")
      try writer.add(graph, wallTime: 5)
      let mark = SessionLog(status: .checkpoint, checkpointPath: "c.safetensors")
      try writer.add(mark, step: 7)
      try writer.close()
      let events = try readEvents(writer.path).events
      #expect(events[1].wallTime == 5)
      #expect(events[1].content == .graphDefinition(graph.definition.wireBytes))
      #expect(events[2].content == .sessionLog(mark))
      #expect(events[2].step == 7 && events[2].wallTime.isFinite)
      #expect(throws: SummaryWriterError.closed(path: writer.path)) { try writer.add(graph) }
    }
  }
}
