// Everything of this room that differs between systems; it and `Platform+Screen.swift` alone call the C library.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Signals belong to the process, and a handler can reach nothing but globals.
private let requestCount = Atomic<Int>(0)

enum Platform {
  static let standardOutput: Int32 = 1
  static let standardError: Int32 = 2

  /// Whether a file descriptor is a terminal.
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// The columns of the terminal behind a file descriptor, or nil where nobody knows.
  static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  enum WriteFailure: Error, Equatable {
    /// Nobody reads the other end any more.
    case closedPipe
    case other(String)
  }

  /// Writes all of the bytes, however many calls it takes.
  static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) throws(WriteFailure) {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let (written, code) = rest.withUnsafeBytes { buffer in
        #if canImport(Glibc)
          let written = Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
          let written = Musl.write(descriptor, buffer.baseAddress, buffer.count)
        #else
          let written = Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
        return (written, errno)
      }
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if code == EPIPE {
        throw .closedPipe
      } else if code == EAGAIN {
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&wait, 1, -1)
      } else if code != EINTR {
        throw .other(String(cString: strerror(code)))
      }
    }
  }

  /// Has writes to a closed pipe fail instead of ending the process.
  static func ignoreClosedPipes() { _ = signal(SIGPIPE, SIG_IGN) }

  /// The signals that ask a program to stop: Ctrl-C, what `kill` and job schedulers send, and what `mpirun`
  /// passes on at once.
  private static let stopSignals = [SIGINT, SIGTERM, SIGUSR1]

  /// How often the user asked to stop since `countStopRequests`.
  static var stopRequests: Int { requestCount.load(ordering: .relaxed) }

  /// From now on a first request to stop is counted; the second ends the process at once.
  static func countStopRequests() {
    requestCount.store(0, ordering: .relaxed)
    for number in stopSignals {
      // Only what is safe in a signal handler: an atomic, and _exit.
      _ = signal(number) { _ in
        let (_, count) = requestCount.add(1, ordering: .relaxed)
        if count > 1 { _exit(ExitStatus.interrupted.rawValue) }
      }
    }
    // The terminal is gone: of the kernel and the shell, each may say so. `nohup` has it ignored.
    if !isIgnored(SIGHUP) { _ = signal(SIGHUP) { _ in requestCount.max(1, ordering: .relaxed) } }
    unblockStopSignals()
  }

  /// From now on a request to stop ends the process at once, whatever it waits for.
  static func endAtStopRequests() {
    for number in stopSignals {
      _ = signal(number) { _ in _exit(ExitStatus.interrupted.rawValue) }
    }
    unblockStopSignals()
  }

  /// A program that was started from a thread that blocks signals would never hear of them.
  private static func unblockStopSignals() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in stopSignals + [SIGHUP] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Gives the signals their ordinary effect back.
  static func stopCountingStopRequests() {
    for number in stopSignals + (isIgnored(SIGHUP) ? [] : [SIGHUP]) { _ = signal(number, SIG_DFL) }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #elseif canImport(Musl)
      let handler = action.__sa_handler.sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Ends the process, running what `atexit` was given (event files are closed there).
  static func exitCleanly(_ code: Int32) -> Never { exit(code) }
}
