import Foundation
import TestFixtures
import Tensors

/// The models that `Fixtures/make_onnx.py` made, and what ONNX Runtime computed from them.
enum ONNXFixtures {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/onnx").path

  static func path(_ name: String) -> String { "\(folder)/\(name).onnx" }

  private static let archive = Result { try FixtureArchive(path: "\(folder)/expected.npz") }

  static func array(_ name: String) throws -> FixtureArray { try archive.get().array(name) }

  /// The names of the models that are networks.
  static let networks =
    (try? archive.get().names.filter { $0.hasSuffix("_x") })?
    .map { String($0.dropLast(2)) } ?? []

  /// The model's input with the channels last.
  static func input(_ name: String) throws -> Tensor {
    let x = try array("\(name)_x").tensor
    return name == "channels_last" ? x : x.permuted(0, 2, 3, 1)
  }
}
