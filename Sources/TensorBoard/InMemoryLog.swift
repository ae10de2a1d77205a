public import EventFiles
package import Files

/// Events in memory instead of a file: for tests of a program that logs.
///
/// ```swift
/// let log = InMemoryLog()
/// let writer = try SummaryWriter(log)
/// train(loggingTo: writer)
/// let losses = try log.scalars(tag: "loss/train")
/// ```
///
/// What is read is what TensorBoard would read: the events are encoded, written and decoded as those of
/// a file are. Any number of threads may use it.
public final class InMemoryLog: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var queues: [EventQueue] = []
  }

  private let state = Monitor(State())

  /// An empty log.
  public init() {}

  /// All events so far, those included that wait in a writer.
  ///
  /// - Throws: `EventFileError` where the bytes aren't events: they always are.
  public func events() throws -> [Event] {
    for queue in state.withLock({ $0.queues }) { try queue.write(isLast: false) }
    return try Event.all(in: state.withLock { $0.bytes })
  }

  /// The values under a tag so far, with their steps.
  public func values(tag: String) throws -> [(step: Int, value: Summary.Value)] {
    try events().flatMap { event in
      guard case .summary(let summary)? = event.content else {
        return [(step: Int, value: Summary.Value)]()
      }
      return summary.values.filter { $0.tag == tag }.map { (event.step, $0) }
    }
  }

  /// The numbers under a tag so far, with their steps and times.
  public func scalars(tag: String) throws -> [ScalarPoint] {
    try events().flatMap { event -> [ScalarPoint] in
      guard case .summary(let summary)? = event.content else { return [] }
      return summary.values.compactMap { value in
        guard value.tag == tag, case .scalar(let number)? = value.content else { return nil }
        return ScalarPoint(step: event.step, wallTime: event.wallTime, value: Double(number))
      }
    }
  }

  fileprivate func follow(_ queue: EventQueue) { state.withLock { $0.queues.append(queue) } }
}

extension InMemoryLog: EventFileOutput {
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) -> Int {
    state.withLock { $0.bytes.append(contentsOf: bytes) }
    return bytes.count
  }

  package func truncate(to length: Int) throws(FileError) {
    state.withLock { $0.bytes.removeSubrange(min(length, $0.bytes.count)...) }
  }

  package func status() throws(FileError) -> FileStatus {
    FileStatus(size: state.withLock { $0.bytes.count }, isLinked: true)
  }
}

extension SummaryWriter {
  /// A writer to memory, for tests.
  public convenience init(_ log: InMemoryLog) throws {
    try self.init(WriterFile(path: "memory", output: log))
    log.follow(queue)
  }
}
