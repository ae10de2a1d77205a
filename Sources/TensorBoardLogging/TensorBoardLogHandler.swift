public import Logging

/// A backend for swift-log: lines of a program's log, shown in TensorBoard's dashboard Text.
///
/// ```swift
/// let clock = StepClock()
/// let lines = TensorBoardLogLines(writer: writer, clock: clock)
/// LoggingSystem.bootstrap { TensorBoardLogHandler(label: $0, lines: lines) }
/// ```
///
/// The lines of a label are batched into one text at each step, under the tag `log/<label>`.
public struct TensorBoardLogHandler: LogHandler {
  private let label: String
  private let lines: TensorBoardLogLines

  /// Lines below this level are left out.
  public var logLevel: Logger.Level
  /// What each line tells beside its message.
  public var metadata: Logger.Metadata = [:]
  /// Tells more, from the task's context.
  public var metadataProvider: Logger.MetadataProvider?

  /// A backend for the logger of a label.
  public init(
    label: String, lines: TensorBoardLogLines, logLevel: Logger.Level = .info,
    metadataProvider: Logger.MetadataProvider? = nil
  ) {
    self.label = label
    self.lines = lines
    self.logLevel = logLevel
    self.metadataProvider = metadataProvider
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
    if let own = event.metadata { all.merge(own) { $1 } }
    var line = "\(event.level) \(event.message)"
    for (key, value) in all.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
    if let error = event.error { line += " error=\(error)" }
    lines.add(line, label: label)
  }
}
