import Foundation
import NeuralNetworks
import TestFixtures
import Tensors
import Testing

@testable import ModelFiles

/// ONNX models as networks: each operator, against ONNX Runtime.
@Suite struct ONNXTests {
  @Test(arguments: ONNXFixtures.networks.filter { $0 != "open" })
  func `an imported network computes what ONNX Runtime does`(name: String) throws {
    try expectEqual(name, try Checkpoint(path: ONNXFixtures.path(name)))
  }

  @Test func `a network takes images of the size that the model leaves open`() throws {
    let path = ONNXFixtures.path("open")
    let checkpoint = try Checkpoint(path: path, imageSize: Extent(height: 7, width: 5))
    #expect(checkpoint.model.inputShape == [7, 5, 1])
    try expectEqual("open", checkpoint)
  }

  private func expectEqual(_ name: String, _ checkpoint: Checkpoint) throws {
    let model = try checkpoint.makeModel()
    let output = model(try ONNXFixtures.input(name))
    let got = output.rank == 4 ? output.permuted(0, 3, 1, 2) : output
    let expected = try ONNXFixtures.array("\(name)_y")
    let shape = expected.shape
    #expect(got.shape == shape || got.shape == shape + [1, 1])
    let difference = relativeDifference(got.scalars, expected)
    #expect(difference < 1e-5, "\(name) differs by \(difference)")
    // The layers say themselves what they are, so that a checkpoint can hold them.
    let description = try ModelDescription(of: model, inputShape: checkpoint.model.inputShape)
    let again = try ModelDescription(description.json).makeModel(.init(of: model.parameters))
    #expect(again(try ONNXFixtures.input(name)) == output)
  }

  private func layers(_ name: String) throws -> [String] {
    try Checkpoint(path: ONNXFixtures.path(name)).makeModel().layers.map(\.name)
  }

  @Test func `layers have their modules' names`() throws {
    let both = [
      "features.0", "relu1", "pool1", "lrn1", "features.5", "relu2", "lrn2", "pool2", "flatten",
    ]
    #expect(try layers("torch_traced") == both + ["classifier.1", "logsoftmax1"])
    #expect(try layers("torch_dynamo") == both + ["classifier.1", "logsoftmax1"])
    #expect(try layers("pool_global") == ["conv1", "pool1", "flatten", "fc1"])
  }

  @Test func `normalisations become part of the layer before them`() throws {
    #expect(try layers("norm_folded") == ["conv1", "relu1", "flatten", "fc1"])
    #expect(try layers("norm_layer") == ["norm1", "conv1", "relu1", "norm2"])
    #expect(try layers("norm_training") == ["conv1", "norm1"])
    #expect(try layers("affine") == ["affine1", "conv1", "relu1", "affine3"])
  }

  @Test func `what does nothing is no layer`() throws {
    #expect(try layers("products") == ["flatten", "fc1", "fc2"])
    #expect(try layers("shapes") == ["conv1", "flatten", "fc1"])
    #expect(try layers("pool_whole") == ["conv1", "pool1", "flatten"])
  }

  @Test func `a checkpoint of an ONNX model has no training`() throws {
    let checkpoint = try Checkpoint(path: ONNXFixtures.path("torch_dynamo"))
    #expect(checkpoint.state == nil)
    #expect(!checkpoint.isRecognized)
    #expect(checkpoint.model.inputShape == [12, 12, 1])
    #expect(throws: CheckpointError.self) { try checkpoint.optimizerState() }
  }

  @Test(
    .enabled(if: sharedIsThere, needsShared),
    arguments: [
      "bn_small", "bn_small_nofold", "bn_small_train", "dyn_bn_small", "dyn_lenet5_view",
      "dyn_lenet5_view_dynbatch", "lenet5_flatten", "lenet5_flatten_dyn", "lenet5_reshape",
      "lenet5_reshape_dyn", "lenet5_view", "lenet5_view_dyn", "same_pad",
    ])
  func `PyTorch's exports are read`(name: String) throws {
    let checkpoint = try Checkpoint(path: SharedFolder.path("fixtures/onnx/\(name).onnx"))
    let model = try checkpoint.makeModel()
    let input = Tensor(shape: [2] + checkpoint.model.inputShape, repeating: 0.5)
    let output = model(input)
    #expect(output.scalars.allSatisfy { $0.isFinite })
    #expect(
      output.shape == (name == "same_pad" ? [2, 4, 4, 2] : [2, name.contains("bn") ? 3 : 10]))
  }

  @Test(
    .enabled(if: sharedIsThere, needsShared),
    arguments: [
      ("dyn_alexnet", "features.0"), ("dyn_alexnet_256", "features.0"), ("dyn_lenet", "conv1"),
      ("dyn_lenet_dynbatch", "conv1"), ("dyn_vgg11", "features.0"),
    ])
  func `exports without their weights say which file is missing`(
    name: String, layer: String
  ) throws {
    let path = SharedFolder.path("fixtures/onnx/\(name).onnx")
    let error = #expect(throws: ONNXError.self) { try Checkpoint(path: path) }
    #expect(
      error?.description == """
        \(path): the weights of tensor "\(layer).weight" should lie in \(name).onnx.data, which \
        isn't there; both files are needed, in one directory
        """)
  }
}
