private import ProtobufWire

/// What a field of a protobuf message holds.
package indirect enum FieldGrammar: Sendable {
  case varint, float, double
  case varints, floats, doubles
  /// One of these texts most of the time.
  case text([String])
  case bytes
  case message(MessageGrammar)
  /// A message that is made when it is come to, so that grammars can go in circles.
  case nested(@Sendable () -> MessageGrammar)
}

/// The fields of a protobuf message, by number.
package struct MessageGrammar: Sendable, ExpressibleByDictionaryLiteral {
  fileprivate let fields: [(number: Int, kind: FieldGrammar)]

  package init(dictionaryLiteral elements: (Int, FieldGrammar)...) {
    fields = elements.map { (number: $0, kind: $1) }
  }
}

extension Choices {
  /// A message: its fields in any order and number, now and then of another type.
  package mutating func message(_ grammar: MessageGrammar, most: Int = 6) -> [UInt8] {
    var encoder = WireEncoder()
    append(grammar, most, &encoder, 0)
    return encoder.bytes
  }

  private mutating func append(
    _ grammar: MessageGrammar, _ most: Int, _ encoder: inout WireEncoder, _ depth: Int
  ) {
    for _ in 0...below(most) {
      let field = pick(grammar.fields)
      let isStrange = once(in: 32)
      encode(
        isStrange ? pick(grammar.fields).kind : field.kind,
        isStrange && once(in: 2) ? within(1...64) : field.number, &encoder, depth)
      if isEmpty { break }
    }
  }

  private mutating func encode(
    _ kind: FieldGrammar, _ field: Int, _ encoder: inout WireEncoder, _ depth: Int
  ) {
    switch kind {
    case .varint: encoder.encode(number(), field: field)
    case .float: encoder.encode(float(), field: field)
    case .double: encoder.encode(double(), field: field)
    case .varints: encoder.encode(packed: list(6) { Int64($0.number()) }, field: field)
    case .floats: encoder.encode(packed: list(6) { $0.float() }, field: field)
    case .doubles: encoder.encode(packed: list(6) { $0.double() }, field: field)
    case .text(let texts):
      if texts.isEmpty || once(in: 8) { return encode(.bytes, field, &encoder, depth) }
      encoder.encode(pick(texts), field: field)
    case .bytes: encoder.encode(take(below(24)), field: field)
    case .message(let grammar): nest(grammar, field, &encoder, depth)
    case .nested(let grammar): nest(grammar(), field, &encoder, depth)
    }
  }

  private mutating func nest(
    _ grammar: MessageGrammar, _ field: Int, _ encoder: inout WireEncoder, _ depth: Int
  ) {
    guard depth < 8, !isEmpty else { return encoder.encode([], field: field) }
    encoder.encodeMessage(field: field) { append(grammar, 6, &$0, depth + 1) }
  }
}
