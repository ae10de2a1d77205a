import Foundation
import ModelFiles
import NeuralNetworks
import Tensors
import Testing

/// A folder with a small network that learned nothing, for the commands that look at an image.
struct LabNetwork {
  let folder: String

  /// Saves a LeNet under `logdir/run`, with what is known of its data; filter 2 of its second layer is
  /// dead.
  ///
  /// - Parameter zeroed: parameters whose names end so are 0.
  init(
    in folder: String, input: [Int] = [28, 28, 1], data: String? = "shapes", zeroed: String? = nil
  ) throws {
    self.folder = folder
    var model = Sequential.leNet5(input: input, seed: 1)
    model.visitParameters { name, parameter in
      if name == "conv2.bias" { parameter[2] = -1000 }
      if let zeroed, name.hasSuffix(zeroed) { parameter = Tensor(zeros: parameter.shape) }
    }
    let description = data.map {
      DataDescription(
        source: $0, classNames: (0..<10).map { "\($0)" }, pixels: "-1..1", testPerClass: 2)
    }
    try Checkpoint.save(
      model, inputShape: input, state: TrainingState(step: 12, seed: 1, data: description),
      optimizer: nil, in: folder + "/logdir/run")
  }

  /// Runs `deconv` in the folder.
  func deconv(_ arguments: String) throws -> Tool.Result {
    try Tool.deconv.run(arguments.split(separator: " ").map(String.init), in: folder)
  }

  /// The objects of JSON lines.
  static func objects(_ output: String) throws -> [[String: Any]] {
    try output.split(separator: "\n").map { line in
      try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  /// The shape and the type that a `.npy` file's header says.
  static func header(_ path: String) throws -> String {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    return String(decoding: bytes.dropFirst(10).prefix { $0 != 10 }, as: UTF8.self)
  }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(name)")
  }

  /// Checks what every command owes its user: help with exit codes, wrong usage, `--force`.
  static func check(_ command: String, wrongUsage: [String], flags: [String]) throws {
    let words = Tool.deconv.help(command)
    #expect(words.contains("Exit codes: 0 done, 1 failed, 64 wrong usage, 65 finished but"))
    for flag in flags { #expect(words.contains(flag), "\(flag)") }
    try withTemporaryFolder { folder in
      for arguments in wrongUsage {
        let words = [command] + arguments.split(separator: " ").map(String.init)
        // Some usage only the command itself can judge.
        let result = try Tool.deconv.answer(words) ?? Tool.deconv.run(words, in: folder)
        #expect(result.code == 64, "\(arguments)")
        #expect(result.output == "" && result.errors.hasPrefix("deconv: "))
      }
    }
  }
}
