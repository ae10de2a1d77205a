import Files
import ProtobufWire

/// A model's file, read up to its tensors' numbers.
struct ONNXModelFile {
  let graph: ONNXGraph
  /// The version of the default operator set.
  let operatorSet: Int
  /// What the exporter left beside the graph.
  let metadata: [String: String]
  let wire: WireFile
  let directory: ExternalDirectory

  /// Reads a model's structure.
  ///
  /// - Throws: `ONNXProblem` or `FileError`.
  init(path: String) throws {
    var wire = try WireFile(path: path)
    var graph: ONNXGraph?
    var operatorSet: Int?
    var metadata: [String: String] = [:]
    try wire.forEachField(in: 0..<wire.file.size) { wire, field in
      switch (field.number, field.type) {
      case (7, .lengthDelimited): graph = try wire.graph(field.value, depth: 0)
      case (8, .lengthDelimited):
        var domain = ""
        var version = 0
        try wire.forEachField(in: field.value) { wire, field in
          switch field.number {
          case 1: domain = try wire.string(field)
          case 2: version = try wire.integer(field)
          default: break
          }
        }
        if domain.isEmpty || domain == "ai.onnx" { operatorSet = version }
      case (14, .lengthDelimited):
        let (key, value) = try wire.entry(field.value)
        metadata[key] = value
        try Limit.check(metadata.count, Limit.namesOfNode, "entries of metadata")
      default: break
      }
    }
    guard let graph, !graph.nodes.isEmpty else {
      throw ONNXProblem.notAModel("it holds no graph")
    }
    self.graph = graph
    self.operatorSet = operatorSet ?? 1
    self.metadata = metadata
    self.wire = wire
    directory = ExternalDirectory(ofModelAt: path)
  }
}

/// What a hostile file could fill memory with, many times its own size.
private enum Limit {
  static let nodes = 100_000
  static let namesOfNode = 1_000
  static let attributes = 100
  static let numbers = 1 << 16
  static let pieces = 1 << 16
  static let depth = 8

  static func check(_ count: Int, _ limit: Int, _ what: String) throws(ONNXProblem) {
    if count > limit { throw .tooMany(what, limit: limit) }
  }
}

extension WireFile {
  fileprivate mutating func graph(_ message: Range<Int>, depth: Int) throws -> ONNXGraph {
    try Limit.check(depth, Limit.depth, "graphs inside one another")
    var graph = ONNXGraph()
    try forEachField(in: message) { wire, field in
      guard field.type == .lengthDelimited else { return }
      switch field.number {
      case 1: graph.nodes.append(try wire.node(field.value, depth: depth))
      case 5: graph.initializers.append(try wire.tensor(field.value))
      case 11: graph.inputs.append(try wire.port(field.value))
      case 12: graph.outputs.append(try wire.port(field.value))
      default: break
      }
      try Limit.check(graph.nodes.count, Limit.nodes, "nodes")
      try Limit.check(graph.initializers.count, Limit.nodes, "initializers")
      try Limit.check(graph.inputs.count + graph.outputs.count, Limit.nodes, "inputs and outputs")
    }
    return graph
  }

  private mutating func node(_ message: Range<Int>, depth: Int) throws -> ONNXGraph.Node {
    var node = ONNXGraph.Node()
    try forEachField(in: message) { wire, field in
      switch field.number {
      case 1: node.inputs.append(try wire.string(field))
      case 2: node.outputs.append(try wire.string(field))
      case 3: node.name = try wire.string(field)
      case 4: node.type = try wire.string(field)
      case 5:
        let (name, value) = try wire.attribute(field.value, depth: depth)
        node.attributes[name] = value
      case 7: node.domain = try wire.string(field)
      case 9:
        if let scopes = try wire.scopes(field.value) { node.scopes = scopes }
      default: break
      }
      try Limit.check(
        node.inputs.count + node.outputs.count, Limit.namesOfNode, "inputs of one node")
      try Limit.check(node.attributes.count, Limit.attributes, "attributes of one node")
    }
    return node
  }

  /// The modules of an entry of metadata that tells them: `['', 'layer1', 'layer1.0', 'conv2d']`, as Python
  /// writes a list. Other entries may be long, and aren't read.
  private mutating func scopes(_ message: Range<Int>) throws -> [String]? {
    var isMeant = false
    var scopes: [String]?
    try forEachField(in: message) { wire, field in
      guard field.type == .lengthDelimited, field.value.count <= 4096 else { return }
      if field.number == 1 { isMeant = try wire.string(field) == "pkg.torch.onnx.name_scopes" }
      guard field.number == 2, isMeant else { return }
      let quoted = try wire.string(field).split(
        separator: "'", omittingEmptySubsequences: false)
      scopes = quoted.indices.filter { !$0.isMultiple(of: 2) }.map { String(quoted[$0]) }
    }
    return scopes
  }

