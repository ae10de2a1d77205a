/// How the value of a field is laid out.
///
/// - Source: <https://protobuf.dev/programming-guides/encoding/>.
package enum WireType: UInt8, Sendable {
  /// Seven bits a byte, the lowest first; the top bit says that more follow.
  case varint = 0
  /// Eight bytes, little-endian.
  case fixed64 = 1
  /// A length as a varint, then as many bytes.
  case lengthDelimited = 2
  /// The fields of a group, up to the end of the group; no longer in use.
  case groupStart = 3
  /// The end of a group.
  case groupEnd = 4
  /// Four bytes, little-endian.
  case fixed32 = 5
}

/// Why bytes are no protobuf message. Positions are in bytes, from the start of the outermost one.
package enum WireError: Error, Sendable, Equatable {
  /// A field ends after its message does.
  case truncated(position: Int)
  /// A varint is longer than ten bytes, or holds more than 64 bits.
  case varintTooLong(position: Int)
  /// A field's number is 0 or greater than 2^29 - 1.
  case badFieldNumber(position: Int)
  /// A wire type that protobuf doesn't have.
  case badWireType(UInt8, position: Int)
  /// A group ends that didn't begin, or doesn't end.
  case unbalancedGroup(position: Int)
  /// Messages or groups lie in one another deeper than the limit.
  case nestedTooDeep(limit: Int, position: Int)
  /// A packed field of fixed-width scalars has a length that is no multiple of the width.
  case unevenLength(Int, position: Int)
}

extension WireError: CustomStringConvertible {
  /// The error as the end of a sentence.
  package var description: String {
    switch self {
    case .truncated(let position):
      "the field at byte \(position) of the message goes beyond its end"
    case .varintTooLong(let position):
      "the number at byte \(position) of the message has more than 64 bits"
    case .badFieldNumber(let position):
      "the field at byte \(position) of the message has a number that can't be"
    case .badWireType(let type, let position):
      "the field at byte \(position) of the message has type \(type), which doesn't exist"
    case .unbalancedGroup(let position):
      "the group at byte \(position) of the message lacks its start or end"
    case .nestedTooDeep(let limit, let position):
      "the message at byte \(position) lies more than \(limit) messages deep"
    case .unevenLength(let length, let position):
      "the packed numbers at byte \(position) of the message take \(length) bytes, "
        + "no multiple of their width"
    }
  }
}
