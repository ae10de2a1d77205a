import ArgumentParser
import CommandSupport
import Foundation
import ModelFiles

extension TrainingSettings {
  /// The settings as a checkpoint keeps them.
  func recorded() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// The settings that a checkpoint keeps, checked like flags.
  ///
  /// A setting that its version didn't know has its default.
  /// - Throws: `CommandFailure` when it has none, or none that a run can have.
  init(recordedIn checkpoint: Checkpoint) throws {
    guard let text = checkpoint.state?.settings, let kind = Self.network(of: text) else {
      throw CommandFailure(
        "\(checkpoint.path): isn't a checkpoint of tbtrain, so it can't be resumed")
    }
    do {
      if let flags = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8)) {
        self = try Self(version01: flags, kind)
      } else {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let defaults = try JSONSerialization.jsonObject(with: Data(Self(kind).recorded().utf8))
        let own = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let all = (defaults as? [String: Any] ?? [:]).merging(own as? [String: Any] ?? [:]) { $1 }
        self = try decoder.decode(Self.self, from: JSONSerialization.data(withJSONObject: all))
        try complete()
      }
    } catch {
      throw CommandFailure("\(checkpoint.path): its settings can't be used: \(Self.reason(error))")
    }
  }

  /// The network that settings are of; nil for one that no command trains.
  private static func network(of text: String) -> NetworkKind? {
    struct Named: Decodable { var network: String? }
    guard let named = try? JSONDecoder().decode(Named.self, from: Data(text.utf8)),
      text != "{}"
    else { return nil }
    return NetworkKind(rawValue: named.network ?? NetworkKind.lenet.rawValue)
  }

  /// Version 0.1 kept flags as texts, counted images by `--iterations`, and noted a momentum for rules
  /// that had none.
  private init(version01 flags: [String: String], _ network: NetworkKind) throws {
    var flags = flags
    flags["network"] = nil
    flags["images"] = flags.removeValue(forKey: "iterations")
    if !["momentum", "nesterov"].contains(flags["optimizer"]) { flags["momentum"] = nil }
    let known = Set(SettingField.all.map(\.flag))
    if let unknown = flags.keys.filter({ !known.contains($0) }).min() {
      throw ValidationError("no training has a flag --\(unknown)")
    }
    // A path may have commas, which separate values on a command line.
    let data = flags.removeValue(forKey: "data")
    let arguments = flags.sorted { $0.key < $1.key }.map { flag, text in
      flag == "keep-best" ? "--\(flag)" : "--\(flag)=\(text)"
    }
    try self.init(network, RecipeFlags.parse(arguments).given.single(for: network))
    self.data = data ?? self.data
  }

  /// What is wrong with settings, in a sentence.
  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "\(key.stringValue) is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      (context.codingPath.map(\.stringValue) + [context.debugDescription]).joined(separator: ": ")
    case let problem as ValidationError: problem.message
    default: RecipeFlags.message(for: error)
    }
  }
}
