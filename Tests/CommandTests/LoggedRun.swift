import EventFiles
import Foundation

/// What a run's event files hold, read as TensorBoard reads them, without the wall times.
struct LoggedRun {
  /// The kinds of values under their tags, each at its steps.
  private(set) var values: [String: [Int: Summary.Value.Content]] = [:]
  /// The network, as it was logged.
  private(set) var graph: [UInt8]?
  /// How many event files there are.
  let fileCount: Int

  /// Reads all event files of a folder in the order of their names.
  ///
  /// A restarted run's first mark drops what was logged at its step and later.
  init(folder: String) throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.contains("tfevents") }.sorted()
    fileCount = files.count
    for file in files {
      var reader = try EventFileReader(path: "\(folder)/\(file)")
      while let event = try reader.next() {
        switch event.content {
        case .sessionLog(let log) where log.status == .start:
          for tag in values.keys { values[tag] = values[tag]?.filter { $0.key < event.step } }
        case .summary(let summary):
          for value in summary.values {
            if values[value.tag, default: [:]].updateValue(
              value.content ?? .scalar(.nan), forKey: event.step) != nil
            {
              repeated.append("\(value.tag) at step \(event.step)")
            }
          }
        case .graphDefinition(let bytes): graph = bytes
        default: break
        }
      }
    }
  }

  /// Tags that have two values at one step: curves that overlap themselves.
  private(set) var repeated: [String] = []

  /// The steps of a tag.
  func steps(_ tag: String) -> [Int] { values[tag, default: [:]].keys.sorted() }

  /// Where two runs differ, apart from what depends on the machine's speed.
  func differences(from other: LoggedRun) -> [String] {
    Set(values.keys).union(other.values.keys).sorted().flatMap { tag -> [String] in
      let (ours, theirs) = (values[tag, default: [:]], other.values[tag, default: [:]])
      guard Set(ours.keys) == Set(theirs.keys) else {
        return ["\(tag): steps \(ours.keys.sorted()) and \(theirs.keys.sorted())"]
      }
      if tag == "images_per_second" || tag.hasPrefix("_hparams_/session_") { return [] }
      return ours.keys.sorted().filter { ours[$0] != theirs[$0] }.map { "\(tag) at step \($0)" }
    }
  }
}
