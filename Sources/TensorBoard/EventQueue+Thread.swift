internal import EventFiles

// What the queue's own thread does.
extension EventQueue {
  /// After an error, the thread tries again no sooner than after this time, in nanoseconds.
  private static let shortestRetry: UInt64 = 100_000_000

  func run(_ start: WriterFile) {
    var file = start
    var batch = RecordBuffer()
    while true {
      let (completions, isLast) = waitForWork()
      let failure = write(&batch, to: &file)
      // The buffer is empty by now, or nobody can add to it any more.
      let lost = isLast ? batch.count - file.cutToWholeRecords(of: batch) : 0
      let reports = monitor.withLock { state -> [(Completion, SummaryWriterError?)] in
        state.failure = failure
        state.path = file.path
        state.taken = (batch.byteCount, batch.count)
        if isLast {
          state.droppedEvents += lost + state.records.count
          state.records = RecordBuffer()
          state.taken = (0, 0)
          state.isFinished = true
        } else if failure != nil, state.waitingEvents > 0 {
          let retry = ThreadPlatform.now() + max(flushInterval, Self.shortestRetry)
          state.writeTime = min(state.writeTime, retry)
        }
        let ended = isLast ? completions + state.completions : completions
        monitor.wakeAll()
        return ended.map { ($0, Self.takeReport(&state)) }
      }
      if isLast { OpenQueues.remove(self) }
      for (completion, report) in reports { completion(report) }
      if isLast { return }
    }
  }

  /// Sleeps until there is something to write; returns who waits for it, and whether it is the last.
  private func waitForWork() -> (completions: [Completion], isLast: Bool) {
    monitor.wait { state, deadline in
      deadline = state.writeTime
      guard deadline == 0 || ThreadPlatform.now() >= deadline else { return nil }
      state.writeTime = UInt64.max
      defer { state.completions = [] }
      return (state.completions, state.isClosing)
    }
  }

  /// Writes what an earlier attempt has left, then what has come since.
  private func write(_ batch: inout RecordBuffer, to file: inout WriterFile) -> WriterFile.Failure?
  {
    do throws(WriterFile.Failure) {
      try file.write(&batch)
      monitor.withLock { state in
        swap(&batch, &state.records)
        state.taken = (batch.byteCount, batch.count)
      }
      try file.write(&batch)
      return nil
    } catch {
      return error
    }
  }
}
