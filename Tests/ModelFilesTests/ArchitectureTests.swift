import Foundation
import NeuralNetworks
import Tensors
import Testing

@testable import ModelFiles

/// PyTorch's tensors with a few lines of JSON that say what network they are.
@Suite struct ArchitectureTests {
  private static let json = """
    {"input": [2, 12, 12],
     "layers": [
       {"type": "Conv2d", "name": "features.0", "padding": "same", "groups": 2},
       {"type": "BatchNorm2d", "name": "features.1", "eps": 0.001},
       {"type": "LeakyReLU", "negative_slope": 0.2, "inplace": true},
       {"type": "MaxPool2d", "kernel_size": 3, "stride": 2, "ceil_mode": true},
       {"type": "LocalResponseNorm", "size": 5, "k": 2},
       {"type": "Conv2d", "name": "features.5", "kernel_size": [2, 3],
        "dilation": [2, 1], "padding": [0, 0], "bias": false, "out_channels": 6},
       {"type": "Sigmoid"},
       {"type": "AdaptiveAvgPool2d", "output_size": 2},
       {"type": "Identity"},
       {"type": "Flatten"},
       {"type": "Dropout", "p": 0.3},
       {"type": "Linear", "name": "classifier.1", "out_features": 5},
       {"type": "LogSoftmax", "dim": 1}
     ]}
    """

  private static func tensors() -> NamedTensors {
    func numbers(_ shape: [Int]) -> Tensor {
      Tensor(shape: shape, scalars: (0..<shape.reduce(1, *)).map { Float($0 % 9 + 1) / 10 })
    }
    var tensors = NamedTensors()
    tensors["features.0.weight"] = numbers([4, 1, 3, 4])
    tensors["features.0.bias"] = numbers([4])
    for name in ["weight", "bias", "running_mean", "running_var"] {
      tensors["features.1.\(name)"] = numbers([4])
    }
    tensors["features.1.num_batches_tracked"] = numbers([])
    tensors["features.5.weight"] = numbers([6, 4, 2, 3])
    tensors["classifier.1.weight"] = numbers([5, 24])
    tensors["classifier.1.bias"] = numbers([5])
    return tensors
  }

  private func withFiles(
    _ json: String, _ tensors: NamedTensors = tensors(),
    _ body: (_ weights: String, _ json: String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let (weights, description) = ("\(folder)/net.safetensors", "\(folder)/net.json")
      try SafetensorsFile.write(tensors, to: weights)
      try write(json.utf8, to: description)
      try body(weights, description)
    }
  }

