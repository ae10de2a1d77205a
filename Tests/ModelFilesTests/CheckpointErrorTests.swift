import Foundation
import NeuralNetworks
import Tensors
import Testing

@testable import ModelFiles

/// What is said of a file that isn't a checkpoint, or one that contradicts itself.
@Suite struct CheckpointErrorTests {
  /// A small network's description as JSON, with one part replaced by another.
  private func description(_ part: String = "", by other: String = "") -> String {
    let json = """
      {"input":[4,4,1],"layers":[{"name":"conv1","type":"conv2d","in":1,"out":2,\
      "kernel":{"height":3,"width":3},"stride":{"y":1,"x":1},\
      "padding":{"top":1,"left":1,"bottom":1,"right":1},"bias":false},\
      {"name":"pool1","type":"maxpool2d","size":{"height":2,"width":2},"stride":{"y":2,"x":2},\
      "padding":{"top":0,"left":0,"bottom":0,"right":0},"ceil_mode":false},\
      {"name":"flatten","type":"flatten"},{"name":"drop","type":"dropout","rate":0.5},\
      {"name":"fc1","type":"dense","in":8,"out":3,"bias":true}]}
      """
    precondition(part.isEmpty || json.contains(part), "the description has no \(part)")
    return part.isEmpty ? json : json.replacingOccurrences(of: part, with: other)
  }

  private func tensors() -> NamedTensors {
    var tensors = NamedTensors()
    tensors["conv1.weight"] = Tensor(zeros: [2, 1, 3, 3])
    tensors["fc1.weight"] = Tensor(zeros: [3, 8])
    tensors["fc1.bias"] = Tensor(zeros: [3])
    return tensors
  }

