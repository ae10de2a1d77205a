internal import EventFiles
internal import Files
internal import Synchronization

/// Events on their way to a file: any thread adds them, a thread of the queue's own writes them.
///
/// Callers encode into a buffer under the lock and never touch the file. The thread writes the buffer
/// when its oldest event is `flushInterval` old, when it has grown large, or when somebody waits for
/// it; otherwise it sleeps.
final class EventQueue: Sendable {
  /// Is called once with what there is to report when the events added before were written.
  typealias Completion = @Sendable (SummaryWriterError?) -> Void

  struct State: ~Copyable {
    /// Encoded, and not yet taken by the thread.
    var records = RecordBuffer(reservingCapacity: 64 << 10)
    /// Bytes and events that the thread has taken and not written.
    var taken = (bytes: 0, events: 0)
    /// When the thread is to write, in nanoseconds: 0 at once, `.max` when there is nothing to write.
    var writeTime = UInt64.max
    /// Those who wait for the next writing to end.
    var completions: [Completion] = []
    var isClosing = false
    var isFinished = false
    /// Why the last attempt to write didn't succeed.
    var failure: WriterFile.Failure?
    var droppedEvents = 0
    var reportedDrops = 0
    /// The path of the file that is being written.
    var path: String

    var waitingEvents: Int { records.count + taken.events }
  }

  let monitor: Monitor<State>
  /// In nanoseconds.
  let flushInterval: UInt64
  private let maximumBufferedBytes: Int
  /// The thread writes before the interval is over when the buffer holds this many bytes.
  private let hurryingSize: Int
  /// What errors name in a forked process, where another thread's lock may be held forever.
  private let firstPath: String
  private let process = ThreadPlatform.forkCount.load(ordering: .relaxed)

  init(
    _ file: WriterFile, flushInterval: Duration, maximumBufferedBytes: Int
  ) throws {
    precondition(
      maximumBufferedBytes > 0,
      "maximumBufferedBytes is greater than 0, got \(maximumBufferedBytes)")
    self.flushInterval = flushInterval.nanoseconds
    self.maximumBufferedBytes = maximumBufferedBytes
    hurryingSize = min(1 << 20, maximumBufferedBytes / 2)
    firstPath = file.path
    monitor = Monitor(State(path: file.path))
    ThreadPlatform.registerHooks
    do {
      try ThreadPlatform.startThread { self.run(file) }
    } catch {
      throw EventFileError.system(path: firstPath, action: "start a thread", reason: error.message)
    }
    OpenQueues.insert(self)
  }

  /// The path of the file that is being written.
  var path: String { monitor.withLock { $0.path } }

  /// True in a process that was forked from the one that opened the file.
  private var isForked: Bool { ThreadPlatform.forkCount.load(ordering: .relaxed) != process }

  /// Adds an event to the buffer. Where the buffer is full, waits for the file, or drops the event and
  /// counts that if the file can't be written.
  func add(_ event: Event) throws(SummaryWriterError) {
    guard !isForked else { throw .forked(path: firstPath) }
    let isOpen = monitor.wait { state, _ -> Bool? in
      if state.isClosing { return false }
      return append(event, &state) ? true : nil
    }
    if !isOpen { throw .closed(path: path) }
  }

  /// Adds or drops an event; false where it has to wait.
  @inline(__always)
  private func append(_ event: Event, _ state: inout State) -> Bool {
    if state.records.byteCount + state.taken.bytes >= maximumBufferedBytes {
      if state.failure != nil {
        state.droppedEvents += 1
        return true
      }
      wake(&state, at: 0)
      return false
    }
    state.records.append(event)
    if state.writeTime == UInt64.max {
      wake(&state, at: ThreadPlatform.now() + flushInterval)
    } else if state.records.byteCount >= hurryingSize, state.failure == nil {
      wake(&state, at: 0)
    }
    return true
  }

  /// Has the thread write at a time, if it wouldn't sooner.
  private func wake(_ state: inout State, at time: UInt64) {
    guard time < state.writeTime else { return }
    state.writeTime = time
    monitor.wakeAll()
  }

  /// Has the events added before written at once; with `isLast`, closes the file afterwards.
  func write(isLast: Bool, completion: @escaping Completion) {
    if isForked { return completion(isLast ? nil : .forked(path: firstPath)) }
    let report = monitor.withLock { state -> SummaryWriterError?? in
      if state.isFinished { return .some(Self.takeReport(&state)) }
      state.isClosing = state.isClosing || isLast
      state.completions.append(completion)
      wake(&state, at: 0)
      return nil
    }
    if let report { completion(report) }
  }

  /// Returns when the events added before are in the file, or throws why they aren't.
  func write(isLast: Bool) throws(SummaryWriterError) {
    let result = Monitor<SummaryWriterError??>(nil)
    write(isLast: isLast) { error in
      result.withLock { $0 = .some(error) }
      result.wakeAll()
    }
    if let error = result.wait(until: { result, _ in result }) { throw error }
  }

  /// The same without keeping a thread.
  func write(isLast: Bool) async throws(SummaryWriterError) {
    let error = await withCheckedContinuation { continuation in
      write(isLast: isLast) { continuation.resume(returning: $0) }
    }
    if let error { throw error }
  }

  /// What there is to report, once.
  static func takeReport(_ state: inout State) -> SummaryWriterError? {
    let dropped = state.droppedEvents - state.reportedDrops
    guard state.failure != nil || dropped > 0 else { return nil }
    state.reportedDrops = state.droppedEvents
    let reason = state.failure?.reason
    if state.isFinished { state.failure = nil }
    return .notWritten(
      path: state.path, reason: reason, waiting: state.waitingEvents, dropped: dropped)
  }
}

/// The queues that aren't closed yet, so that none loses events when the process ends.
enum OpenQueues {
  static let queues = Monitor<[ObjectIdentifier: EventQueue]>([:])

  static func insert(_ queue: EventQueue) {
    queues.withLock { $0[ObjectIdentifier(queue)] = queue }
  }

  static func remove(_ queue: EventQueue) {
    // Released after the lock.
    let removed = queues.withLock { $0.removeValue(forKey: ObjectIdentifier(queue)) }
    withExtendedLifetime(removed) {}
  }

  /// Closes all of them; those of a parent process are its own matter.
  static func closeAll() {
    for queue in queues.withLock({ Array($0.values) }) { try? queue.write(isLast: true) }
  }
}
