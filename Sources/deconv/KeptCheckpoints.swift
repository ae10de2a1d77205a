import CommandSupport
import Files
import Foundation
import ModelFiles

/// The checkpoints of a training at several steps.
enum KeptCheckpoints {
  /// The directory in a run's where `tbtrain lenet --keep-checkpoints` puts them.
  static let directoryName = "checkpoints"

  /// The checkpoints that paths stand for, in their order: a file is itself, a run's directory all that it
  /// keeps, by step.
  ///
  /// - Parameter newest: finds the newest checkpoint of all; asked when there are no paths.
  /// - Throws: `CommandFailure` when there are fewer than two.
  static func paths(_ paths: [String], newest: () throws -> Checkpoint) throws -> [String] {
    let given =
      paths.isEmpty
      ? [Path.directory(of: try newest().path)] : paths
    let found = try given.flatMap { try inPath($0) }
    guard found.count > 1 else {
      throw CommandFailure(
        """
        \(given[0]): holds one checkpoint, and evolution takes two or more; tbtrain lenet \
        --keep-checkpoints 1,2,5,10 keeps those of epochs 1, 2, 5 and 10
        """)
    }
    return found
  }

  /// The step in a name like `step-100.safetensors`.
  static func step(inName path: String) -> Int? {
    let name = Path.lastComponent(of: path)
    guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
    return Int(name.dropFirst("step-".count).dropLast(".safetensors".count))
  }

  /// The images of a batch that a checkpoint of `tbtrain` was trained with; nil where it doesn't say.
  static func batchSize(of checkpoint: Checkpoint) -> Int? {
    let settings = checkpoint.state?.settings.flatMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    let size = settings?["batch_size"] as? Int
    return size.flatMap { $0 > 0 ? $0 : nil }
  }

  private static func inPath(_ path: String) throws -> [String] {
    guard let status = FileStatus(path: path) else {
      throw CommandFailure("\(path): no checkpoint is there")
    }
    guard status.kind == .directory else { return [path] }
    let kept = keptFiles(in: Path.joined(path, directoryName)) + keptFiles(in: path)
    let last = Path.joined(path, Checkpoint.fileName)
    guard FileStatus(path: last) != nil else {
      guard !kept.isEmpty else {
        throw CommandFailure(
          "\(path): holds no checkpoints, neither of a run nor step-1.safetensors")
      }
      return kept
    }
    // The run's last checkpoint, unless it is one of those that were kept.
    let isKept = try Checkpoint(path: last).state.map { state in
      kept.contains { step(inName: $0) == state.step }
    }
    return isKept ?? false ? kept : kept + [last]
  }

  /// `step-1.safetensors` and so on in a directory, by step.
  private static func keptFiles(in directory: String) -> [String] {
    let names = ((try? Directory.entries(of: directory)) ?? []).map(\.name)
    return names.compactMap { name in step(inName: name).map { (step: $0, name: name) } }
      .sorted { $0.step < $1.step }.map { Path.joined(directory, $0.name) }
  }
}