  private func expect(
    _ sentence: String, metadata: [String: String], tensors: NamedTensors? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/checkpoint.safetensors"
      try SafetensorsFile.write(tensors ?? self.tensors(), metadata: metadata, to: path)
      let error = #expect(throws: CheckpointError.self, sourceLocation: sourceLocation) {
        try Checkpoint(path: path).makeModel()
      }
      #expect(error?.description == "\(path): \(sentence)", sourceLocation: sourceLocation)
    }
  }

  @Test func theDescriptionThatTheOthersSpoilIsGood() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/checkpoint.safetensors"
      try SafetensorsFile.write(tensors(), metadata: ["model": description()], to: path)
      let model = try Checkpoint(path: path).makeModel()
      #expect(try model.outputShape(for: [4, 4, 1]) == [3])
    }
  }

  @Test func nothingThere() throws {
    try withTemporaryFolder { folder in
      for path in [folder, folder + "/x.safetensors"] {
        let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
        #expect(error?.description == "\(path): no checkpoint is there")
      }
    }
  }

  @Test func tensorsWithoutADescription() throws {
    var tensors = NamedTensors()
    for name in ["a", "b", "c"] { tensors[name] = Tensor(zeros: [2]) }
    try expect(
      """
      its metadata doesn't say what network its 3 tensors belong to, and their names and shapes \
      aren't those of a LeNet (conv1, conv2, fc1, fc2)
      """, metadata: [:], tensors: tensors)
  }

  @Test(arguments: [
    ("{", "isn't the JSON it should be: ")
  ])
  func descriptionsThatArentJSON(json: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/checkpoint.safetensors"
      try SafetensorsFile.write(tensors(), metadata: ["model": json], to: path)
      let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
      #expect(
        error?.description.hasPrefix("\(path): \"model\" in its metadata \(sentence)") == true)
    }
  }

  @Test func stepsThatArentNumbers() throws {
    try expect(
      "\"step\" in its metadata isn't a whole number: \"ten\"",
      metadata: ["model": description(), "step": "ten", "seed": "1"])
  }

  @Test(arguments: [
    (
      "[4,4,1]", "[0,4,1]",
      "the input [0, 4, 1] isn't [channels, height, width] of a possible size"
    ),
    ("[4,4,1]", "[]", "the input [] isn't [channels, height, width] of a possible size"),
    (
      "[4,4,1]", "[1000000,1000000,1]",
      "the input [1000000, 1000000, 1] isn't [channels, height, width] of a possible size"
    ),
    (
      "{\"input\":[4,4,1],", "{",
      #"it should hold {"input": [channels, height, width], "layers": […]}"#
    ),
    ("[4,4,1]", "[4,4,3]", "layer \"conv1\" takes images of 1 channel, but gets [4, 4, 3]"),
    ("[4,4,1]", "[4]", "layer \"conv1\" takes images of 1 channel, but gets [4]"),
    (
      "\"out\":2", "\"out\":0",
      "layer \"conv1\" has the out_channels 0, but its weight of shape [2, 1, 3, 3] has 2"
    ),
    (
      "\"in\":1", "\"in\":2",
      "layer \"conv1\" has the in_channels 2, but its weight of shape [2, 1, 3, 3] has 1"
    ),
    (
      "\"height\":3", "\"height\":-3",
      "layer \"conv1\" has the kernel_size -3 × 3, where 1 to 4096 are possible"
    ),
    (
      "\"height\":3", "\"height\":2",
      """
      layer "conv1" has the kernel_size [2, 3], but its weight of shape [2, 1, 3, 3] has 3 × 3
      """
    ),
    (
      "\"y\":1,", "\"y\":0,", "layer \"conv1\" has the stride 0 × 1, where 1 to 4096 are possible"
    ),
    (
      "{\"top\":0", "{\"top\":2",
      """
      layer "pool1" has the padding [2, 0, 0, 0], where 0 to 1 rows and 0 to 1 columns are possible
      """
    ),
    (
      "\"top\":1", "\"top\":17",
      """
      layer "conv1" has the padding [17, 1, 1, 1], where 0 to 16 rows and 0 to 16 columns are possible
      """
    ),
    (
      "\"top\":1", "\"top\":-1",
      """
      layer "conv1" has the padding [-1, 1, 1, 1], where 0 to 16 rows and 0 to 16 columns are possible
      """
    ),
    (
      "\"bias\":false", "\"groups\":3,\"bias\":false",
      "layer \"conv1\" has the groups 3, where 1 to 2 are possible"
    ),
    (
      "\"bias\":false", "\"groups\":2,\"bias\":false",
      "layer \"conv1\" has the in_channels 1, but its weight of shape [2, 1, 3, 3] has 2"
    ),
    (
      "\"bias\":false", "\"dilation\":{\"y\":0,\"x\":1},\"bias\":false",
      "layer \"conv1\" has the dilation 0 × 1, where 1 to 4096 are possible"
    ),
    (
      "\"type\":\"flatten\"", "\"type\":\"batchnorm2d\",\"channels\":3,\"eps\":1e-5",
      """
      tensor "flatten.weight" is missing; there are conv1.weight, fc1.bias, fc1.weight
      """
    ),
    (
      "\"type\":\"flatten\"",
      "\"type\":\"localresponsenorm\",\"size\":3,\"before\":3,\"alpha\":1,\"beta\":1,\"k\":1",
      "layer \"flatten\" has the before 3, where 0 to 2 are possible"
    ),
    (
      "\"size\":{\"height\":2", "\"size\":{\"height\":5000",
      "layer \"pool1\" has the kernel_size 5000 × 2, where 1 to 4096 are possible"
    ),
    (
      "\"size\":{\"height\":2", "\"size\":{\"height\":5",
      "layer \"pool1\" takes images of at least 5 × 2, but gets [4, 4, 2]"
    ),
    ("0.5", "1", "layer \"drop\" has the impossible dropout rate 1.0"),
    (
      "\"in\":8", "\"in\":9",
      "layer \"fc1\" has the in_features 9, but its weight of shape [3, 8] has 8"
    ),
    ("[4,4,1]", "[6,4,1]", "layer \"fc1\" takes rows of 8, but gets [12]"),
    (
      "\"out\":3", "\"out\":-3",
      "layer \"fc1\" has the out_features -3, but its weight of shape [3, 8] has 3"
    ),
    ("\"name\":\"flatten\"", "\"name\":\"conv1\"", "layer \"conv1\" has no name of its own"),
    (
      "\"bias\":false", "\"bias\":true",
      "tensor \"conv1.bias\" is missing; there are conv1.weight, fc1.bias, fc1.weight"
    ),
    ("\"bias\":true", "\"bias\":false", "tensor \"fc1.bias\" belongs to no layer"),
  ])
  func descriptionsThatContradictThemselvesOrTheTensors(
    part: String, other: String, sentence: String
  ) throws {
    try expect(sentence, metadata: ["model": description(part, by: other)])
  }

  @Test func layersOfOthersCantBeSaved() throws {
    struct Doubling: Layer {
      func outputShape(for inputShape: [Int]) -> [Int] { inputShape }
      func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
        (input, Trace())
      }
      func backward(_ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds) -> Gradients {
        Gradients(input: gradient)
      }
    }
    try withTemporaryFolder { folder in
      let error = #expect(throws: CheckpointError.self) {
        try Checkpoint.save(
          Sequential(["twice": Doubling()]), inputShape: [2],
          state: TrainingState(step: 0, seed: 1, data: nil), optimizer: nil, in: folder)
      }
      #expect(
        error?.description == """
          \(folder)/checkpoint.safetensors: layer "twice" is a Doubling, which checkpoints can't hold
          """)
    }
  }

  @Test func optimizerFilesThatArentTheCheckpoints() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/checkpoint.safetensors"
      func error(_ file: String) throws -> String? {
        try SafetensorsFile.write(
          tensors(),
          metadata: [
            "model": description(), "step": "5", "seed": "1", "optimizer_file": file,
          ], to: path)
        let error = #expect(throws: (any Error).self) {
          try Checkpoint(path: path).optimizerState()
        }
        return error.map { "\($0)" }
      }
      #expect(
        try error("../../optimizer-5.safetensors") == """
          \(path): "optimizer_file" in its metadata isn't a file's name: \
          ../../optimizer-5.safetensors
          """)
      #expect(
        try error("optimizer-5.safetensors")
          == "\(folder)/optimizer-5.safetensors: No such file or directory")
      try SafetensorsFile.write(
        NamedTensors(), metadata: ["step": "4"], to: folder + "/optimizer-5.safetensors")
      #expect(
        try error("optimizer-5.safetensors")
          == "\(path): optimizer-5.safetensors isn't the optimizer's state of step 5")
    }
  }
}
