public import EventFiles
internal import ProtobufWire

/// A model's operations and what flows between them, for the dashboard Graphs.
///
/// ```swift
/// var graph = Graph()
/// var flow = graph.add("input", "Placeholder", shape: [-1, 28, 28, 1])
/// for layer in layers {
///   flow = graph.add(
///     layer.name, layer.kind, inputs: [flow], shape: layer.outputShape,
///     parameters: ["weight": layer.weightShape])
/// }
/// try writer.add(graph)
/// ```
///
/// Names may hold scopes, divided by `/`; the dashboard shows a scope as one box, to be opened. A name
/// that is taken already gets a number.
public struct Graph: Sendable, Equatable {
  /// An operation of a graph, to be the input of others.
  public struct Node: Sendable, Hashable {
    /// The name, with its scopes.
    public let name: String
  }

  /// What is written.
  public private(set) var definition = GraphDefinition(nodes: [])
  private var names: Set<String> = []
  private var scopes: [String] = []

  /// A graph without operations.
  public init() {}

  /// Adds an operation.
  ///
  /// - Parameters:
  ///   - name: Its name within the scopes that are open.
  ///   - operation: What it does: "Conv2D".
  ///   - inputs: What its values come from.
  ///   - shape: The lengths of its output's dimensions, -1 where one isn't known: "?" on the edge. Nil
  ///     where nothing is known.
  ///   - parameters: Names and shapes of what it learned. Each becomes a node, and together with the
  ///     operation itself they are a scope of this name.
  ///   - attributes: What else the dashboard tells of it.
  ///   - device: Where it runs.
  /// - Returns: The operation, as an input of others.
  @discardableResult
  public mutating func add(
    _ name: String, _ operation: String, inputs: [Node] = [], shape: [Int]? = nil,
    parameters: KeyValuePairs<String, [Int]> = [:],
    attributes: [String: GraphDefinition.Attribute] = [:], device: String = ""
  ) -> Node {
    add(
      name, operation, inputs: inputs, shape: shape,
      parameters: parameters.map { (name: $0.key, shape: $0.value) }, attributes: attributes,
      device: device)
  }

  /// Adds an operation whose parameters are a list.
  @discardableResult
  public mutating func add(
    _ name: String, _ operation: String, inputs: [Node] = [], shape: [Int]? = nil,
    parameters: [(name: String, shape: [Int])],
    attributes: [String: GraphDefinition.Attribute] = [:], device: String = ""
  ) -> Node {
    guard !parameters.isEmpty else {
      return append(name, operation, inputs, shape, attributes, device)
    }
    return scope(name) { graph in
      let learned = parameters.map { parameter in
        graph.append(parameter.name, "Parameter", [], parameter.shape, [:], device)
      }
      return graph.append(operation, operation, inputs + learned, shape, attributes, device)
    }
  }

  /// Puts what `body` adds into a scope; one that is taken already gets a number.
  public mutating func scope<Result>(
    _ name: String, _ body: (inout Graph) throws -> Result
  ) rethrows -> Result {
    let full = unused(path(name))
    names.insert(full)
    let outer = scopes
    scopes = [full]
    defer { scopes = outer }
    return try body(&self)
  }

  private mutating func append(
    _ name: String, _ operation: String, _ inputs: [Node], _ shape: [Int]?,
    _ attributes: [String: GraphDefinition.Attribute], _ device: String
  ) -> Node {
    var node = GraphDefinition.Node(
      name: unused(path(name)), operation: operation, inputs: inputs.map(\.name), device: device,
      attributes: attributes)
    if let shape { node.outputShapes = [shape] }
    names.insert(node.name)
    definition.nodes.append(node)
    return Node(name: node.name)
  }

  /// The name behind the open scopes. `^` and `:` mean something in inputs, empty scopes nothing.
  private func path(_ name: String) -> String {
    let parts = name.split(separator: "/").map { part in
      String(part.map { $0 == "^" || $0 == ":" || $0.isWhitespace ? "_" : $0 })
    }
    return (scopes + (parts.isEmpty ? ["unnamed"] : parts)).joined(separator: "/")
  }

  private func unused(_ name: String) -> String {
    guard names.contains(name) else { return name }
    var number = 1
    while names.contains("\(name)_\(number)") { number += 1 }
    return "\(name)_\(number)"
  }
}

extension SummaryWriter {
  /// Adds the graph of the run's model, for the dashboard Graphs. A run shows one graph.
  ///
  /// - `wallTime`: Seconds since 1970; nil: now.
  /// - Throws: `SummaryWriterError` when the writer is closed, or where the time is negative or isn't
  ///   finite; never for an error of the file.
  public func add(_ graph: Graph, wallTime: Double? = nil) throws(SummaryWriterError) {
    try add(graph.definition, wallTime: wallTime)
  }

  /// Adds a graph whose nodes were made by hand, for the dashboard Graphs.
  public func add(
    _ graph: GraphDefinition, wallTime: Double? = nil
  ) throws(SummaryWriterError) {
    try add(.graphDefinition(graph.wireBytes), step: 0, wallTime: wallTime)
  }

  /// Adds a mark that the run stopped, or saved a checkpoint, at a step.
  ///
  /// A mark of a start makes readers drop what the run logged before from that step on; to go on with
  /// an interrupted run, give `resumingAt` when the writer is made.
  public func add(
    _ mark: SessionLog, step: Int, wallTime: Double? = nil
  ) throws(SummaryWriterError) {
    try add(.sessionLog(mark), step: step, wallTime: wallTime)
  }
}
