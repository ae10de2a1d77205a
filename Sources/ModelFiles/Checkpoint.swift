import Files
import Foundation
public import NeuralNetworks
public import Tensors

/// A trained network in a file: a safetensors file that PyTorch reads too, or an ONNX model.
///
/// In a safetensors file of this package the tensors have PyTorch's names and layouts and nothing else is among them, so that
/// `model.load_state_dict(load_file("checkpoint.safetensors"))` works as it is. What the network is,
/// the data it learned from, step, seed and settings are strings in the metadata; the optimizer's
/// state lies in a file of its own beside it. An ONNX model says itself what it computes, and becomes
/// the same network.
public struct Checkpoint: Sendable {
  /// The file.
  public let path: String
  /// What the network is.
  public let model: ModelDescription
  /// Whether `model` was recognised by the tensors' shapes, because the file doesn't say.
  public let isRecognized: Bool
  /// The training it is a moment of; nil for a file of another tool.
  public let state: TrainingState?
  /// What a file of another tool says of the images that its network takes.
  public let imageMetadata: ImageMetadata
  private let source: Source
  /// The file that says what the network is.
  private let describedBy: String

  /// What the parameters come from.
  private enum Source {
    case safetensors(SafetensorsFile)
    case onnx(ONNXNetwork)
  }

  /// The name of a run's checkpoint in the run's directory.
  public static let fileName = "checkpoint.safetensors"

  enum Key {
    static let format = "format"
    /// The network's description, in the words of `ModelDescription`.
    static let architecture = "architecture"
    /// The same in version 0.1's words.
    static let version1 = "model"
    static let step = "step"
    static let seed = "seed"
    static let data = "data"
    static let settings = "recipe"
    static let seconds = "seconds"
    static let optimizer = "optimizer_file"
    static let best = "best"
  }

  /// Opens a checkpoint.
  ///
  /// - Parameters:
  ///   - path: the file, whose name ends in `.onnx` if it is one, or the directory of a run.
  ///   - architecture: what network a safetensors file of PyTorch belongs to.
  ///   - imageSize: the size of the images, for an ONNX model that leaves it open.
  /// - Throws: `SafetensorsError`, `ONNXError` or `CheckpointError`.
  public init(
    path: String, architecture: Architecture? = nil, imageSize: Extent? = nil
  ) throws {
    let isDirectory = FileStatus(path: path)?.kind == .directory
    let filePath = isDirectory ? Path.joined(path, Self.fileName) : path
    guard FileStatus(path: filePath) != nil else { throw CheckpointError(path, .notThere) }
    self.path = filePath
    guard !filePath.lowercased().hasSuffix(".onnx") else {
      if let architecture {
        throw CheckpointError(filePath, .needsNoArchitecture(architecture.path))
      }
      let network = try ONNXNetwork(path: filePath, imageSize: imageSize)
      source = .onnx(network)
      model = network.description
      describedBy = filePath
      isRecognized = false
      state = nil
      imageMetadata = network.metadata
      return
    }
    let file = try SafetensorsFile(path: filePath)
    source = .safetensors(file)
    imageMetadata = ImageMetadata(file.metadata)
    if let architecture {
      model = architecture.model
      describedBy = architecture.path
      isRecognized = false
      state = nil
      return
    }
    describedBy = filePath
    if let described = try Self.description(in: file) {
      model = described
      isRecognized = false
    } else {
      guard let recognized = ModelDescription(recognizing: file.shapes) else {
        throw CheckpointError(filePath, .noDescription(tensorCount: file.entries.count))
      }
      model = recognized
      isRecognized = true
    }
    state = isRecognized ? nil : try Self.state(in: file)
  }

  /// The network with its parameters. In a network of another tool's, what normalises the output of a
  /// convolution or dense layer becomes part of it.
  ///
  /// - Throws: `CheckpointError` when tensors and description don't agree, `SafetensorsError` or
  ///   `ONNXError` when the file can't be read.
  public func makeModel() throws -> Sequential {
    switch source {
    case .onnx(let network): try network.makeModel().foldingNormalizations()
    case .safetensors(let file):
      describedBy == path
        ? try makeModel(from: file) : try makeModel(from: file).foldingNormalizations()
    }
  }

  private func makeModel(from file: SafetensorsFile) throws -> Sequential {
    let shapes = file.shapes
    var unused = Set(shapes.keys)
    do {
      let made = try model.makeModel(
        ParameterSource(
          shape: { shapes[$0] },
          tensor: { name in
            unused.remove(name)
            return try file.tensor(named: name)
          }, names: { Array(shapes.keys) }))
      // What PyTorch keeps of a normalisation's training; nobody needs it here.
      let counters = [".num_batches_tracked", ".running_mean", ".running_var"]
      let rest = unused.filter { name in !counters.contains { name.hasSuffix($0) } }
      if let name = rest.min() { throw ModelProblem.unexpectedTensor(name) }
      return made
    } catch let problem as ModelProblem {
      if case .unexpectedTensor = problem { throw CheckpointError(path, .model(problem)) }
      throw CheckpointError(describedBy, .model(problem))
    }
  }

