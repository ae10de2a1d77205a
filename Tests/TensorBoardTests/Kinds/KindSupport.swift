import EventFiles
import Foundation
import TensorBoard
import Testing

/// The payloads of an event file that another library wrote; see Fixtures/make_kinds.py.
func payloads(_ name: String) throws -> [[UInt8]] {
  let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/\(name)").path
  let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  var payloads: [[UInt8]] = []
  var start = 0
  while start < bytes.count {
    let length = (0..<8).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    payloads.append(Array(bytes[start + 12..<start + 12 + length]))
    start += length + 16
  }
  return payloads
}

/// Numbers from 0 up to 1 that look random: those of Fixtures/make_kinds.py.
func numbers(_ count: Int, seed: UInt64) -> [Double] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 40) / Double(1 << 24)
  }
}

/// The tensor of a value.
func tensor(_ value: Summary.Value?) throws -> TensorProto {
  guard case .tensor(let tensor) = value?.content else { throw Unexpected(found: "no tensor") }
  return tensor
}

/// The strings of a value's tensor.
func strings(_ value: Summary.Value?) throws -> [[UInt8]] {
  try #require(try tensor(value).strings)
}

extension Summary {
  /// The value under a tag.
  func value(_ tag: String) -> Value? { values.first { $0.tag == tag } }
}
