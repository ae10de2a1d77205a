import Foundation
import ProtobufWire
import Tensors
import Testing

@testable import ModelFiles

/// What is said of an ONNX file that isn't a network, or that lies.
@Suite struct ONNXErrorTests {
  @Test(arguments: [
    (
      "fork",
      """
      node "Div_y" (Div) divides by, or raises to, what depends on the image
      """
    ),
    ("operator", "node \"Selu_y\" has the operator Selu, which no layer stands for"),
    ("domain", "node \"c\" has the operator my.own.Conv, which no layer stands for"),
    (
      "adaptive",
      "node \"node_GatherND_40\" has the operator GatherND, which no layer stands for"
    ),
    ("two_inputs", "has 2 inputs (x, z), not one"),
    ("two_outputs", "has 2 outputs (y, z); networks with one are read"),
    (
      "input",
      "its input \"x\" is [1, 2, 6], not images [N, C, H, W] of floating-point numbers"
    ),
    ("dilated_pool", "node \"AveragePool_y\" (AveragePool) is dilated"),
    (
      "weights",
      "node \"Conv_y\" (Conv) has weights [2, 2, 3, 3] in 1 groups, but gets 3 channels"
    ),
    (
      "small",
      "node \"Conv_y\" (Conv) has windows of 3 × 3, but gets images of 2 × 2"
    ),
    ("axis", "node \"Softmax_y\" (Softmax) isn't over the channels, but over axis 3"),
    ("rows", "node \"MatMul_y\" (MatMul) takes rows of 35, but gets rows of 36"),
    ("pad", "node \"Pad_a\" (Pad) pads with \"reflect\"; zeros are possible"),
  ])
  func `graphs that no layers stand for name node and operator`(
    name: String, sentence: String
  ) {
    let path = ONNXFixtures.path("wrong_\(name)")
    let error = #expect(throws: ONNXError.self) { try Checkpoint(path: path) }
    #expect(error?.description == "\(path): \(sentence)")
  }

