/// A value of JSON, to be written.
///
/// What isn't finite, for which JSON has no number, is written as the strings "NaN", "Infinity" and
/// "-Infinity", as TensorBoard does. Members keep their order.
/// - Source: RFC 8259.
package enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  /// A number of single precision: fewer digits read back as the same.
  case single(Float)
  case string(String)
  case array([JSON])
  case object([Member])

  /// A name and a value.
  package struct Member: Sendable, Equatable {
    package var key: String
    package var value: JSON

    package init(key: String, value: JSON) {
      self.key = key
      self.value = value
    }
  }

  /// An object of members in their order; those without a value are left out.
  package init(_ members: KeyValuePairs<String, any JSONRepresentable>) {
    self = .object(
      members.compactMap { key, value in value.json.map { Member(key: key, value: $0) } })
  }

  /// The text on one line, without spaces.
  package var text: String { String(decoding: bytes(indentation: nil), as: UTF8.self) }

  /// The text with a line a member, two spaces a level.
  package var indentedText: String { String(decoding: bytes(indentation: 0), as: UTF8.self) }

  private func bytes(indentation: Int?) -> [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes, indentation: indentation)
    return bytes
  }

  private func write(to bytes: inout [UInt8], indentation: Int?) {
    switch self {
    case .null: bytes.append(text: "null")
    case .bool(let value): bytes.append(text: value ? "true" : "false")
    case .integer(let value): bytes.append(integer: value)
    case .number(let value): bytes.append(json: value, isSingle: false)
    case .single(let value): bytes.append(json: Double(value), isSingle: true)
    case .string(let text): bytes.append(text: Self.quoted(text))
    case .array(let values):
      Self.list(values, "[", "]", &bytes, indentation) { value, bytes, indentation in
        value.write(to: &bytes, indentation: indentation)
      }
    case .object(let members):
      Self.list(members, "{", "}", &bytes, indentation) { member, bytes, indentation in
        bytes.append(text: Self.quoted(member.key) + (indentation == nil ? ":" : ": "))
        member.value.write(to: &bytes, indentation: indentation)
      }
    }
  }

  private static func list<Item>(
    _ items: [Item], _ open: String, _ close: String, _ bytes: inout [UInt8], _ indentation: Int?,
    _ write: (Item, inout [UInt8], Int?) -> Void
  ) {
    func newLine(_ bytes: inout [UInt8], _ spaces: Int?) {
      guard let spaces, !items.isEmpty else { return }
      bytes.append(text: "\n" + String(repeating: " ", count: spaces))
    }
    let inner = indentation.map { $0 + 2 }
    bytes.append(text: open)
    for (index, item) in items.enumerated() {
      if index > 0 { bytes.append(text: ",") }
      newLine(&bytes, inner)
      write(item, &bytes, inner)
    }
    newLine(&bytes, indentation)
    bytes.append(text: close)
  }

  /// A string with its quotes.
  ///
  /// Controls, also those above 0x7F, and what turns the direction of text are escaped, so that a
  /// line is harmless in a terminal.
  /// - Parameter inMarkup: whether it must not end a `<script>` either, nor begin a comment in it.
  package static func quoted(_ text: String, inMarkup: Bool = false) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "<" where inMarkup, ">" where inMarkup, "&" where inMarkup, "\u{2028}", "\u{2029}",
        _ where SafeText.isControl(scalar):
        result += "\\u" + SafeText.hexadecimal(scalar.value, digits: 4)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// What has a value of JSON.
package protocol JSONRepresentable {
  /// The value; nil where there is none, so that a member of it is left out.
  var json: JSON? { get }
}

extension JSON: JSONRepresentable { package var json: JSON? { self } }
extension Bool: JSONRepresentable { package var json: JSON? { .bool(self) } }
extension Int: JSONRepresentable { package var json: JSON? { .integer(self) } }
extension Double: JSONRepresentable { package var json: JSON? { .number(self) } }
extension Float: JSONRepresentable { package var json: JSON? { .single(self) } }
extension String: JSONRepresentable { package var json: JSON? { .string(self) } }
extension Array: JSONRepresentable where Element: JSONRepresentable {
  package var json: JSON? { .array(map { $0.json ?? .null }) }
}
extension Dictionary: JSONRepresentable where Key == String, Value: JSONRepresentable {
  /// An object in the order of its keys.
  package var json: JSON? {
    .object(
      sorted { $0.key < $1.key }.map {
        JSON.Member(key: $0.key, value: $0.value.json ?? .null)
      })
  }
}
extension Optional: JSONRepresentable where Wrapped: JSONRepresentable {
  package var json: JSON? { flatMap(\.json) }
}
