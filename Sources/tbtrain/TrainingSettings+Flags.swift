import ArgumentParser
import CommandSupport
import Foundation
import ModelFiles
import NeuralNetworks
import TextOutput

extension TrainingSettings {
  /// The settings as flags, in the order of `--help`; what is off is left out.
  var flags: [(flag: String, text: String)] {
    Setting.all.compactMap { setting, only in
      guard only == nil || only == network else { return nil }
      return setting.text(self).map { (setting.flag, $0) }
    }
  }

  /// What to type to get the same run.
  var command: String {
    let typed = flags.map { flag, text in
      text == "true" ? "--\(flag)" : "--\(flag) \(text.contains(" ") ? "'\(text)'" : text)"
    }
    return (["tbtrain", network.rawValue] + typed).joined(separator: " ")
  }

  /// Whether each setting has a value that it can have.
  func checkEach() throws(ValidationError) {
    for (setting, _) in Setting.all {
      if let problem = setting.problem(self) { throw ValidationError(problem) }
    }
    let lengths = [steps, epochs, images].filter { $0 != nil }
    if lengths.count > 1 {
      throw ValidationError("--steps, --epochs and --images all say how long; give one of them")
    }
  }

  /// Whether a run can have these settings, whoever gives them: a command line, a recipe, a sweep or a
  /// checkpoint.
  func check() throws(ValidationError) {
    try checkEach()
    let own = optimizer.constants
    for (flag, path) in Self.constants where self[keyPath: path] != nil && own[flag] == nil {
      let names = own.keys.sorted().map { "--\($0)" }.joined(separator: ", ")
      throw ValidationError(
        "--\(flag) has no meaning for \(optimizer.rawValue), which has "
          + (names.isEmpty ? "no such constant" : names))
    }
    let choices = InitialWeights.choices(for: network)
    guard choices.contains(initializer) else {
      throw ValidationError(
        "--init of \(network.rawValue) is one of "
          + choices.map(\.rawValue).joined(separator: ", ") + ", not \(initializer.rawValue)")
    }
  }
}

/// The settings in a checkpoint: what its version didn't know has its default.
extension TrainingSettings: Decodable {
  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Setting.Key.self)
    self.init(try values.decode(NetworkKind.self, forKey: .init(stringValue: "network")))
    for (setting, _) in Setting.all { try setting.read(values, &self) }
  }

  /// The settings as a checkpoint keeps them.
  var recorded: String {
    let members = Setting.all.compactMap { setting, _ in
      setting.json(self).map { JSON.Member(key: setting.key.stringValue, value: $0) }
    }
    return JSON.object([JSON.Member(key: "network", value: .string(network.rawValue))] + members)
      .text
  }

  /// The settings that a checkpoint keeps, checked like flags.
  ///
  /// - Throws: `CommandFailure` when it has none, or none that a run can have.
  init(recordedIn checkpoint: Checkpoint) throws {
    struct Named: Decodable { var network: String? }
    let data = Data((checkpoint.state?.settings ?? "{}").utf8)
    guard let named = try? JSONDecoder().decode(Named.self, from: data), data.count > 2,
      let network = NetworkKind(rawValue: named.network ?? NetworkKind.lenet.rawValue)
    else {
      throw CommandFailure(
        "\(checkpoint.path): isn't a checkpoint of tbtrain, so it can't be resumed")
    }
    do {
      if let flags = try? JSONDecoder().decode([String: String].self, from: data) {
        try self.init(version01: flags, network)
      } else {
        self = try JSONDecoder().decode(Self.self, from: data)
        try complete()
      }
    } catch {
      throw CommandFailure("\(checkpoint.path): its settings can't be used: \(Self.reason(error))")
    }
  }

  /// Version 0.1 kept flags as texts, counted images by `--iterations`, and noted a momentum for rules
  /// that had none.
  private init(version01 flags: [String: String], _ network: NetworkKind) throws(ValidationError) {
    var flags = flags
    flags["network"] = nil
    flags["images"] = flags.removeValue(forKey: "iterations")
    if !["momentum", "nesterov"].contains(flags["optimizer"]) { flags["momentum"] = nil }
    var changes: [SettingChange] = []
    for (flag, text) in flags.sorted(by: { $0.key < $1.key }) {
      guard let (setting, only) = Setting.all.first(where: { $0.setting.flag == flag }),
        only ?? network == network
      else { throw ValidationError("no training has a flag --\(flag)") }
      guard let change = setting.change(text) else {
        throw ValidationError("--\(flag) can't be \(text)")
      }
      changes.append(change)
    }
    try self.init(network, changes)
  }

  /// What is wrong with settings, in a sentence.
  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      (context.codingPath.map(\.stringValue) + [context.debugDescription]).joined(separator: ": ")
    case let problem as ValidationError: problem.message
    default: "\(error)"
    }
  }
}
