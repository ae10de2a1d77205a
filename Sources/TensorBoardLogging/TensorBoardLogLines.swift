internal import Synchronization
public import TensorBoard

/// Log lines on their way to TensorBoard: collected, and written as one text a label when a step ends,
/// when there are many, or by `write()`.
public final class TensorBoardLogLines: Sendable {
  /// Lines of a label that are written at once.
  public static let batchSize = 200

  private let writer: SummaryWriter
  private let clock: StepClock
  private let waiting = Mutex<[String: [String]]>([:])

  /// Lines for a run.
  ///
  /// - `clock`: Tells the step at which lines are shown.
  public init(writer: SummaryWriter, clock: StepClock = StepClock()) {
    self.writer = writer
    self.clock = clock
    clock.onEnd { [weak self] step in self?.write(step: step) }
  }

  deinit { write() }

  /// Writes the lines that wait.
  ///
  /// - Parameter step: by default the clock's.
  public func write(step: Int? = nil) {
    let all = waiting.withLock { waiting in
      defer { waiting = [:] }
      return waiting
    }
    let summaries = all.sorted { $0.key < $1.key }.map { Self.summary($0.key, $0.value) }
    // After `close()` there is nowhere to write to, and a log line's writer can't be told.
    try? writer.add(summaries, step: step ?? clock.step)
  }

  func add(_ line: String, label: String) {
    let full = waiting.withLock { waiting -> [String]? in
      waiting[label, default: []].append(line)
      guard waiting[label, default: []].count >= Self.batchSize else { return nil }
      return waiting.removeValue(forKey: label)
    }
    if let full { try? writer.add(Self.summary(label, full), step: clock.step) }
  }

  /// The lines as they are: indented, so that nothing in them is Markdown.
  private static func summary(_ label: String, _ lines: [String]) -> Summary {
    let text = lines.flatMap {
      $0.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
    }
    return .text("log/\(label)", text.joined(separator: "\n"))
  }
}
