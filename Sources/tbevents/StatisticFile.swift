import CommandSupport
import EventFiles
import Files

/// The event file of a run that `reduce` makes; it gets its name when it is whole.
final class StatisticFile {
  private let path: String
  private var file: AtomicFile?
  private var records = RecordBuffer(reservingCapacity: StatisticFile.chunk + 4096)
  private static let chunk = 1 << 18

  /// Begins the run's file.
  ///
  /// - Throws: `CommandFailure` where the directory has event files already: only one that `reduce` wrote
  ///   is replaced, and only by force.
  init(_ directory: String, _ replaces: Bool) throws {
    path = Path.joined(directory, "events.out.tfevents.0000000000.tbevents.reduce")
    let present = (try? Run(directory: directory).eventFiles()) ?? []
    if let other = present.first(where: { $0 != path }) {
      throw CommandFailure("\(other): is of another run; choose another --output")
    }
    file = try AtomicFile(path: OutputFile(path: path, force: replaces).path)
  }

  /// Adds a value; the first one is preceded by the file's version.
  func add(_ content: Summary.Value.Content, tag: String, _ step: Int, _ time: Double) throws {
    try add(Summary(values: [.init(tag: tag, content: content)]), step, time)
  }

  /// Adds a summary.
  func add(_ summary: Summary, _ step: Int, _ time: Double) throws {
    if !hasVersion {
      hasVersion = true
      records.append(Event(wallTime: time, content: .fileVersion(Event.currentFileVersion)))
    }
    records.append(Event(wallTime: time, step: step, content: .summary(summary)))
    if records.byteCount >= Self.chunk { try flush() }
  }

  private var hasVersion = false

  private func flush() throws {
    try records.withUnsafeBytes { try file?.write($0) }
    records.removeAll(keepingCapacity: 2 * Self.chunk)
  }

  /// Writes the rest, and gives the file its name.
  func finish() throws {
    try flush()
    try file.take()?.commit()
  }
}
