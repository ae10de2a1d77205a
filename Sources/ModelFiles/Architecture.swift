private import Files
import Foundation

/// What network a file of PyTorch's tensors belongs to, in a few lines of JSON: see `ModelDescription`.
public struct Architecture: Sendable {
  /// The file it comes from.
  public let path: String
  let model: ModelDescription
  /// Far more than the lines of any network.
  private static let mostBytes = 64 << 20

  /// Reads a JSON file.
  ///
  /// - Throws: `CheckpointError`.
  public init(path: String) throws {
    let bytes: [UInt8]
    do {
      bytes = try OpenFile.contents(of: path, limit: Self.mostBytes)
    } catch {
      throw CheckpointError(path, .system("it can't be read: \(error.reason)"))
    }
    self.path = path
    guard let json = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
      throw CheckpointError(path, .system("it isn't JSON"))
    }
    do throws(ModelProblem) {
      model = try ModelDescription(json)
    } catch {
      throw CheckpointError(path, .model(error))
    }
  }
}
