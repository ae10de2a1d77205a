import Foundation
import Tensors

/// What network a file of PyTorch's tensors belongs to, in a few lines of JSON:
///
/// ```json
/// {"input": [3, 32, 32],
///  "layers": [
///    {"type": "Conv2d", "name": "features.0", "padding": 1},
///    {"type": "ReLU"},
///    {"type": "MaxPool2d", "kernel_size": 2},
///    {"type": "Flatten"},
///    {"type": "Linear", "name": "classifier.1"}]}
/// ```
///
/// Types and settings are called and default as in `torch.nn`; `name` is what the names of a layer's
/// tensors begin with. What the tensors' shapes tell, `in_channels` or `kernel_size` of a convolution,
/// may be left out; if it is given, it must be true. The input is channels, height, width.
public struct Architecture: Sendable {
  /// The file it comes from.
  public let path: String
  private let input: [Int]
  private let layers: [TorchLayer]

  /// Reads a JSON file.
  ///
  /// - Throws: `ArchitectureError`.
  public init(path: String) throws {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ArchitectureError(path, "it can't be read: \(error.localizedDescription)")
    }
    try self.init(json: data, path: path)
  }

  init(json: Data, path: String) throws(ArchitectureError) {
    self.path = path
    let whole: JSONValue
    do {
      whole = try JSONDecoder().decode(JSONValue.self, from: json)
    } catch {
      throw ArchitectureError(path, "it isn't JSON")
    }
    guard case .object(let fields) = whole, case .array(let input)? = fields["input"],
      case .array(let layers)? = fields["layers"]
    else {
      throw ArchitectureError(
        path, #"it should hold {"input": [channels, height, width], "layers": […]}"#)
    }
    if let stranger = fields.keys.filter({ $0 != "input" && $0 != "layers" }).min() {
      throw ArchitectureError(path, "\"\(stranger)\" is neither \"input\" nor \"layers\"")
    }
    self.input = input.compactMap(\.integer)
    guard self.input.count == input.count, [1, 3].contains(input.count),
      self.input.allSatisfy({ (1...1 << 20).contains($0) })
    else {
      throw ArchitectureError(
        path, "the input \(JSONValue.array(input).text) should be [channels, height, width]")
    }
    var made: [TorchLayer] = []
    for (index, layer) in layers.enumerated() {
      made.append(try TorchLayer(layer, number: index + 1, path: path))
    }
    self.layers = made
  }

  /// The network, of tensors of these shapes.
  ///
  /// - Throws: `ArchitectureError` when settings and shapes don't agree.
  func description(of shapes: [String: [Int]]) throws(ArchitectureError) -> ModelDescription {
    let inputShape = input.count == 3 ? [input[1], input[2], input[0]] : input
    var shape = inputShape
    var described: [NamedLayerDescription] = []
    var numbers: [String: Int] = [:]
    for layer in layers {
      guard let description = try layer.description(shapes, input: shape) else { continue }
      numbers[layer.kind, default: 0] += 1
      let name = layer.name ?? "\(layer.kind)\(numbers[layer.kind] ?? 1)"
      do {
        shape = try description.outputShape(for: shape, path: name)
      } catch {
        throw ArchitectureError(path, "\(error)")
      }
      described.append(NamedLayerDescription(name, description))
    }
    return ModelDescription(inputShape: inputShape, layers: described)
  }
}

/// Why a network's description in JSON can't be used.
public struct ArchitectureError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The JSON file.
  public let path: String
  private let sentence: String

  init(_ path: String, _ sentence: String) {
    self.path = path
    self.sentence = sentence
  }

  /// The sentence for a user.
  public var description: String { "\(path): \(sentence)" }
}
