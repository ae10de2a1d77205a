/// A value of a JSON file, whatever it is.
enum JSONValue: Decodable, Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// The whole number, if it is one that sizes can have.
  var integer: Int? {
    guard case .number(let number) = self, number == number.rounded(), abs(number) < 1e9 else {
      return nil
    }
    return Int(number)
  }

  /// The number.
  var number: Double? {
    if case .number(let number) = self { number } else { nil }
  }

  /// One number for both directions, or one for each: height, width.
  var pair: (Int, Int)? {
    if let both = integer { return (both, both) }
    guard case .array(let values) = self, values.count == 2, let first = values[0].integer,
      let second = values[1].integer
    else { return nil }
    return (first, second)
  }

  /// The value as a file writes it, more or less.
  var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let value): integer.map(String.init) ?? "\(value)"
    case .string(let value): "\"\(value)\""
    case .array(let values): "[\(values.map(\.text).joined(separator: ", "))]"
    case .object: "{…}"
    }
  }
}
