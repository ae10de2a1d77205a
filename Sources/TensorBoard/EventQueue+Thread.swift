internal import EventFiles
internal import Files

// What the queue's own thread does.
extension EventQueue {
  /// What the thread has taken from the buffer, and how much of it is in the file.
  private struct Batch: ~Copyable {
    var records = RecordBuffer()
    var written = 0
    /// Bytes of the batches before.
    var fileSize = 0
    /// Nobody can read the file any more; what goes into it is lost.
    var isRemoved = false
    /// Events that were lost and not counted yet.
    var dropped = 0

    var isEmpty: Bool { records.count == 0 }
  }

  /// After an error, the thread tries again no sooner than after this time, in nanoseconds.
  private static let shortestRetry: UInt64 = 100_000_000
  /// A batch's memory is kept for the next one up to this size, in bytes.
  private static let keptCapacity = 4 << 20

  func run() {
    guard var output = monitor.withLock({ $0.output.take() }) else { return }
    var batch = Batch()
    var openedAt = ThreadPlatform.now()
    while waitForWork() {
      let asked = monitor.withLock { state in
        state.isHurried = false
        state.deadline = nil
        return state.barriersAsked
      }
      var failure = write(&batch, to: output)
      if failure == nil {
        if let next = succeed(batch, openedAt: openedAt) {
          (output, openedAt) = (next.output, ThreadPlatform.now())
          batch.fileSize = next.size
        }
        take(&batch)
        failure = write(&batch, to: output)
      }
      finish(&batch, failure, barriers: asked)
    }
    close(&batch, output)
  }

  /// Returns true when there is something to write, and false when the queue closes.
  private func waitForWork() -> Bool {
    monitor.wait { (state) -> WaitStep<Bool> in
      if state.isClosing { return .done(false) }
      if state.isHurried || state.barriersPassed < state.barriersAsked { return .done(true) }
      guard let deadline = state.deadline else { return .sleep }
      return ThreadPlatform.now() >= deadline ? .done(true) : .sleepUntil(deadline)
    }
  }

  /// The file that follows where the present one has had enough; nil where it hasn't, or where no other
  /// can be made: the present one then goes on.
  private func succeed(
    _ batch: borrowing Batch, openedAt: UInt64
  ) -> (output: any EventFileOutput, size: Int)? {
    guard let succession, !batch.isRemoved, monitor.withLock({ $0.records.count > 0 }),
      succession.isDue(bytes: batch.fileSize, age: ThreadPlatform.now() - openedAt),
      let next = try? succession.makeNext()
    else { return nil }
    monitor.withLock { $0.path = next.path }
    return (next.output, next.size)
  }

  /// Exchanges the written batch for the buffer.
  private func take(_ batch: inout Batch) {
    monitor.withLock { state in
      swap(&batch.records, &state.records)
      state.takenBytes = batch.records.byteCount
      state.takenEvents = batch.records.count
    }
  }

  /// Writes what is left of the batch. Once all of it is in the file, the batch is empty.
  private func write(_ batch: inout Batch, to output: any EventFileOutput) -> Failure? {
    guard !batch.isEmpty else { return batch.isRemoved ? .removed : nil }
    while !batch.isRemoved, batch.written < batch.records.byteCount {
      do {
        batch.written += try batch.records.withUnsafeBytes { bytes throws(FileError) in
          try output.write(UnsafeRawBufferPointer(rebasing: bytes[batch.written...]))
        }
      } catch {
        return .system(error)
      }
    }
    // A file that was removed takes bytes as before, but nobody will ever read them.
    if let status = try? output.status(), !status.isLinked { batch.isRemoved = true }
    if batch.isRemoved { batch.dropped += batch.records.count }
    batch.fileSize += batch.written
    batch.written = 0
    batch.records.removeAll(keepingCapacity: Self.keptCapacity)
    return batch.isRemoved ? .removed : nil
  }

  private func finish(_ batch: inout Batch, _ failure: Failure?, barriers: Int) {
    monitor.withLock { state in
      state.failure = failure
      state.droppedEvents += batch.dropped
      batch.dropped = 0
      state.takenBytes = batch.records.byteCount
      state.takenEvents = batch.records.count
      state.barriersPassed = barriers
      if failure != nil, state.waitingEvents > 0 {
        state.deadline = ThreadPlatform.now() + max(flushInterval, Self.shortestRetry)
      }
      monitor.wakeAll()
    }
  }

  /// The last attempt to write; then cuts off a record that is only half in the file.
  private func close(_ batch: inout Batch, _ output: any EventFileOutput) {
    var failure = write(&batch, to: output)
    if failure == nil {
      take(&batch)
      failure = write(&batch, to: output)
    }
    // `write` emptied the batch, or some of it is left.
    let whole = batch.records.wholeRecords(upTo: batch.written)
    if whole.end < batch.written {
      // Where even this fails, readers take the rest for a record that is still being written.
      try? output.truncate(to: batch.fileSize + whole.end)
    }
    let lost = batch.records.count - whole.count
    monitor.withLock { state in
      state.failure = failure
      state.droppedEvents += batch.dropped + lost + state.records.count
      state.records = RecordBuffer()
      state.takenBytes = 0
      state.takenEvents = 0
      state.barriersPassed = state.barriersAsked
      state.isFinished = true
      monitor.wakeAll()
    }
  }
}