  @Test func `a network is what the lines say`() throws {
    try withFiles(Self.json) { weights, json in
      let checkpoint = try Checkpoint(
        path: weights, architecture: Architecture(path: json))
      #expect(checkpoint.model.inputShape == [12, 12, 2])
      let model = try checkpoint.makeModel()
      // The normalisation is part of the convolution before it, as in an ONNX model.
      #expect(
        model.layers.map(\.name) == [
          "features.0", "leakyrelu1", "pool1", "lrn1", "features.5", "sigmoid1", "pool2",
          "flatten1", "dropout1", "classifier.1", "logsoftmax1",
        ])
      let first = try #require(model["features.0"] as? Conv2D)
      #expect(first.inChannels == 2 && first.outChannels == 4 && first.groups == 2)
      #expect(first.padding == Padding(top: 1, left: 1, bottom: 1, right: 2))
      let pool = try #require(model["pool2"] as? AveragePool2D)
      #expect(pool.size == 2 && pool.stride == 2 && pool.padding == 0 && pool.countsPadding)
      #expect(try model.outputShape(for: [12, 12, 2]) == [5])
      #expect(model.parameters["features.5.weight"]?.shape == [2, 3, 4, 6])
      #expect(!checkpoint.isRecognized)
    }
  }

  @Test(arguments: [
    (
      #""kernel_size": [2, 3]"#, #""kernel_size": 3"#,
      """
      layer "features.5" has the kernel_size 3, but its weight of shape [6, 4, 2, 3] has 2 × 3
      """
    ),
    (
      #""out_channels": 6"#, #""out_channels": 7"#,
      """
      layer "features.5" has the out_channels 7, but its weight of shape [6, 4, 2, 3] has 6
      """
    ),
    (
      #""groups": 2"#, #""in_channels": 2"#,
      "layer \"features.0\" has the in_channels 2, but its weight of shape [4, 1, 3, 4] has 1"
    ),
    (
      #""bias": false"#, #""bias": true"#,
      """
      tensor "features.5.bias" is missing; there are classifier.1.bias, classifier.1.weight, \
      features.0.bias, features.0.weight, features.1.bias, features.1.num_batches_tracked, …
      """
    ),
    (
      #""name": "classifier.1""#, #""name": "classifier.2""#,
      """
      tensor "classifier.2.weight" is missing; there are classifier.1.bias, classifier.1.weight, \
      features.0.bias, features.0.weight, features.1.bias, features.1.num_batches_tracked, …
      """
    ),
    (#""name": "classifier.1""#, #""name": """#, "layer \"\" has no name of its own"),
    (
      #", "name": "classifier.1""#, "",
      "layer \"fc1\" has no name of its own, with which its tensors' names begin"
    ),
    (
      #""output_size": 2"#, #""output_size": 3"#,
      """
      layer "pool2" has the output_size 3 × 3 for 4 × 4, which it doesn't divide; only windows of \
      one size are possible
      """
    ),
    (
      #""p": 0.3"#, #""q": 0.3"#,
      "layer \"11\" has no setting \"q\"; a Dropout has inplace, p"
    ),
    (#""p": 0.3"#, #""p": "x""#, "layer \"dropout1\" has the p \"x\", which is no number"),
    (#""p": 0.3"#, #""p": 1e300"#, "layer \"dropout1\" has the p inf, which is no number"),
    (
      #""stride": 2, "ceil"#, #""stride": [1, 2, 3], "ceil"#,
      "layer \"pool1\" has the stride [1, 2, 3], which is no number and no [height, width]"
    ),
    (
      #""stride": 2, "ceil"#, #""stride": 0, "ceil"#,
      "layer \"pool1\" has the stride 0 × 0, where 1 to 4096 are possible"
    ),
    (
      #""stride": 2, "ceil"#, #""stride": 4611686018427387904, "ceil"#,
      """
      layer "pool1" has the stride 4.611686018427388e+18, which is no number and no [height, width]
      """
    ),
    (
      #""groups": 2"#, #""groups": 2147483648"#,
      "layer \"features.0\" has the groups 2147483648.0, which is no whole number"
    ),
    (
      #""groups": 2"#, #""groups": 999999999"#,
      "layer \"features.0\" has the groups 999999999, where 1 to 4 are possible"
    ),
    (
      #""dilation": [2, 1]"#, #""dilation": [2, -1]"#,
      "layer \"features.5\" has the dilation 2 × -1, where 1 to 4096 are possible"
    ),
    (
      #""size": 5"#, #""size": 0"#,
      "layer \"lrn1\" has the size 0, where 1 to 16777216 are possible"
    ),
    (
      #""ceil_mode": true"#, #""ceil_mode": 1.5"#,
      "layer \"pool1\" has the ceil_mode 1.5, which isn't true or false"
    ),
    (
      #""size": 5"#, #""k": 5"#,
      "layer \"lrn1\" has no \"size\", which a LocalResponseNorm needs"
    ),
    (
      #"{"type": "Sigmoid"}"#, #"{"type": "Mish"}"#,
      """
      layer 7 is a Mish; known are AdaptiveAvgPool2d, AdaptiveMaxPool2d, Add, AvgPool2d, \
      BatchNorm1d, BatchNorm2d, ChannelShuffle, Concat, Conv2d, ConvTranspose2d, Dropout, ELU, \
      Flatten, GELU, GRU, GroupNorm, Hardsigmoid, Hardswish, Hardtanh, Identity, InstanceNorm2d, \
      LSTM, LayerNorm, LeakyReLU, Linear, LocalResponseNorm, LogSoftmax, MaxPool2d, Mul, PReLU, \
      Permute, RNN, ReLU, ReLU6, RowSequence, Sequential, SiLU, Sigmoid, Slice, Softmax, Sub, \
      Tanh, Unflatten, Upsample, ZeroPad2d
      """
    ),
    (#"{"type": "Sigmoid"}"#, "3", "layer 7 has no \"type\" that is known"),
    (
      #"{"type": "Flatten"}"#, #"{"type": "ReLU"}"#,
      "layer \"classifier.1\" takes rows of 24, but gets [2, 2, 6]"
    ),
    (
      "[2, 12, 12]", "[2, 12]",
      "layer \"features.0\" takes images of 2 channels, but gets [2, 12]"
    ),
    (
      "[2, 12, 12]", "[2, 12, 0.5]",
      "the input [2, 12, 0.5] isn't [channels, height, width] of a possible size"
    ),
    (
      "[2, 12, 12]", "[2, 12, 0]",
      "the input [12, 0, 2] isn't [channels, height, width] of a possible size"
    ),
    (
      "\"layers\"", "\"layer\"",
      #"it should hold {"input": [channels, height, width], "layers": […]}"#
    ),
    (
      "{\"input\"", "{\"note\": 1, \"input\"",
      "layer \"input\" has beside it \"note\", which isn't \"layers\""
    ),
    ("]}", "]", "it isn't JSON"),
  ])
  func `lines and tensors that don't agree are told`(
    part: String, other: String, sentence: String
  ) throws {
    let json = Self.json.replacingOccurrences(of: part, with: other)
    #expect(json != Self.json)
    try withFiles(json) { weights, json in
      let error = #expect(throws: CheckpointError.self) {
        try Checkpoint(path: weights, architecture: Architecture(path: json)).makeModel()
      }
      #expect(error?.description == "\(json): \(sentence)")
    }
  }

  @Test func `tensors that no line speaks of are told`() throws {
    var tensors = Self.tensors()
    tensors["more.weight"] = Tensor(zeros: [1])
    try withFiles(Self.json, tensors) { weights, json in
      let checkpoint = try Checkpoint(path: weights, architecture: Architecture(path: json))
      let error = #expect(throws: CheckpointError.self) { try checkpoint.makeModel() }
      #expect(
        error?.description == "\(weights): tensor \"more.weight\" belongs to no layer")
    }
  }

  @Test func `an ONNX model needs no architecture`() throws {
    try withFiles(Self.json) { _, json in
      let path = ONNXFixtures.path("lrn_3")
      let error = #expect(throws: CheckpointError.self) {
        try Checkpoint(path: path, architecture: Architecture(path: json))
      }
      #expect(
        error?.description
          == "\(path): says itself what network it is, so \(json) isn't needed")
    }
  }

  @Test func `a description that isn't there is told`() throws {
    try withTemporaryFolder { folder in
      let error = #expect(throws: CheckpointError.self) {
        try Architecture(path: folder + "/none.json")
      }
      #expect(error?.description.hasPrefix("\(folder)/none.json: it can't be read: ") == true)
    }
  }
}
