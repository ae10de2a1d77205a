import Foundation
import NeuralNetworks
import Tensors
import TestFixtures
import Testing
import Visualization

@testable import ModelFiles

/// Checkpoints of version 0.1, and what that version computed from them: see
/// `Fixtures/make_old_checkpoints.py`.
@Suite struct Version1Tests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/version-0.1").path

  private func checkpoint(_ name: String) throws -> Checkpoint {
    try Checkpoint(path: "\(Self.folder)/\(name).safetensors")
  }

  @Test(arguments: ["layers", "means"])
  func `a network of version 0.1 projects as it did`(name: String) throws {
    let archive = try FixtureArchive(path: "\(Self.folder)/expected.npz")
    let model = try checkpoint(name).makeModel()
    let deconvnet = Deconvnet(of: model)
    let image = try archive.array("x").tensor
    let expected = archive.names.filter { $0.hasPrefix("\(name)_") }.sorted()
    #expect(expected.count == 3 * deconvnet.layers.count)
    for key in expected {
      let parts = key.split(separator: "_")
      let layer = try deconvnet.layer(try #require(Int(parts[1])))
      let filter = try #require(Int(parts[2]))
      let rule = try #require(ProjectionRule(rawValue: String(parts[3])))
      let projection = try deconvnet.project(
        layer.isLast ? .class(filter) : .strongest(filter: filter), layer: layer.number,
        of: image, rule: rule)
      let array = try archive.array(key)
      #if arch(x86_64)
        #expect(
          projection.pixels.scalars.map(\.bitPattern) == array.floats.map(\.bitPattern), "\(key)")
      #else
        #expect(relativeDifference(projection.pixels.scalars, array) < 1e-6, "\(key)")
      #endif
    }
  }

  @Test(arguments: RecurrentCell.allCases)
  func `a recurrent network of version 0.1 comes back`(cell: RecurrentCell) throws {
    let checkpoint = try checkpoint("\(cell)")
    let model = try checkpoint.makeModel()
    #expect(model.layers.map(\.name) == ["rows", "\(cell)", "fc"])
    #expect(checkpoint.model.inputShape == [28, 28, 1])
    #expect(checkpoint.state?.step == 5)
    let file = try SafetensorsFile(path: checkpoint.path)
    for (name, parameter) in model.parameters {
      #expect(PyTorchLayout.toFile(parameter) == (try file.tensor(named: name)))
    }
    // Saved again it is in today's words, and the same.
    try withTemporaryFolder { folder in
      let path = try Checkpoint.save(
        model, inputShape: [28, 28, 1], state: try #require(checkpoint.state), optimizer: nil,
        in: folder)
      let again = try Checkpoint(path: path)
      #expect(again.model == (try ModelDescription(of: model, inputShape: [28, 28, 1])))
      #expect(try again.makeModel().parameters == model.parameters)
      #expect(again.state == checkpoint.state)
    }
  }

  @Test func `LeNet's description of version 0.1 is today's LeNet`() throws {
    let data = try Data(contentsOf: URL(filePath: "\(Self.folder)/lenet.json"))
    let description = try ModelDescription(
      version1: try JSONDecoder().decode(JSONValue.self, from: data))
    let model = Sequential.leNet5(seed: 1)
    let today = try ModelDescription(of: model, inputShape: [28, 28, 1])
    let tensors = model.parameters
    let made = try description.makeModel(.init(of: tensors))
    #expect(try ModelDescription(of: made, inputShape: description.inputShape) == today)
    #expect(made.parameters == tensors)
  }

  @Test(arguments: [
    ("{}", ModelProblem.noDescription),
    (#"{"input": [4, 4, 1], "layers": [{"type": "Conv2d"}]}"#, .noType(number: 1)),
    (#"{"input": [4, 4, 1], "layers": [3]}"#, .noType(number: 1)),
    (
      #"{"input": [4, 4, 1], "layers": [{"name": "a", "type": "relu", "slope": 1}]}"#,
      .badSetting(layer: "a", "no setting \"slope\"; a ReLU has inplace")
    ),
  ])
  func `what is no description of version 0.1 is told`(json: String, problem: ModelProblem) throws {
    let value = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
    #expect(throws: problem) { try ModelDescription(version1: value) }
  }
}

extension ParameterSource {
  /// Parameters as memory holds them.
  init(of tensors: NamedTensors) {
    self.init(
      shape: { tensors[$0].map { PyTorchLayout.toFile($0).shape } },
      tensor: { name in
        guard let tensor = tensors[name] else {
          throw ModelProblem.missingTensor(name, known: tensors.names)
        }
        return PyTorchLayout.toFile(tensor)
      }, names: { tensors.names })
  }
}