  private mutating func attribute(
    _ message: Range<Int>, depth: Int
  ) throws -> (String, ONNXGraph.Attribute) {
    var name = ""
    var value = ONNXGraph.Attribute.other
    var floats: [Float] = []
    var integers: [Int] = []
    try forEachField(in: message) { wire, field in
      switch (field.number, field.type) {
      case (1, _): name = try wire.string(field)
      case (2, .fixed32): value = .float(try wire.float(field))
      case (3, .varint): value = .integer(try wire.integer(field))
      case (4, .lengthDelimited): value = .string(try wire.string(field))
      case (5, .lengthDelimited): value = .tensor(try wire.tensor(field.value))
      case (6, .lengthDelimited): value = .graph(try wire.graph(field.value, depth: depth + 1))
      case (7, .fixed32): floats.append(try wire.float(field))
      case (8, _): integers += try wire.integers(field, most: Limit.numbers)
      default: break
      }
      try Limit.check(floats.count + integers.count, Limit.numbers, "numbers of one attribute")
    }
    if !floats.isEmpty { value = .floats(floats) }
    if !integers.isEmpty { value = .integers(integers) }
    return (name, value)
  }

  fileprivate mutating func tensor(_ message: Range<Int>) throws -> ONNXTensor {
    var tensor = ONNXTensor()
    var raw: Range<Int>?
    var pieces: [Range<Int>] = []
    var varints: [Field] = []
    var external: [String: String] = [:]
    var isExternal = false
    try forEachField(in: message) { wire, field in
      switch (field.number, field.type) {
      case (1, _): tensor.shape += try wire.integers(field, most: 64)
      case (2, .varint): tensor.type = try wire.integer(field)
      case (4, .lengthDelimited), (4, .fixed32), (10, .lengthDelimited), (10, .fixed64):
        pieces.append(field.value)
      case (5, .lengthDelimited), (5, .varint), (7, .lengthDelimited), (7, .varint):
        varints.append(field)
      case (8, .lengthDelimited): tensor.name = try wire.string(field)
      case (9, .lengthDelimited): raw = field.value
      case (13, .lengthDelimited):
        let (key, value) = try wire.entry(field.value)
        external[key] = value
      case (14, .varint): isExternal = try wire.integer(field) == 1
      default: break
      }
      try Limit.check(pieces.count + varints.count, Limit.pieces, "pieces of one tensor")
      try Limit.check(tensor.shape.count, 64, "dimensions of one tensor")
      try Limit.check(external.count, Limit.attributes, "entries of one tensor")
    }
    if isExternal {
      tensor.storage = try Self.external(external, name: tensor.name)
    } else if !varints.isEmpty {
      tensor.storage = .varints(varints)
    } else {
      tensor.storage = .inside(raw.map { [$0] } ?? pieces)
    }
    return tensor
  }

  private static func external(
    _ entries: [String: String], name: String
  ) throws(ONNXProblem) -> ONNXTensor.Storage {
    func number(_ key: String) throws(ONNXProblem) -> Int? {
      guard let text = entries[key] else { return nil }
      guard let number = Int(text), number >= 0 else {
        throw .badTensor(name, "has the \(key) \"\(text)\", which is no number of bytes")
      }
      return number
    }
    return .external(
      location: entries["location"] ?? "", offset: try number("offset") ?? 0,
      length: try number("length"))
  }

  fileprivate mutating func entry(_ message: Range<Int>) throws -> (String, String) {
    var entry = ("", "")
    try forEachField(in: message) { wire, field in
      switch field.number {
      case 1: entry.0 = try wire.string(field)
      case 2: entry.1 = try wire.string(field)
      default: break
      }
    }
    return entry
  }

  private mutating func port(_ message: Range<Int>) throws -> ONNXGraph.Port {
    var port = ONNXGraph.Port()
    try forEachField(in: message) { wire, field in
      if field.number == 1 { port.name = try wire.string(field) }
      guard field.number == 2, field.type == .lengthDelimited else { return }
      try wire.forEachField(in: field.value) { wire, field in
        guard field.number == 1, field.type == .lengthDelimited else { return }
        try wire.forEachField(in: field.value) { wire, field in
          if field.number == 1 { port.type = try wire.integer(field) }
          guard field.number == 2, field.type == .lengthDelimited else { return }
          port.shape += try wire.dimensions(field.value)
        }
      }
    }
    return port
  }

  private mutating func dimensions(_ message: Range<Int>) throws -> [Int?] {
    var lengths: [Int?] = []
    try forEachField(in: message) { wire, field in
      guard field.number == 1, field.type == .lengthDelimited else { return }
      var length: Int?
      try wire.forEachField(in: field.value) { wire, field in
        if field.number == 1 { length = try wire.integer(field) }
      }
      lengths.append(length.flatMap { $0 > 0 ? $0 : nil })
      try Limit.check(lengths.count, 64, "dimensions of one tensor")
    }
    return lengths
  }
}
