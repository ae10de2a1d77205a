import Foundation
import NeuralNetworks
import Tensors
import Testing

@testable import ModelFiles

/// Models cut short and with bits turned over: an error or a network, never a crash or a long wait.
@Suite struct DamagedModelTests {
  private static let names = [
    "torch_traced", "torch_dynamo", "norm_folded", "channels_last", "numbers", "shapes", "external",
  ]

  /// Reads a file as a model, and carries it out if it is one.
  private func attempt(_ path: String) throws {
    do {
      let checkpoint = try Checkpoint(path: path)
      let model = try checkpoint.makeModel()
      let shape = checkpoint.model.inputShape
      // A flip may ask for larger images than a test has time for.
      guard shape.reduce(1, *) <= 1 << 12 else { return }
      #expect(!model(Tensor(shape: [1] + shape, repeating: 0.5)).shape.isEmpty)
    } catch let error as ONNXError {
      #expect(error.description.hasPrefix("\(path): "))
    }
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: ONNXFixtures.path(name))))
  }

  /// Calls `body` in a folder with the weights that "external" has.
  private func inFolder(_ body: (_ path: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try FileManager.default.copyItem(
        atPath: "\(ONNXFixtures.folder)/external.weights", toPath: "\(folder)/external.weights")
      try body("\(folder)/model.onnx")
    }
  }

  @Test func `models cut at a thousand bytes`() throws {
    var generator = SeededGenerator(seed: 1)
    try inFolder { path in
      for round in 0..<1_000 {
        let whole = try bytes(Self.names[round % Self.names.count])
        let cut = Int.random(in: 0..<whole.count, using: &generator)
        try write(Array(whole[..<cut]), to: path)
        // What is cut off at the end of a field may not be needed; most cuts aren't there.
        try attempt(path)
      }
    }
  }

  @Test func `models with a thousand flips`() throws {
    var generator = SeededGenerator(seed: 2)
    try inFolder { path in
      for round in 0..<1_000 {
        var damaged = try bytes(Self.names[round % Self.names.count])
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          let place = Int.random(in: 0..<damaged.count, using: &generator)
          damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
        try write(damaged, to: path)
        try attempt(path)
      }
    }
  }

  @Test func `models with bytes of other places`() throws {
    var generator = SeededGenerator(seed: 3)
    try inFolder { path in
      for round in 0..<300 {
        var damaged = try bytes(Self.names[round % Self.names.count])
        let count = Int.random(in: 1...min(40, damaged.count / 2), using: &generator)
        let (from, to) = (
          Int.random(in: 0...damaged.count - count, using: &generator),
          Int.random(in: 0...damaged.count - count, using: &generator)
        )
        damaged.replaceSubrange(to..<to + count, with: damaged[from..<from + count])
        try write(damaged, to: path)
        try attempt(path)
      }
    }
  }

  @Test func `a network cut anywhere before the end of its graph is told`() throws {
    try inFolder { path in
      let whole = try bytes("conv_groups")
      for cut in 0..<whole.count - 8 {
        try write(Array(whole[..<cut]), to: path)
        #expect(throws: ONNXError.self) { try Checkpoint(path: path) }
      }
    }
  }
}
