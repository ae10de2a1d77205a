import Files
import NeuralNetworks
import Tensors

/// The network of an ONNX model: its layers, and where its parameters lie.
struct ONNXNetwork: Sendable {
  /// The file.
  let path: String
  /// The layers.
  let description: ModelDescription
  /// What the exporter left of the images that it takes.
  let metadata: ImageMetadata
  private let parameters: [String: ONNXParameter]
  private let reader: ONNXTensorReader

  /// Reads a model's structure; its numbers are only checked to be there.
  ///
  /// - Parameter imageSize: the size of the images, for a model that leaves it open and whose
  ///   metadata don't say it.
  /// - Throws: `ONNXError`.
  init(path: String, imageSize: Extent?) throws {
    self.path = path
    let file: ONNXModelFile
    (file, metadata, description, parameters) = try Self.telling(path) {
      let file = try ONNXModelFile(path: path)
      let metadata = ImageMetadata(file.metadata)
      let network = try ONNXImporter.network(of: file, imageSize: imageSize ?? metadata.size)
      return (file, metadata, network.description, network.parameters)
    }
    reader = ONNXTensorReader(file.wire, directory: file.directory)
  }

  /// The network with its parameters.
  ///
  /// - Throws: `ONNXError`.
  func makeModel() throws -> Sequential {
    var reader = reader
    return try Self.telling(path) {
      try description.makeModel(
        ParameterSource(
          shape: { parameters[$0]?.shape },
          tensor: { name in
            guard let parameter = parameters[name] else {
              throw ModelProblem.missingTensor(name, known: [])
            }
            return try parameter.tensor(&reader)
          }, names: { [] }))
    }
  }

  private static func telling<Result>(
    _ path: String, _ body: () throws -> Result
  ) throws(ONNXError) -> Result {
    do {
      return try body()
    } catch let problem as ONNXProblem {
      throw ONNXError(path, problem)
    } catch let problem as ModelProblem {
      throw ONNXError(path, .model(problem))
    } catch let failure as FileError {
      throw ONNXError(path, .system(failure.reason))
    } catch {
      throw ONNXError(path, .system("\(error)"))
    }
  }
}
