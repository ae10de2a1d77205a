package import ProtobufWire

extension GraphDefinition: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(nodes: [], producer: 0)
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): nodes.append(try decoder.message())
      case (4, .lengthDelimited):
        var versions = try decoder.nestedDecoder()
        while let field = try versions.nextField() {
          switch (field.number, field.type) {
          case (1, .varint): producer = try versions.integer()
          default: try versions.skip(field)
          }
        }
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    for node in nodes { encoder.encode(node, field: 1) }
    if producer != 0 { encoder.encodeMessage(field: 4) { $0.encode(producer, field: 1) } }
  }
}

extension GraphDefinition.Node: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(name: "", operation: "")
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): name = try decoder.string()
      case (2, .lengthDelimited): operation = try decoder.string()
      case (3, .lengthDelimited): inputs.append(try decoder.string())
      case (4, .lengthDelimited): device = try decoder.string()
      case (5, .lengthDelimited):
        var entry = try decoder.nestedDecoder()
        try decodeAttribute(from: &entry)
      default: try decoder.skip(field)
      }
    }
  }

  private mutating func decodeAttribute(from entry: inout WireDecoder) throws(WireError) {
    var key = ""
    var value: GraphDefinition.Attribute?
    while let field = try entry.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): key = try entry.string()
      case (2, .lengthDelimited): value = try entry.message(OptionalAttribute.self).value
      default: try entry.skip(field)
      }
    }
    attributes[key] = value
  }

  package func encode(into encoder: inout WireEncoder) {
    if !name.isEmpty { encoder.encode(name, field: 1) }
    if !operation.isEmpty { encoder.encode(operation, field: 2) }
    for input in inputs { encoder.encode(input, field: 3) }
    if !device.isEmpty { encoder.encode(device, field: 4) }
    // By name, so that the same graph always makes the same bytes.
    for (key, value) in attributes.sorted(by: { $0.key < $1.key }) {
      encoder.encodeMessage(field: 5) { entry in
        entry.encode(key, field: 1)
        entry.encode(OptionalAttribute(value: value), field: 2)
      }
    }
  }
}

/// An attribute's value; nil where it is of a kind that this library doesn't know.
private struct OptionalAttribute: WireMessage {
  var value: GraphDefinition.Attribute?

  init(value: GraphDefinition.Attribute) { self.value = value }

  init(from decoder: inout WireDecoder) throws(WireError) {
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited):
        var list = try decoder.nestedDecoder()
        value = try Self.list(from: &list)
      case (2, .lengthDelimited): value = .string(try decoder.string())
      case (3, .varint): value = .integer(try decoder.integer())
      case (4, .fixed32): value = .float(try decoder.float())
      case (5, .varint): value = .bool(try decoder.bool())
      case (6, .varint): value = .type(TensorProto.DataType(rawValue: try decoder.integer()))
      case (7, .lengthDelimited): value = .shape(try decoder.message(ShapeMessage.self).lengths)
      case (8, .lengthDelimited): value = .tensor(try decoder.message())
      default: try decoder.skip(field)
      }
    }
  }

  private static func list(
    from list: inout WireDecoder
  ) throws(WireError) -> GraphDefinition.Attribute? {
    var strings: [String] = []
    var integers: [Int64] = []
    var floats: [Float] = []
    var shapes: [[Int]?] = []
    while let field = try list.nextField() {
      switch (field.number, field.type) {
      case (2, .lengthDelimited): strings.append(try list.string())
      case (3, .lengthDelimited), (3, .varint): try list.appendIntegers(to: &integers, field)
      case (4, .lengthDelimited), (4, .fixed32): try list.appendFloats(to: &floats, field)
      case (7, .lengthDelimited): shapes.append(try list.message(ShapeMessage.self).lengths)
      default: try list.skip(field)
      }
    }
    // A list is of one kind; of an empty one nobody can tell which.
    if !strings.isEmpty { return .strings(strings) }
    if !shapes.isEmpty { return .shapes(shapes) }
    if !floats.isEmpty { return .floats(floats) }
    return integers.isEmpty ? nil : .integers(integers.map { Int(truncatingIfNeeded: $0) })
  }

  func encode(into encoder: inout WireEncoder) {
    switch value {
    case .string(let string): encoder.encode(string, field: 2)
    case .integer(let integer): encoder.encode(integer, field: 3)
    case .float(let float): encoder.encode(float, field: 4)
    case .bool(let bool): encoder.encode(bool, field: 5)
    case .type(let type): encoder.encode(type.rawValue, field: 6)
    case .shape(let lengths): encoder.encode(ShapeMessage(lengths: lengths), field: 7)
    case .tensor(let tensor): encoder.encode(tensor, field: 8)
    case .integers(let integers):
      encoder.encodeMessage(field: 1) { $0.encode(packed: integers.map(Int64.init), field: 3) }
    case .floats(let floats):
      encoder.encodeMessage(field: 1) { $0.encode(packed: floats, field: 4) }
    case .strings(let strings):
      encoder.encodeMessage(field: 1) { list in
        for string in strings { list.encode(string, field: 2) }
      }
    case .shapes(let shapes):
      encoder.encodeMessage(field: 1) { list in
        for lengths in shapes { list.encode(ShapeMessage(lengths: lengths), field: 7) }
      }
    case nil: break
    }
  }
}

/// A shape whose number of dimensions may be unknown.
private struct ShapeMessage: WireMessage {
  var lengths: [Int]?

  init(lengths: [Int]?) { self.lengths = lengths }

  init(from decoder: inout WireDecoder) throws(WireError) {
    var known: [Int] = []
    var isUnknown = false
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (2, .lengthDelimited):
        var dimension = try decoder.nestedDecoder()
        var length = 0
        while let field = try dimension.nextField() {
          switch (field.number, field.type) {
          case (1, .varint): length = try dimension.integer()
          default: try dimension.skip(field)
          }
        }
        known.append(length)
      case (3, .varint): isUnknown = try decoder.bool()
      default: try decoder.skip(field)
      }
    }
    lengths = isUnknown ? nil : known
  }

  func encode(into encoder: inout WireEncoder) {
    guard let lengths else { return encoder.encode(true, field: 3) }
    for length in lengths {
      encoder.encodeMessage(field: 2) { if length != 0 { $0.encode(length, field: 1) } }
    }
  }
}
