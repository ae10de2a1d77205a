import Tensors

/// A value of a JSON file, whatever it is.
package enum JSONValue: Codable, Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  package init(from decoder: any Decoder) throws {
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

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value):
      if let integer { try container.encode(integer) } else { try container.encode(value) }
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let fields): try container.encode(fields)
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

  /// Whole numbers, one for all or a list of them.
  var integers: [Int]? {
    if let integer { return [integer] }
    guard case .array(let values) = self else { return nil }
    let integers = values.compactMap(\.integer)
    return integers.count == values.count ? integers : nil
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

extension JSONValue: ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByStringLiteral
{
  package init(integerLiteral value: Int) { self = .number(Double(value)) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(stringLiteral value: String) { self = .string(value) }

  init(_ value: Int) { self = .number(Double(value)) }

  /// The shortest decimal number that is this one.
  init(_ value: Float) { self = .number(Double("\(value)") ?? Double(value)) }

  /// Height and width.
  init(_ value: Extent) { self = .array([JSONValue(value.height), JSONValue(value.width)]) }

  /// Height and width where both sides are alike, as in PyTorch; else top, left, bottom and right.
  init(_ value: Padding) {
    let sides = [value.top, value.left, value.bottom, value.right].map { JSONValue($0) }
    self = .array(
      value.top == value.bottom && value.left == value.right ? [sides[0], sides[1]] : sides)
  }
}
