import Files
import Foundation
public import NeuralNetworks
public import Tensors

extension Checkpoint {
  /// Saves a network in the directory of its run, so that a kill or a power cut at any moment leaves the
  /// checkpoint of before or this one, each with its own optimizer's state.
  ///
  /// The optimizer's state is written first, under a name of its own (`optimizer-<step>.safetensors`);
  /// `checkpoint.safetensors` names it and is renamed into place; then older states are removed.
  ///
  /// - `inputShape`: one input's shape, `[H, W, C]`.
  /// - `optimizer`: the optimizer's slots; nil when training won't go on from here.
  /// - `directory`: the run's directory; it is made if it isn't there.
  /// - Returns: the path of the checkpoint.
  /// - Throws: `CheckpointError` or `SafetensorsError`.
  @discardableResult
  public static func save(
    _ model: Sequential, inputShape: [Int], state: TrainingState, optimizer: NamedTensors?,
    in directory: String
  ) throws -> String {
    let path = Path.joined(directory, fileName)
    try make(directory)
    var metadata = try metadata(of: model, inputShape: inputShape, state: state, path: path)
    if let optimizer {
      let name = unusedOptimizerName(step: state.step, in: directory)
      try SafetensorsFile.write(
        optimizer, metadata: [Key.step: String(state.step)], to: Path.joined(directory, name))
      metadata[Key.optimizer] = name
    }
    try SafetensorsFile.write(tensors(of: model), metadata: metadata, to: path)
    removeLeftovers(in: directory, keeping: metadata[Key.optimizer])
    return path
  }

  /// Keeps a network under a name of its own, without an optimizer's state: to be looked at, not to be
  /// trained on. The file is replaced whole, or not at all.
  ///
  /// - `path`: the file; its directory is made if it isn't there.
  /// - Throws: `CheckpointError` or `SafetensorsError`.
  public static func keep(
    _ model: Sequential, inputShape: [Int], state: TrainingState, as path: String
  ) throws {
    try make(Path.directory(of: path))
    let metadata = try metadata(of: model, inputShape: inputShape, state: state, path: path)
    try SafetensorsFile.write(tensors(of: model), metadata: metadata, to: path)
  }

  private static func make(_ directory: String) throws(CheckpointError) {
    do { try Directory.make(directory) } catch {
      throw CheckpointError(directory, .system("can't be made: \(error.reason)"))
    }
  }

  private static func tensors(of model: Sequential) -> NamedTensors {
    var tensors = NamedTensors()
    for (name, tensor) in model.parameters { tensors[name] = PyTorchLayout.toFile(tensor) }
    return tensors
  }

  /// Whether a name is one that `save` gives to optimizer states.
  static func isOptimizerFile(_ name: String) -> Bool {
    name.hasPrefix("optimizer-") && name.hasSuffix(".safetensors") && !name.contains("/")
  }

  private static func metadata(
    of model: Sequential, inputShape: [Int], state: TrainingState, path: String
  ) throws -> [String: String] {
    let description: ModelDescription
    do {
      description = try ModelDescription(of: model, inputShape: inputShape)
    } catch {
      throw CheckpointError(path, .model(error))
    }
    // "format" is what the transformers library looks for before it loads a file into PyTorch.
    var metadata = [
      Key.format: "pt",
      Key.architecture: try json(description.json),
      Key.step: String(state.step),
      Key.seed: String(state.seed),
      Key.seconds: String(state.seconds),
    ]
    metadata[Key.settings] = state.settings
    if let data = state.data { metadata[Key.data] = try json(data) }
    if let best = state.best { metadata[Key.best] = try json(best) }
    return metadata
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// A name that no file has: the state that the present checkpoint needs must stay until the new
  /// checkpoint is in place, even when both are of one step.
  private static func unusedOptimizerName(step: Int, in directory: String) -> String {
    let candidates = sequence(first: 1) { $0 + 1 }.lazy.map { number in
      "optimizer-\(step)\(number == 1 ? "" : "-\(number)").safetensors"
    }
    return candidates.first {
      FileStatus(path: Path.joined(directory, $0), followsLinks: false) == nil
    } ?? "optimizer-\(step).safetensors"
  }

  /// Removes states of older checkpoints, and halves of files that a killed program left.
  private static func removeLeftovers(in directory: String, keeping kept: String?) {
    let entries = (try? Directory.entries(of: directory)) ?? []
    for name in entries.map(\.name) where name != kept {
      let isHalf =
        name.hasSuffix(AtomicFile.temporarySuffix)
        && (name.hasPrefix(".optimizer-") || name.hasPrefix(".\(fileName)."))
      if isOptimizerFile(name) || isHalf {
        try? Directory.removeAll(Path.joined(directory, name))
      }
    }
  }
}
