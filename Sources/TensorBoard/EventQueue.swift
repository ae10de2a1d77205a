internal import EventFiles
internal import Files
internal import Synchronization

/// Events on their way to a file: any thread adds them, a thread of the queue's own writes them.
///
/// Callers encode into a buffer under the lock and never touch the file. The thread takes the buffer
/// when its oldest event is `flushInterval` old, when it has grown large, or when somebody waits at a
/// barrier; otherwise it sleeps.
///
/// Bytes reach the file in order and without gaps: after an error the thread goes on with the very
/// byte at which it stopped, so that a reader who has seen half a record sees the other half later.
final class EventQueue: Sendable {
  /// Why events aren't in the file.
  enum Failure: Equatable {
    /// The file can't be written.
    case system(FileError)
    /// No directory holds the file any more.
    case removed
  }

  struct State: ~Copyable {
    /// Encoded, and not yet taken by the thread.
    var records = RecordBuffer(reservingCapacity: 64 << 10)
    /// Bytes and events that the thread has taken and not written.
    var takenBytes = 0
    var takenEvents = 0
    /// When the thread is to write, in nanoseconds; nil when there is nothing to write.
    var deadline: UInt64?
    /// How many barriers were asked for, and how many of these are passed.
    var barriersAsked = 0
    var barriersPassed = 0
    var isHurried = false
    var isClosing = false
    var isFinished = false
    /// Why the last attempt to write didn't succeed.
    var failure: Failure?
    var droppedEvents = 0
    var reportedDrops = 0
    /// Where the bytes go, until the thread takes it.
    var output: (any EventFileOutput)?
    /// The path of the file that is being written.
    var path: String

    init(path: String, output: any EventFileOutput) {
      self.path = path
      self.output = output
    }

    var bufferedBytes: Int { records.byteCount + takenBytes }
    var waitingEvents: Int { records.count + takenEvents }
  }

  let monitor: Monitor<State>
  let succession: FileSuccession?
  /// In nanoseconds.
  let flushInterval: UInt64
  private let maximumBufferedBytes: Int
  private let process = ThreadPlatform.forkCount.load(ordering: .relaxed)

  /// The thread writes before the interval is over when the buffer holds this many bytes.
  private let hurryingSize: Int

  /// - Parameter succession: When a file has had enough, and how the next one is made; nil for never.
  init(
    path: String, output: any EventFileOutput, flushInterval: Duration, maximumBufferedBytes: Int,
    succession: FileSuccession? = nil
  ) throws {
    precondition(
      maximumBufferedBytes > 0,
      "maximumBufferedBytes is greater than 0, got \(maximumBufferedBytes)")
    self.succession = succession
    let (seconds, attoseconds) = flushInterval.components
    let limited = UInt64(min(max(seconds, 0), 1_000_000_000))
    self.flushInterval = limited * 1_000_000_000 + UInt64(max(attoseconds, 0) / 1_000_000_000)
    self.maximumBufferedBytes = maximumBufferedBytes
    hurryingSize = min(1 << 20, maximumBufferedBytes / 2)
    monitor = Monitor(State(path: path, output: output))
    ThreadPlatform.registerHooks
    do {
      try ThreadPlatform.startThread { self.run() }
    } catch {
      throw EventFileError.system(path: path, action: "start a thread", reason: error.message)
    }
    OpenQueues.insert(self)
  }

  /// The path of the file that is being written.
  var path: String { monitor.withLock { $0.path } }

  /// True in a process that was forked from the one that opened the file.
  var isForked: Bool { ThreadPlatform.forkCount.load(ordering: .relaxed) != process }

  // MARK: Any thread

  /// Adds an event to the buffer; drops it, and counts that, where the buffer is full because the file
  /// can't be written. Where the file is only slow, waits.
  func add(_ event: Event) throws(SummaryWriterError) {
    guard !isForked else { throw .forked(path: path) }
    var isOpen = true
    let isFull = monitor.withLock { state in
      isOpen = !state.isClosing
      return isOpen && !append(event, &state)
    }
    if isFull {
      isOpen = monitor.wait { state in
        if state.isClosing { return false }
        return append(event, &state) ? true : nil
      }
    }
    if !isOpen { throw .closed(path: path) }
  }

  /// Adds or drops an event; false where it has to wait.
  private func append(_ event: Event, _ state: inout State) -> Bool {
    if state.bufferedBytes >= maximumBufferedBytes {
      if state.failure != nil {
        state.droppedEvents += 1
        return true
      }
      state.isHurried = true
      monitor.wakeAll()
      return false
    }
    state.records.append(event)
    if state.deadline == nil {
      state.deadline = ThreadPlatform.now() + flushInterval
      monitor.wakeAll()
    }
    if state.records.byteCount >= hurryingSize, !state.isHurried, state.failure == nil {
      state.isHurried = true
      monitor.wakeAll()
    }
    return true
  }

  /// Returns when the events added before are in the file, or throws why they aren't.
  func flush() throws(SummaryWriterError) {
    guard !isForked else { throw .forked(path: path) }
    let ticket = monitor.withLock { state in
      state.barriersAsked += 1
      monitor.wakeAll()
      return state.barriersAsked
    }
    let error = monitor.wait { state -> SummaryWriterError?? in
      guard state.barriersPassed >= ticket || state.isFinished else { return nil }
      return .some(takeError(&state))
    }
    if let error { throw error }
  }

  /// Writes what was added, closes the file, and throws what got lost. A second call does nothing.
  func close() throws(SummaryWriterError) {
    guard !isForked else { return }
    monitor.withLock { state in
      state.isClosing = true
      monitor.wakeAll()
    }
    let error = monitor.wait { state -> SummaryWriterError?? in
      guard state.isFinished else { return nil }
      return .some(takeError(&state))
    }
    OpenQueues.remove(self)
    if let error { throw error }
  }

  private func takeError(_ state: inout State) -> SummaryWriterError? {
    let dropped = state.droppedEvents - state.reportedDrops
    guard state.failure != nil || dropped > 0 else { return nil }
    state.reportedDrops = state.droppedEvents
    let reason: String? =
      switch state.failure {
      case .system(let error): error.reason
      case .removed: "the file was removed"
      case nil: nil
      }
    if state.isFinished { state.failure = nil }
    return .notWritten(
      path: state.path, reason: reason, waiting: state.waitingEvents, dropped: dropped)
  }
}