  /// What the optimizer remembered when the checkpoint was saved.
  ///
  /// - Throws: `CheckpointError` when it was saved without, `SafetensorsError` when the file is
  ///   damaged.
  public func optimizerState() throws -> NamedTensors {
    guard case .safetensors(let file) = source, let name = file.metadata[Key.optimizer], let state
    else {
      throw CheckpointError(path, .noOptimizer)
    }
    // The name comes from a file: it must not lead out of the directory.
    guard Self.isOptimizerFile(name) else {
      throw CheckpointError(path, .badMetadata(key: Key.optimizer, "isn't a file's name: \(name)"))
    }
    let optimizer = try SafetensorsFile(path: Path.joined(Path.directory(of: path), name))
    guard optimizer.metadata[Key.step] == String(state.step) else {
      throw CheckpointError(path, .foreignOptimizer(file: name, step: state.step))
    }
    return try optimizer.tensors()
  }

  /// The newest checkpoint of all runs below a directory, also below those that links lead to.
  ///
  /// - Throws: `CheckpointError` when there is none.
  public static func newest(under directory: String) throws -> Checkpoint {
    let nodes = (try? DirectoryTree(directory, includesHidden: false))?.nodes ?? []
    let found = nodes.flatMap { node in
      node.entries.filter { $0.name == fileName && $0.kind == .regular }.map {
        Path.joined(node.path, $0.name)
      }
    }
    let newest = found.compactMap { path in
      FileStatus(path: path).map { (time: $0.modificationTime, path: path) }
    }.max { ($0.time, $0.path) < ($1.time, $1.path) }
    guard let newest else { throw CheckpointError(directory, .noneBelow) }
    return try Checkpoint(path: newest.path)
  }

  // MARK: Metadata

  private static func description(in file: SafetensorsFile) throws -> ModelDescription? {
    for key in [Key.architecture, Key.version1] where file.metadata[key] != nil {
      let json = try decoded(JSONValue.self, key, in: file)
      do throws(ModelProblem) {
        return try key == Key.architecture
          ? ModelDescription(json) : ModelDescription(version1: json)
      } catch {
        throw CheckpointError(file.path, .model(error))
      }
    }
    return nil
  }

  private static func state(in file: SafetensorsFile) throws -> TrainingState? {
    guard file.metadata[Key.step] != nil else { return nil }
    let step = try number(Key.step, in: file)
    guard (0...largestStep).contains(step) else {
      throw CheckpointError(
        file.path, .badMetadata(key: Key.step, "isn't a number of updates: \(step)"))
    }
    let data =
      file.metadata[Key.data] == nil
      ? nil : try decoded(DataDescription.self, Key.data, in: file)
    for count in [data?.trainingPerClass, data?.testPerClass] {
      if let count, count < 1 {
        throw CheckpointError(
          file.path, .badMetadata(key: Key.data, "isn't a number of images of a class: \(count)"))
      }
    }
    let seconds = file.metadata[Key.seconds].flatMap(Double.init) ?? 0
    return TrainingState(
      step: step, seed: try number(Key.seed, in: file), data: data,
      settings: file.metadata[Key.settings],
      best: file.metadata[Key.best] == nil ? nil : try decoded(BestResult.self, Key.best, in: file),
      seconds: (0...1e12).contains(seconds) ? seconds : 0)
  }

  /// Updates beyond which steps can't be counted on with.
  private static let largestStep = 1 << 53

  private static func number(_ key: String, in file: SafetensorsFile) throws -> Int {
    let text = file.metadata[key] ?? ""
    guard let number = Int(text) else {
      throw CheckpointError(file.path, .badMetadata(key: key, "isn't a whole number: \"\(text)\""))
    }
    return number
  }

  private static func decoded<Value: Decodable>(
    _: Value.Type, _ key: String, in file: SafetensorsFile
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data((file.metadata[key] ?? "").utf8))
    } catch {
      throw CheckpointError(
        file.path, .badMetadata(key: key, "isn't the JSON it should be: \(Self.reason(error))"))
    }
  }

  /// The field a decoding error is about, and what is wrong with it.
  private static func reason(_ error: any Error) -> String {
    func at(_ path: [any CodingKey]) -> String {
      path.isEmpty ? "" : path.map(\.stringValue).joined(separator: ".") + ": "
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return "\(at(context.codingPath))\"\(key.stringValue)\" is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      return at(context.codingPath) + context.debugDescription
    default: return "\(error)"
    }
  }
}
