/// The queues that aren't closed yet, so that none loses events when the process ends.
enum OpenQueues {
  static let queues = Monitor<[ObjectIdentifier: EventQueue]>([:])

  static func insert(_ queue: EventQueue) {
    queues.withLock { $0[ObjectIdentifier(queue)] = queue }
  }

  static func remove(_ queue: EventQueue) {
    let removed = queues.withLock { $0.removeValue(forKey: ObjectIdentifier(queue)) }
    // Released here, not while the lock is held.
    _ = removed
  }

  /// Closes all of them; those of a parent process are its own matter.
  static func closeAll() {
    for queue in queues.withLock({ Array($0.values) }) { try? queue.close() }
  }
}