  @Test func `a model that leaves the images' size open asks for it`() {
    let path = ONNXFixtures.path("open")
    let error = #expect(throws: ONNXError.self) { try Checkpoint(path: path) }
    #expect(
      error?.description
        == "\(path): its input \"x\" of shape [?, 1, ?, ?] leaves the images' size open")
  }

  // MARK: Files that lie

  /// A model `y = Relu(x)`, with one initializer more.
  private func model(_ tensor: (inout WireEncoder) -> Void) -> [UInt8] {
    var encoder = WireEncoder()
    encoder.encode(9, field: 1)
    encoder.encodeMessage(field: 7) { graph in
      graph.encodeMessage(field: 1) { node in
        node.encode("x", field: 1)
        node.encode("y", field: 2)
        node.encode("Relu", field: 4)
      }
      graph.encodeMessage(field: 5) { tensor(&$0) }
      graph.encodeMessage(field: 11) { port in
        port.encode("x", field: 1)
        port.encodeMessage(field: 2) { type in
          type.encodeMessage(field: 1) { type in
            type.encode(1, field: 1)
            type.encodeMessage(field: 2) { shape in
              for length in [1, 1, 4, 4] {
                shape.encodeMessage(field: 1) { $0.encode(length, field: 1) }
              }
            }
          }
        }
      }
      graph.encodeMessage(field: 12) { $0.encode("y", field: 1) }
    }
    return encoder.bytes
  }

  private func tensor(_ shape: [Int] = [2], type: Int = 1) -> (inout WireEncoder) -> Void {
    { encoder in
      for length in shape { encoder.encode(length, field: 1) }
      encoder.encode(type, field: 2)
      encoder.encode("w", field: 8)
    }
  }

  private func expect(
    _ bytes: [UInt8], _ sentence: String?, prepare: (String) throws -> Void = { _ in },
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.onnx"
      try write(bytes, to: path)
      try prepare(folder)
      guard let sentence else {
        #expect(throws: Never.self, sourceLocation: sourceLocation) {
          try Checkpoint(path: path).makeModel()
        }
        return
      }
      let error = #expect(throws: ONNXError.self, sourceLocation: sourceLocation) {
        try Checkpoint(path: path)
      }
      #expect(error?.description == "\(path): \(sentence)", sourceLocation: sourceLocation)
    }
  }

  @Test func `the model that the others spoil is good`() throws {
    try expect(
      model {
        tensor()(&$0)
        $0.encode([0, 0, 0, 0, 0, 0, 0, 0], field: 9)
      }, nil)
  }

  @Test func `files that are no models`() throws {
    try expect([], "not an ONNX model: it holds no graph")
    try expect([8, 9], "not an ONNX model: it holds no graph")
    try expect([0xFF], "not a whole ONNX model: what stands at byte 0 is damaged")
    try expect([8, 9, 0x3A, 5, 1], "not a whole ONNX model: what stands at byte 2 is damaged")
  }

  @Test func `a folder is no model`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.onnx"
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false)
      #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
    }
  }

  @Test(arguments: [
    ([2], 1, 7, "of shape [2] needs 8 bytes, but has 7"),
    ([2], 1, 9, "of shape [2] needs 8 bytes, but has 9"),
    ([-1], 1, 0, "has the impossible shape [-1]"),
    ([1 << 40, 1 << 40], 1, 0, "has the impossible shape [1099511627776, 1099511627776]"),
    ([1 << 50], 1, 0, "has the impossible shape [1125899906842624]"),
    (
      Array(repeating: 1, count: 9), 1, 4,
      "has the impossible shape \(Array(repeating: 1, count: 9))"
    ),
    ([2], 8, 2, "has numbers of type 8, which isn't read"),
    ([2], -1, 2, "has numbers of type -1, which isn't read"),
  ])
  func `tensors whose shape, type and bytes contradict each other`(
    shape: [Int], type: Int, bytes: Int, sentence: String
  ) throws {
    try expect(
      model {
        tensor(shape, type: type)(&$0)
        $0.encode([UInt8](repeating: 0, count: bytes), field: 9)
      }, "tensor \"w\" \(sentence)")
  }

  /// The model with weights in another file.
  private func external(
    _ location: String, offset: String? = nil, length: String? = nil
  ) -> [UInt8] {
    model { encoder in
      tensor()(&encoder)
      for (key, value) in [("location", location), ("offset", offset), ("length", length)] {
        guard let value else { continue }
        encoder.encodeMessage(field: 13) {
          $0.encode(key, field: 1)
          $0.encode(value, field: 2)
        }
      }
      encoder.encode(1, field: 14)
    }
  }

  private func putWeights(_ folder: String) throws {
    try write(Array(0..<16), to: "\(folder)/w.data")
    try FileManager.default.createDirectory(
      atPath: "\(folder)/inner", withIntermediateDirectories: false)
    try write(Array(0..<16), to: "\(folder)/inner/w.data")
  }

  @Test(arguments: [
    ("w.data", nil, nil), ("w.data", "8", "8"), ("./w.data", "0", nil), ("inner/w.data", "3", "8"),
    ("inner//./w.data", "8", "8"),
  ])
  func `weights in files of the model's folder`(
    location: String, offset: String?, length: String?
  ) throws {
    try expect(
      external(location, offset: offset, length: length), nil, prepare: putWeights)
  }

  @Test(arguments: [
    ("w.data", "9", nil, "should lie at bytes 9 to 17 of w.data, which holds only 16"),
    (
      "w.data", "9223372036854775807", nil,
      """
      should lie at bytes 9223372036854775807 to -9223372036854775801 of w.data, which holds \
      only 16
      """
    ),
    ("w.data", "0", "7", "of shape [2] needs 8 bytes, but has 7 in w.data"),
    ("w.data", "-1", nil, "has the offset \"-1\", which is no number of bytes"),
    (
      "w.data", "0", "99999999999999999999",
      "has the length \"99999999999999999999\", which is no number of bytes"
    ),
  ])
  func `weights outside of their file`(
    location: String, offset: String?, length: String?, sentence: String
  ) throws {
    try expect(
      external(location, offset: offset, length: length), "tensor \"w\" \(sentence)",
      prepare: putWeights)
  }

  @Test(arguments: [
    ("../w.data", "leads out of the directory"), ("inner/../w.data", "leads out of the directory"),
    ("inner/../../w.data", "leads out of the directory"), ("..", "leads out of the directory"),
    ("/etc/passwd", "is an absolute path"), ("", "is no file's name"),
    ("w.data\0x", "is no file's name"), ("inner", "isn't a file"), (".", "isn't a file"),
    ("w.data/x", "isn't a file"), ("link.data", "is, or lies behind, a symbolic link"),
    ("linked/w.data", "is, or lies behind, a symbolic link"), ("pipe", "isn't a file"),
  ])
  func `weights are read from the model's folder only`(
    location: String, what: String
  ) throws {
    try expect(
      external(location),
      """
      the weights of tensor "w" should lie in \(location), which \(what); weights are read from \
      the model's own directory only
      """,
      prepare: { folder in
        try putWeights(folder)
        let files = FileManager.default
        try files.createSymbolicLink(
          atPath: "\(folder)/link.data", withDestinationPath: "\(folder)/w.data")
        try files.createSymbolicLink(
          atPath: "\(folder)/linked", withDestinationPath: "\(folder)/inner")
        mkfifo("\(folder)/pipe", 0o600)
      })
  }

  @Test func `weights that aren't there`() throws {
    try expect(
      external("gone.data"),
      """
      the weights of tensor "w" should lie in gone.data, which isn't there; both files are needed, \
      in one directory
      """)
  }

  @Test func `more of something than any network has`() throws {
    var encoder = WireEncoder()
    encoder.encodeMessage(field: 7) { graph in
      for _ in 0...100_000 { graph.encodeMessage(field: 1) { _ in } }
    }
    try expect(encoder.bytes, "has more nodes than the 100000 that are read")
  }
}
