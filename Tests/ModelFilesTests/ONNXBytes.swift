import Foundation
import ProtobufWire

/// ONNX models made of bytes, true or not.
struct ONNXBytes {
  /// A tensor of a graph.
  struct Initializer {
    var name: String
    var shape: [Int]
    var type = 1
    /// Encodes its numbers.
    var content: (inout WireEncoder) -> Void = { _ in }

    static func floats(_ name: String, _ shape: [Int], _ numbers: [Float]) -> Initializer {
      let bytes = numbers.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
      return Initializer(name: name, shape: shape) { $0.encode(bytes, field: 9) }
    }

    static func integers(_ name: String, _ numbers: [Int]) -> Initializer {
      let bytes = numbers.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) }
      return Initializer(name: name, shape: [numbers.count], type: 7) { $0.encode(bytes, field: 9) }
    }
  }

  struct Node {
    var type: String
    var inputs: [String]
    var output: String
    var name = ""
    var integer: [String: Int] = [:]
    var integers: [String: [Int]] = [:]
    var strings: [String: String] = [:]
  }

  var input = [1, 1, 4, 4]
  var nodes: [Node]
  var initializers: [Initializer] = []
  var operatorSet = 13

  /// The file; its output is the last node's.
  var bytes: [UInt8] {
    var encoder = WireEncoder()
    encoder.encode(8, field: 1)
    encoder.encodeMessage(field: 7) { graph in
      for node in nodes {
        graph.encodeMessage(field: 1) { message in
          for input in node.inputs { message.encode(input, field: 1) }
          message.encode(node.output, field: 2)
          message.encode(node.name, field: 3)
          message.encode(node.type, field: 4)
          for (name, value) in node.integer {
            message.encodeMessage(field: 5) { attribute in
              attribute.encode(name, field: 1)
              attribute.encode(value, field: 3)
            }
          }
          for (name, values) in node.integers {
            message.encodeMessage(field: 5) { attribute in
              attribute.encode(name, field: 1)
              for value in values { attribute.encode(value, field: 8) }
            }
          }
          for (name, value) in node.strings {
            message.encodeMessage(field: 5) { attribute in
              attribute.encode(name, field: 1)
              attribute.encode(value, field: 4)
            }
          }
        }
      }
      for tensor in initializers {
        graph.encodeMessage(field: 5) { message in
          for length in tensor.shape { message.encode(length, field: 1) }
          message.encode(tensor.type, field: 2)
          message.encode(tensor.name, field: 8)
          tensor.content(&message)
        }
      }
      graph.encodeMessage(field: 11) { port in
        port.encode("x", field: 1)
        port.encodeMessage(field: 2) { type in
          type.encodeMessage(field: 1) { type in
            type.encode(1, field: 1)
            type.encodeMessage(field: 2) { shape in
              for length in input {
                shape.encodeMessage(field: 1) { $0.encode(length, field: 1) }
              }
            }
          }
        }
      }
      graph.encodeMessage(field: 12) { $0.encode(nodes.last?.output ?? "", field: 1) }
    }
    encoder.encodeMessage(field: 8) {
      $0.encode("", field: 1)
      $0.encode(operatorSet, field: 2)
    }
    return encoder.bytes
  }

  /// Calls with the path of a file that holds it.
  func withFile<Result>(_ body: (_ path: String) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
      try write(bytes, to: "\(folder)/model.onnx")
      return try body("\(folder)/model.onnx")
    }
  }
}
