internal import Files
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The only file of this module with an `#if`: threads, clocks and what happens to a process.
enum ThreadPlatform {
  /// Nanoseconds on a clock that never goes back.
  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Runs `body` in a thread of its own, which gets none of the process's signals.
  ///
  /// A signal handler of the host program never runs there, and a file that grows beyond the user's
  /// limit is an error of `write` instead of a signal that ends the process.
  static func startThread(
    _ body: @escaping @Sendable () -> Void
  ) throws(ErrorNumber) {
    final class Start: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var blocked = sigset_t()
    var before = sigset_t()
    sigfillset(&blocked)
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&blocked, fault) }
    pthread_sigmask(SIG_SETMASK, &blocked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

    let start = Unmanaged.passRetained(Start(body))
    #if canImport(Darwin)
      var thread: pthread_t?
      let result = pthread_create(&thread, nil, { run($0) }, start.toOpaque())
      if result == 0, let thread { pthread_detach(thread) }
    #else
      var thread = pthread_t()
      let result = pthread_create(&thread, nil, { run($0) }, start.toOpaque())
      if result == 0 { pthread_detach(thread) }
    #endif
    func run(_ start: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      if let start { Unmanaged<Start>.fromOpaque(start).takeRetainedValue().body() }
      return nil
    }
    if result != 0 {
      start.release()
      throw ErrorNumber(rawValue: result)
    }
  }

  /// How often the process has become another by `fork()` since the first writer was made.
  static let forkCount = Atomic(0)

  /// Sees to it that writers that are still open are closed when the process ends, and that a forked
  /// process knows that it is one. Once a process.
  static let registerHooks: Void = {
    atexit { OpenQueues.closeAll() }
    pthread_atfork(
      { OpenQueues.queues.lock() },
      { OpenQueues.queues.unlock() },
      {
        forkCount.wrappingAdd(1, ordering: .relaxed)
        OpenQueues.queues.unlock()
      })
  }()
}

/// A value that one thread at a time may use, and on whose changes threads can wait.
///
/// Not Swift's `Mutex`: it has nothing to wait on, and in a forked process it ends the program as soon
/// as two threads meet at it, since it remembers the thread number of the parent (Swift 6.3, Linux).
///
/// `@unchecked Sendable`: the value is only reached while the lock is held; the pointers never change.
final class Monitor<Value: ~Copyable>: @unchecked Sendable {
  /// Not a property of its own: Swift would check at each access what the lock sees to already.
  private let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(_ value: consuming sending Value) {
    self.value.initialize(to: value)
    pthread_mutex_init(mutex, nil)
    #if canImport(Darwin)
      pthread_cond_init(condition, nil)
    #else
      var attributes = pthread_condattr_t()
      pthread_condattr_init(&attributes)
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      pthread_cond_init(condition, &attributes)
      pthread_condattr_destroy(&attributes)
    #endif
  }

  deinit {
    value.deinitialize(count: 1)
    value.deallocate()
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Calls `body` with the value, while no other thread has it.
  func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock()
    defer { unlock() }
    return try body(&value.pointee)
  }

  /// Gives the value up until `condition` has a result. It is asked again after each `wakeAll()`, and at
  /// the time of `ThreadPlatform.now()` that it sets, if it sets one.
  func wait<Result>(
    until condition: (inout Value, _ askAgain: inout UInt64) -> Result?
  ) -> Result {
    lock()
    defer { unlock() }
    while true {
      var time = UInt64.max
      if let result = condition(&value.pointee, &time) { return result }
      if time == .max { pthread_cond_wait(self.condition, mutex) } else { sleep(until: time) }
    }
  }

  /// Wakes every thread that waits.
  func wakeAll() { pthread_cond_broadcast(condition) }

  fileprivate func lock() { pthread_mutex_lock(mutex) }
  fileprivate func unlock() { pthread_mutex_unlock(mutex) }

  private func sleep(until deadline: UInt64) {
    #if canImport(Darwin)
      let now = ThreadPlatform.now()
      let rest = deadline > now ? deadline - now : 0
      var time = timespec(tv_sec: Int(rest / 1_000_000_000), tv_nsec: Int(rest % 1_000_000_000))
      pthread_cond_timedwait_relative_np(condition, mutex, &time)
    #else
      var time = timespec(
        tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
      pthread_cond_timedwait(condition, mutex, &time)
    #endif
  }
}

extension Duration {
  /// In nanoseconds; at least 0, and at most thirty years.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    return UInt64(min(max(seconds, 0), 1_000_000_000)) * 1_000_000_000
      + UInt64(max(attoseconds, 0) / 1_000_000_000)
  }
}
